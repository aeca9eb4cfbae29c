from .concentration import concentration as concentration
from .concentration import hhi as hhi

from . import app as app
from . import datasets as datasets
from . import graph as graph
from . import plot as plot
from . import risk as risk
from .app import cite as cite
from .app import study as study
from .datasets import load as load
from .graph import Interval as Interval
from .graph import KanmonError as KanmonError
from .graph import ProductionNetwork as ProductionNetwork
from .graph import SupplyGraph as SupplyGraph

__version__: str

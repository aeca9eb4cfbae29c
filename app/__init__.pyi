from .studies import Study as Study
from .studies import study as study
from .widget import whatif_widget as whatif_widget

from .citation import cite as cite
from .studies import Study as Study
from .studies import study as study
from .whatif_chart import fan_chart as fan_chart
from .widget import whatif_widget as whatif_widget

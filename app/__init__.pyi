from .whatif_chart import fan_chart as fan_chart
from .widget import whatif_widget as whatif_widget

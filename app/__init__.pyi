from .widget import whatif_widget as whatif_widget

"""What a person touches: command line, explorer page, audit workbook and report."""

import lazy_loader as _lazy

from ..graph.faces import keep_functions as _keep_functions

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
_keep_functions(__name__)

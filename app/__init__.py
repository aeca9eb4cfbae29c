"""What a person touches: command line, explorer page, audit workbook and report."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

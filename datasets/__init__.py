"""What is known: bundled facts with their sources, reference tables, readers of other formats."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

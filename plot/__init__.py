"""What a figure looks like: a tidy frame in, a matplotlib figure out, fit for a paper in English and Japanese."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

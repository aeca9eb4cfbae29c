"""Kanmon: economic-security supply-chain risk on a multi-tier graph.

>>> import kanmon as kn
>>> graph = kn.load("world")
>>> frame = kn.risk.concentration(graph)

Names are imported on first use, so that ``import kanmon`` is light.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

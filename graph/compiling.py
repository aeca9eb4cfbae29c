"""The compiler of loops, numba, which says when it begins: the first call on a machine takes seconds, the next does not."""

from __future__ import annotations

import warnings
from typing import Any

import numba
from numba.core import config, event

from .errors import CompilingWarning
from .messages import text

__all__ = ["numba", "quickly"]

_config: Any = config
_FEW = type(_config.OPT)(1)
"""The level of the compiler that does little."""


class _Announcement(event.Listener):
    """Says once a process that something of Kanmon's is compiled; code that is kept on disk is not."""

    said = False

    def on_start(self, event: event.Event) -> None:
        function = (event.data or {})["dispatcher"].py_func
        if not self.said and function.__module__.startswith("kanmon."):
            self.said = True
            warnings.warn_explicit(text("graph.errors.compiling"), CompilingWarning, "kanmon", 1)

    def on_end(self, event: event.Event) -> None:
        """Nothing is said."""


class _Levels(event.Listener):
    """Sets how much the compiler makes of what it compiles: a function that is marked costs it two thirds of the work."""

    def __init__(self) -> None:
        self.before: list[int] = []

    def on_start(self, event: event.Event) -> None:
        self.before.append(_config.OPT)
        if hasattr((event.data or {})["dispatcher"], "__quickly__"):
            _config.OPT = _FEW

    def on_end(self, event: event.Event) -> None:
        """What asked for a function meanwhile is compiled as before."""
        _config.OPT = self.before.pop()


def quickly(dispatcher: Any) -> Any:
    """Mark a function whose loops are no faster for what the compiler does at its highest level.

    A loop that goes over a network by its links has nothing to be done to many numbers at once.
    """
    dispatcher.__quickly__ = True
    return dispatcher


for _listener in (_Announcement(), _Levels()):
    event.register("numba:compile", _listener)

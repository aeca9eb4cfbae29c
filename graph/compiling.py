"""The compiler of loops, numba, which says when it begins: the first call on a machine takes seconds, the next does not."""

from __future__ import annotations

import warnings

import numba
from numba.core import event

from .errors import CompilingWarning
from .messages import text

__all__ = ["numba"]


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


event.register("numba:compile", _Announcement())

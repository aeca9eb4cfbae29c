"""A room's face: its public names are loaded on first use, and a function may share the name of its module."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Face(ModuleType):
    """A package in which a submodule never hides the public function of the same name.

    Importing ``room.concentration`` binds the *module* on the package; users call ``room.concentration(...)``.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        own = getattr(value, name, None) if isinstance(value, ModuleType) else None
        public = name in self.__dict__.get("__all__", ())
        super().__setattr__(name, own if public and callable(own) else value)


def keep_functions(package: str) -> None:
    """Let the functions of a package win over its submodules of the same name."""
    sys.modules[package].__class__ = _Face

"""Extras: packages that a plain installation does without, and the command that adds one."""

from __future__ import annotations

import importlib.util

from .errors import MissingExtraError
from .messages import Message

EXTRAS = {
    "matplotlib": "plot",
    "pyarrow": "parquet",
    "ipywidgets": "notebook",
    "distributed": "dask",
    "pyspark": "spark",
}
"""The extra that brings a package."""


def installed(package: str) -> bool:
    """Return whether a package can be imported, without importing it.

    >>> installed("polars"), installed("no_such_package")
    (True, False)
    """
    return importlib.util.find_spec(package) is not None


def how_to_add(package: str) -> Message:
    """Return the sentence that says which package is missing, and the command that adds it.

    >>> print(how_to_add("matplotlib"))
    This needs matplotlib, which is not installed. Add it with: pip install "kanmon[plot]"
    """
    return Message("graph.errors.extra", package=package, extra=EXTRAS[package])


def need(package: str) -> None:
    """Raise `MissingExtraError` where a package is not installed."""
    if not installed(package):
        raise MissingExtraError("graph.errors.extra", package=package, extra=EXTRAS[package])

"""Kernels that come compiled, as far as they were tried: nobody waits for a compiler, nor has one in memory.

Beside the module of a kernel, ``shipped/NAME.elf`` is its machine code (a shared object), for any processor of its kind, and
``shipped/NAME.json`` says of which source it is, and what it takes and gives; `scripts/build_kernels.py` writes both. The
code does the same operations in the same order as the function run as it is. Elsewhere it is a file that nobody reads: the
package stays one for all systems.

Its one argument is a table of words: the first takes what is given back; then each number has one, an array two: where numpy
keeps the place at which it begins (to ask for that takes longer than many a call runs), and how many numbers it holds.
"""

from __future__ import annotations

import ctypes
import json
import platform
import struct
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENTRY = "kanmon"
"""The name of the function in the code."""
READY = 7_000
"""Numbers that a kernel as it is goes over while its code is looked up."""
_TRIED = {("linux", "x86_64", "CPython")}
"""Where the code was tried: elsewhere the kernel is compiled, as slow as that is, rather than run unseen."""
_HEAD = object.__basicsize__
"""Bytes of an object before what is its own, of an array before the place at which it begins."""
_NUMBERS = {"int64": int, "float64": float, "bool": bool}


class Shipped:
    """A kernel as it came with the package; ``run`` takes where a table of words stands, and says whether it ended well."""

    def __init__(self, about: dict[str, Any], run: Callable[[int], int]) -> None:
        self.takes = [np.dtype(one[:-2]) if one.endswith("[]") else _NUMBERS[one] for one in about["takes"]]
        self.gives: str = about["gives"]
        self._run = run

    def words(self, arguments: tuple[Any, ...]) -> NDArray[np.int64] | None:
        """Return the table for the arguments; None where they are of other types than the code takes."""
        flat, words = _flat(arguments), [0]
        if len(flat) != len(self.takes):
            return None
        for one, kind in zip(flat, self.takes, strict=True):
            if not isinstance(kind, type):
                if not isinstance(one, np.ndarray) or one.dtype != kind or one.ndim != 1 or not one.flags.c_contiguous:
                    return None
                words += (id(one) + _HEAD, one.size)
            elif kind is float and isinstance(one, int | float):
                words += struct.unpack("q", struct.pack("d", one))
            elif kind is not float and isinstance(one, int | np.integer | np.bool_):
                words.append(int(one))
            else:
                return None
        return np.array(words, np.int64)

    def __call__(self, words: NDArray[np.int64]) -> Any:
        """Run on a table of arguments; arrays that the function writes are changed in place."""
        if self._run(words.ctypes.data):
            raise ZeroDivisionError("division by zero")  # the only error that loops over numbers make
        if self.gives == "none":
            return None
        return _NUMBERS[self.gives](words[:1].view(np.float64)[0] if self.gives == "float64" else words[0])


@cache
def here() -> bool:
    """Whether code that came with the package is used on this machine."""
    one = np.zeros(1)
    return (sys.platform, platform.machine(), platform.python_implementation()) in _TRIED and (
        ctypes.c_void_p.from_address(id(one) + _HEAD).value == one.ctypes.data
    )


def file_of(function: Callable[..., Any]) -> Path:
    """Return where the code of a kernel stands."""
    return Path(function.__code__.co_filename).parent / "shipped" / f"{function.__name__.strip('_')}.elf"


def told(file: Path) -> dict[str, Any]:
    """Return what is said of the code in a file."""
    return dict(json.loads(file.with_suffix(".json").read_text(encoding="utf-8")))


def came(function: Callable[..., Any]) -> bool:
    """Whether code came for a kernel on this machine."""
    return here() and file_of(function).is_file()


def shipped(function: Callable[..., Any], is_source: Callable[[dict[str, Any]], bool]) -> Shipped | None:
    """Return the code that came with a kernel; None where it is of another source, or cannot run here."""
    file = file_of(function)
    about = told(file)
    try:
        return read(file) if is_source(about) else None
    except OSError:  # nothing that stands on this disk may be run, or the code calls for a library that is not here
        return None


def read(file: Path) -> Shipped:
    """Return the code in a file, which lets go of the interpreter as it runs."""
    run = ctypes.CDLL(str(file))[ENTRY]
    run.argtypes, run.restype = [ctypes.c_void_p], ctypes.c_int32
    return Shipped(told(file), run)


def _flat(arguments: tuple[Any, ...]) -> list[Any]:
    found = []
    for one in arguments:
        if isinstance(one, tuple):
            found += _flat(one)
        else:
            found.append(one)
    return found

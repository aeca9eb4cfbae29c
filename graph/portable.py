"""Kernels that come compiled as far as that is the same on every machine: the rest is half a second's work, not twenty.

Beside the module of a kernel, ``portable/NAME.bc`` holds what numba made of it, as bitcode of LLVM, behind a line of JSON:
the digest of its source, what it takes and gives, and which LLVM wrote it. `scripts/build_kernels.py` writes it. Made for no
processor in particular, it does the same operations in the same order as the function run as it is.

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
from threading import Lock
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENTRY = "kanmon"
"""The name of the function in the code."""
FIRST, PER_BYTE = 300_000, 2
"""Numbers that a kernel as it is goes over while the code of one is made ready: for any, and for each byte."""
_HURRIED, _WELL = 0, 1
"""How much is made of the code: levels of LLVM."""
_WELL_PER_BYTE = 5e-6
"""Seconds that code made in a hurry runs for each byte before it is made well: that takes half of them, and saves half of
what follows."""
_TRIED = {("linux", "x86_64", "CPython")}
"""Where the code was tried: elsewhere the kernel is compiled, as slow as that is, rather than run unseen."""
_HEAD = object.__basicsize__
"""Bytes of an object before what is its own, of an array before the place at which it begins."""
_NUMBERS = {"int64": int, "float64": float, "bool": bool}
_making = Lock()
_known: dict[Callable[..., Any], Portable | None] = {}


class Portable:
    """A kernel as it came with the package.

    Made ready in a hurry, its code takes twice as long to run as made well, and a tenth to be made: so it is made well only
    when it has run for some time, one or two seconds for the largest.
    """

    def __init__(self, about: dict[str, Any], code: bytes) -> None:
        self.takes = [np.dtype(one[:-2]) if one.endswith("[]") else _NUMBERS[one] for one in about["takes"]]
        self.gives: str = about["gives"]
        self._code, self._ran = code, 0.0
        self._made: dict[int, tuple[Any, Callable[[int], int]]] = {}

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
        run = self._ready(_HURRIED if self._ran < len(self._code) * _WELL_PER_BYTE else _WELL)
        began = thread_time()
        if run(words.ctypes.data):
            raise ZeroDivisionError("division by zero")  # the only error that loops over numbers make
        self._ran += thread_time() - began
        if self.gives == "none":
            return None
        return _NUMBERS[self.gives](words[:1].view(np.float64)[0] if self.gives == "float64" else words[0])

    def _ready(self, level: int) -> Callable[[int], int]:
        with _making:  # several threads ask at once, and one makes it
            if level not in self._made:
                self._made[level] = _made(self._code, level)
            return self._made[level][1]


def _made(code: bytes, level: int) -> tuple[Any, Callable[[int], int]]:
    """Return what holds a module's code for this machine, and its function, which lets go of the interpreter as it runs."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    machine = llvm.Target.from_default_triple().create_target_machine(cpu, features, opt=level, jit=True)
    module = llvm.parse_bitcode(code)
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return engine, ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(engine.get_function_address(ENTRY))


@cache
def here() -> bool:
    """Whether code that came with the package is used on this machine."""
    one = np.zeros(1)
    return (sys.platform, platform.machine(), platform.python_implementation()) in _TRIED and (
        ctypes.c_void_p.from_address(id(one) + _HEAD).value == one.ctypes.data
    )


def file_of(function: Callable[..., Any]) -> Path:
    """Return where the code of a kernel stands."""
    return Path(function.__code__.co_filename).parent / "portable" / f"{function.__name__.strip('_')}.bc"


def told(file: Path) -> tuple[dict[str, Any], bytes]:
    """Return what a file says of its code, and the code."""
    head, code = file.read_bytes().split(b"\n", 1)
    return json.loads(head), code


def cost(function: Callable[..., Any]) -> int | None:
    """Return the numbers that a kernel goes over while its code is made ready; None where none came for this machine."""
    file = file_of(function)
    return FIRST + file.stat().st_size * PER_BYTE if here() and file.is_file() else None


def shipped(function: Callable[..., Any], digest: Callable[[Callable[..., Any]], str]) -> Portable | None:
    """Return the code that came with a kernel; None where it is of another source, or of a newer LLVM than is here."""
    with _making:  # several threads ask at once, and share what one finds
        if function not in _known:
            _known[function] = found(function, digest)
        return _known[function]


def found(function: Callable[..., Any], digest: Callable[[Callable[..., Any]], str]) -> Portable | None:
    """Look for the code of a kernel; see `shipped`, which does so once."""
    import llvmlite.binding as llvm

    file = file_of(function)
    about, _ = told(file)
    return read(file) if about["digest"] == digest(function) and about["llvm"] <= llvm.llvm_version_info[0] else None


def read(file: Path) -> Portable:
    """Return the code in a file."""
    return Portable(*told(file))


def _flat(arguments: tuple[Any, ...]) -> list[Any]:
    found = []
    for one in arguments:
        if isinstance(one, tuple):
            found += _flat(one)
        else:
            found.append(one)
    return found

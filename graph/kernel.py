"""Compiled loops that a small problem does not wait for.

A kernel is a plain function over flat arrays, alone or in named tuples. While it has little to do it runs as it is, over
lists; when it has more, as the machine code that came with the package (`shipped`), which takes a few milliseconds to look
up. Where none came it is compiled by numba and kept on disk. All give the same bytes. Bringing in the compiler takes half a
second, a kernel that is kept a thirtieth, compiling some ten, or one or two where its parts are compiled already: so there
are four sizes of much.
Kernels that make arrays of their own run over arrays either way.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Iterator
from functools import cache, cached_property, partial, update_wrapper
from inspect import getsource
from pathlib import Path
from textwrap import dedent
from time import thread_time
from types import FunctionType
from typing import Any

import numpy as np

from .shipped import READY, Shipped, came, shipped

EACH, SMALL, OWN, LARGE = 200_000, 1_000_000, 10_000_000, 50_000_000
"""Numbers gone over up to which kernels run uncompiled. By one in all its calls: what bringing in its machine code costs
that is kept on this machine, when others are there already, or as the first; what compiling costs that its parts are
compiled for already. By all kernels together, which share their parts: what compiling those costs."""
PACE = 7_000_000
"""Numbers that a loop as it is goes over in a second."""

_BARE: dict[str, Any] = {"nogil": True, "_nrt": False, "no_cfunc_wrapper": True}
_OPTIONS: dict[str, Any] = {**_BARE, "cache": True}
"""How kernels are compiled. They only borrow arrays: without counting references, which every call would take and give back
for each of some thirty arrays, a pass over a network is five times as fast."""
_PART: dict[str, Any] = {**_BARE, "forceinline": True, "no_cpython_wrapper": True}
"""How their parts are: a call would hand on seven words for each array, and a pass takes a third less time without. Nobody
calls a part from Python: what would let them is a fifth of the compiler's work."""
_LARGE_PART: dict[str, Any] = {**_BARE, "no_cpython_wrapper": True}
"""How large parts are: whatever a part calls is gone through once more in each part above it, and takes the compiler that
much longer. Beside what such a part does its call costs little."""
_OWN: dict[str, Any] = {"cache": True, "nogil": True}
"""How those are that make arrays, and their parts."""


class Kernel:
    """A function over flat arrays, compiled when it pays; those that it calls are marked with `part` or `large_part`."""

    spent_by_all = 0.0
    compiler_here = False
    options = _OPTIONS

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.spent, self.announced, self.expected = 0.0, 0.0, 0.0
        update_wrapper(self, function)

    @cached_property
    def compiled(self) -> Callable[..., Any]:
        """The function as machine code; functions that it calls are compiled with it."""
        return compiled(self.function, self.options)

    @cached_property
    def came(self) -> bool:
        """Whether machine code of the function came with the package."""
        return came(self.function)

    @cached_property
    def shipped(self) -> Shipped | None:
        """The machine code that came with the package; None where it is of another source."""
        return shipped(self.function, partial(is_source, self.function)) if self.came else None

    @cached_property
    def kept(self) -> bool:
        """Whether machine code of the function as it stands is kept on this machine."""
        # numba tells it nowhere else; it has no cache where it is told not to compile.
        file = getattr(getattr(self.compiled, "_cache", None), "_cache_file", None)
        return file is not None and bool(file._load_index())

    def __call__(self, *arguments: Any, size: int | None = None) -> Any:
        """Run on the arguments; ``size`` is the most numbers that it goes over, by default those of its arrays once.

        Arrays that the function writes are changed in place either way.
        """
        size = numbers_in(*arguments) if size is None else size
        if self._pays(size):
            code = self.shipped
            words = None if code is None else code.words(arguments)
            if code is not None and words is not None:
                return code(words)
            Kernel.compiler_here = True
            return self.compiled(*arguments)
        began = thread_time()
        result = self._plain(*arguments)
        self._count((thread_time() - began) * PACE)
        self.announced += size
        return result

    def expect(self, size: float) -> None:
        """Say ahead how many numbers the calls of one question will go over together: they use it up."""
        self.expected = max(self.expected, size)

    def _plain(self, *arguments: Any) -> Any:
        known: dict[int, list[Any]] = {}
        lists = [_lists(argument, known) for argument in arguments]
        result = self.function(*lists)
        for argument, values in zip(arguments, lists, strict=True):
            _take(argument, values)
        return result

    def _pays(self, size: int) -> bool:
        # As one rents skis until the rent comes to what a pair costs: never twice the best that could have been done. The
        # rent is what calls took; what the next one may take is announced, and corrected by how much earlier ones took of
        # what was announced for them (a fact that is exchanged reaches a few steps, where all might have followed).
        more = size * min(1.0, self.spent / self.announced) if self.announced else size
        more = max(more, self.expected)
        if self.came:
            if self.spent + more <= READY:
                return False
            if self.shipped:
                self.spent += more
                return True
        if self.spent + more <= (EACH if Kernel.compiler_here else SMALL):
            return False
        pays = (self.spent + more > OWN and Kernel.spent_by_all + more > LARGE) or self.kept
        if pays:
            self._count(more)
        return pays

    def _count(self, numbers: float) -> None:
        self.spent += numbers
        self.expected = max(0.0, self.expected - numbers)
        Kernel.spent_by_all += numbers


class ArrayKernel(Kernel):
    """A function that makes arrays of its own; functions that it calls are marked with `array_part`."""

    options = _OWN

    def _plain(self, *arguments: Any) -> Any:
        with np.errstate(over="ignore"):  # machine words wrap round, and say nothing
            return self.function(*arguments)


def numbers_in(*arguments: Any) -> int:
    """Return how many numbers arrays, and named tuples of arrays, hold together; what is no array counts nothing."""
    count = 0
    for argument in arguments:
        for one in argument if isinstance(argument, tuple) else (argument,):
            if isinstance(one, np.ndarray):
                count += one.size
    return count


class _Table:
    """A named tuple whose fields are found several times as fast."""


def _fields(named: Any) -> Iterator[tuple[str, Any]]:
    return zip(named._fields, named, strict=True)


def _lists(argument: Any, known: dict[int, list[Any]]) -> Any:
    """Return an array, or a named tuple of arrays, as lists: a loop as it is goes over them faster; an array is one list."""
    if isinstance(argument, tuple):
        table = _Table()
        for name, one in _fields(argument):
            setattr(table, name, _lists(one, known))
        return table
    if not isinstance(argument, np.ndarray):
        return argument
    if id(argument) not in known:
        known[id(argument)] = argument.tolist()
    return known[id(argument)]


def _take(argument: Any, values: Any) -> None:
    """Put what became of the lists back into the arrays."""
    if isinstance(argument, tuple):
        for name, one in _fields(argument):
            _take(one, getattr(values, name))
    elif isinstance(argument, np.ndarray) and argument.flags.writeable:
        argument[:] = values


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function that kernels call."""
    function.__kernel_part__ = _PART  # type: ignore[attr-defined]
    return function


def large_part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function that kernels call, with so much in it that machine code of it stands only once."""
    function.__kernel_part__ = _LARGE_PART  # type: ignore[attr-defined]
    return function


def array_part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function that kernels call which make arrays."""
    function.__kernel_part__ = _OWN  # type: ignore[attr-defined]
    return function


def is_source(function: Callable[..., Any], about: dict[str, Any]) -> bool:
    """Whether what is told of machine code is of a function as it stands.

    Files that stand as they did answer at once; to read the source as Python does takes longer than most questions.
    """
    return about["stamp"] == stamp(function) or about["digest"] == digest(function)


def digest(function: Callable[..., Any]) -> str:
    """Return a digest of a function, the numbers that it looks up, the named tuples that it takes and the parts it calls.

    It is the same under every version of Python, whatever the comments say.
    """
    return _digest(function, _source)


def stamp(function: Callable[..., Any]) -> str:
    """Return a digest like `digest`, of the files that the function and its parts stand in, comments and all."""
    return _digest(function, _file)


@cache
def _digest(function: Callable[..., Any], source: Callable[[Any], str]) -> str:
    about: Any = function
    found = {name: about.__globals__[name] for name in sorted(set(about.__code__.co_names)) if name in about.__globals__}
    numbers = {name: value for name, value in found.items() if isinstance(value, int | float | str)}
    parts = [_digest(value, source) for value in found.values() if hasattr(value, "__kernel_part__")]
    # Of a named tuple machine code knows places, and its type no names: another order of the same types is another program.
    kinds = (about.__globals__.get(kind, kind) for kind in about.__annotations__.values())
    fields = [kind._fields for kind in (*kinds, *found.values()) if hasattr(kind, "_fields")]
    ways = _OPTIONS, _PART, _LARGE_PART, _OWN
    text = repr((source(function), numbers, fields, parts, ways))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _source(function: Callable[..., Any]) -> str:
    try:
        tree: Any = ast.parse(dedent(getsource(function)))
    except OSError:  # a package of which only what Python made of the source is here
        about: Any = function
        return repr((about.__code__.co_code, about.__code__.co_consts, about.__code__.co_names))
    if ast.get_docstring(tree.body[0]) is not None:
        del tree.body[0].body[0]
    return ast.unparse(tree)


@cache
def _text(file: str) -> str:
    try:
        return hashlib.sha256(Path(file).read_text(encoding="utf-8").encode("utf-8")).hexdigest()
    except OSError:  # as above: then nothing is known at once
        return ""


def _file(function: Callable[..., Any]) -> str:
    about: Any = function
    return about.__name__ + _text(about.__code__.co_filename)


def compiled(function: Callable[..., Any], options: dict[str, Any]) -> Callable[..., Any]:
    """Return a function that numba compiles, with those that it calls, when it is called or told the types."""
    from .compiling import numba, quickly

    # The compiler looks a called function up among the globals: there it must find a compiled one. A copy of the function
    # gets globals of its own, so that the plain one stays as it is.
    about: Any = function
    called = {
        name: value for name in about.__code__.co_names if hasattr(value := about.__globals__.get(name), "__kernel_part__")
    }
    known = sys.modules[__name__].__dict__.setdefault("_parts", {})
    for name, value in called.items():
        if value not in known:
            known[value] = compiled(value, value.__kernel_part__)
        called[name] = known[value]
    copy = FunctionType(about.__code__, {**about.__globals__, **called}, about.__name__, about.__defaults__)
    # What is kept on disk is told apart by name and by the age of the function's own file. A part may stand in another file:
    # without its digest in the name, machine code would outlive a change of the part.
    copy.__qualname__, copy.__module__ = f"{about.__qualname__}_{digest(about)}", about.__module__
    return quickly(numba.njit(**options)(copy))

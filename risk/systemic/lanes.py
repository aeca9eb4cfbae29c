"""Eight float64 as one value inside compiled code: scenarios side by side in a cache line.

numba compiles a loop over eight accumulators into eight scalars or into trips through memory; this type keeps them in one
vector register, which halves the time of a pass over the links. On large networks the rows lie anywhere in memory, and
asking for them some links ahead saves up to half of the rest. Any processor will do: LLVM splits the vector where needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, models, register_model

from .layouts import LANES

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_INDEX = ir.IntType(32)


class _Lanes(types.Type):
    def __init__(self) -> None:
        super().__init__("Lanes")


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: types.Type) -> None:
        super().__init__(manager, kind, _VECTOR)


_lanes = _Lanes()


def _row(context: Any, builder: Any, kind: types.Type, table: Any, row: Any) -> Any:
    data = context.make_array(kind)(context, builder, table).data
    return builder.gep(builder.bitcast(data, _VECTOR.as_pointer()), [row])


def _two(operate: Callable[[Any, Any, Any], Any]) -> Any:
    @intrinsic
    def operation(typing: Any, a: Any, b: Any) -> Any:
        return _lanes(_lanes, _lanes), lambda _, builder, __, args: operate(builder, *args)

    return operation


def _load(typing: Any, table: Any, row: Any) -> Any:
    """Return row ``row`` of a C-contiguous n x `LANES` float64 array."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_row(context, builder, signature.args[0], *args), align=8)

    return _lanes(table, types.intp), build


def _store(typing: Any, table: Any, row: Any, lanes: Any) -> Any:
    """Write ``lanes`` into row ``row`` of a C-contiguous n x `LANES` float64 array."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _row(context, builder, signature.args[0], *args[:2]), align=8)
        return context.get_dummy_value()

    return types.void(table, types.intp, _lanes), build


def _prefetch(typing: Any, table: Any, row: Any) -> Any:
    """Ask for row ``row`` of an n x `LANES` float64 array to be brought near; it must exist."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = builder.bitcast(_row(context, builder, signature.args[0], *args), ir.IntType(8).as_pointer())
        kinds = [place.type, _INDEX, _INDEX, _INDEX]
        ask = builder.module.declare_intrinsic("llvm.prefetch", [place.type], ir.FunctionType(ir.VoidType(), kinds))
        to_read, keep_near, data = _INDEX(0), _INDEX(3), _INDEX(1)
        builder.call(ask, [place, to_read, keep_near, data])
        return context.get_dummy_value()

    return types.void(table, types.intp), build


def _spread(typing: Any, number: Any) -> Any:
    """Return a vector that holds ``number`` in every lane."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        blank = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(blank, args[0], ir.Constant(_INDEX, 0))
        return builder.shuffle_vector(first, blank, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))

    return _lanes(types.float64), build


load: Any = intrinsic(_load)
store: Any = intrinsic(_store)
prefetch: Any = intrinsic(_prefetch)
spread: Any = intrinsic(_spread)
add = _two(lambda builder, a, b: builder.fadd(a, b))
subtract = _two(lambda builder, a, b: builder.fsub(a, b))
multiply = _two(lambda builder, a, b: builder.fmul(a, b))
divide = _two(lambda builder, a, b: builder.fdiv(a, b))
larger = _two(lambda builder, a, b: builder.select(builder.fcmp_ordered(">", a, b), a, b))
smaller = _two(lambda builder, a, b: builder.select(builder.fcmp_ordered("<", a, b), a, b))

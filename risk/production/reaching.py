"""What a requirement gets of what there is, as its maker sees it."""

from __future__ import annotations

from ...graph.kernel import part
from ...graph.network import ASSUMED, MAKER
from .arrays import Net, State, Way
from .weights import LEAST

WORST, BEST, ALIKE = 0, 1, 2
LOOSE, STRICT_LOW, STRICT_HIGH = 0, 1, 2
"""What reaches a buyer whose sourcing is assumed: as the world; the least, the most that any sourcing gives."""
TINY = 1e-12
UNIFORM = 2
"""A whole market all of whose makers share all that they need; 1 is any other whole market, 0 one of a buyer's."""


@part
def snap(total):
    """Sums that are 0 or 1 up to rounding are exactly that."""
    if 1.0 - 1e-12 < total < 1.0 + 1e-12:
        return 1.0
    return total if total > 1e-12 else 0.0


@part
def passing(a, use, flag, strict):
    """Return what a requirement gets of an availability: served first where its use share is below 1."""
    if use < 1.0:
        a = 0.0 if a <= 0.0 else (1.0 if a >= use else a / use)
    if strict != LOOSE and flag & ASSUMED:
        enough = a >= 1.0 if strict == STRICT_LOW else a > 0.0
        a = 1.0 if enough else 0.0
    return a


@part
def reach(k, at, net: Net, state: State, way: Way):
    """Return what a link's requirement gets, from a side."""
    a, use = state.x[net.indices[k] * way.sides + at], net.use[k]
    return passing(a, use, net.flags[k], way.strict) if use < 1.0 or way.strict != LOOSE else a


@part
def fullest(k, net: Net, state: State, way: Way):
    """Return what a requirement gets where it gets most: nothing hits the unknown side, but everything in a low bound.

    The reading of the facts is of low bounds, too, though it deals out what there is in the best way.
    """
    if way.arrangement != WORST and way.spread != LEAST:
        return reach(k, way.unknown, net, state, way)
    a = 0.0
    for one in range(way.sides):
        a = max(a, reach(k, one, net, state, way))
    return a


@part
def lift(node, net: Net, state: State, way: Way):
    """Set a node to the most that it can give: loops fall from there to their greatest fixed point."""
    for here in range(way.sides):
        state.x[node * way.sides + here] = state.cap[node] if net.kind[node] == MAKER else 1.0


@part
def shares(k, slot, net: Net):
    """Whether the maker behind link ``k`` shares a need of its market."""
    if net.wants[k] == 1:
        return True
    if net.wants[k] == 2:
        for i in range(net.some_ptr[k], net.some_ptr[k + 1]):
            if net.some[i] == slot:
                return True
    return False


@part
def unhindered(k, gives, could, net: Net):
    """Whether the maker behind link ``k`` shares all needs of its market, and has all that it needs by itself."""
    if net.wants[k] != 2:
        return net.wants[k] == 1
    return (
        gives == could
        and net.some_ptr[k + 1] - net.some_ptr[k] == net.need_ptr[net.owner[k] + 1] - net.need_ptr[net.owner[k]]
    )


@part
def bare(gives, could, b):
    """Return what a maker makes without a need: the part ``b`` of what it could, as far as its own needs let it."""
    return min(gives, b * could)


@part
def needing(k, b, net: Net, state: State, way: Way):
    """Return what a maker makes of the world's supply that it cannot make without a need: more than the part ``b``."""
    made, could = state.x[net.indices[k] * way.sides], state.x[net.indices[k] * way.sides]
    if net.wants[k] == 2:
        could = state.cap[net.indices[k]]
    return net.share[k] * (made - bare(made, could, b))

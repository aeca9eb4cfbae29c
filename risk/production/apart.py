"""The worst completion of a market's shares where its makers stand on several sides, each with its own stock of a need.

Side by side, the makers of a market make at best the most that a side's stock makes. The shares that make that least are
found exactly:

- In a whole market a side makes the less of two sums that are linear in the shares: with the need in plenty, and with what
  there is of it besides what is made without. So the least is that of all choices of one sum for each side, and in a choice
  what is open goes to whoever brings least.
- In a buyer's market a maker k of share w_k makes w_k (u_k + (v_k - u_k) f_k) where a part f_k of its need is met, and takes
  f_k mu_k of what the side's stock makes; u_k = min(v_k, b e_k) is made without. That is linear in the shares and in the
  parts: the least over shares of the most over parts is the most over parts of the least over shares, which by duality is
  the most over the worth t of a unit of open share of

      t X + sum_k ( low_k c_k - room_k max(0, t - c_k) ),   c_k = u_k + (v_k - u_k) f_k

  with X what is open. At any t a side gives its stock to whoever gains most by it, piece by piece; in t it is concave.
"""

from __future__ import annotations

import numpy as np

from ...graph.kernel import part
from ...graph.network import EXTRA
from .arrays import Net, Room, State, Way
from .reaching import TINY, bare, needing, reach, shares
from .weights import LEAST, weigh

MOST_CHOICES = 10
"""Sides of a whole market that are short of a need and have some, of which all choices are gone through."""
_GOLDEN, _TURNS = 0.6180339887498949, 74


@part
def scarce(one, choice, need, net: Net, state: State, way: Way):
    """Whether a side makes what its stock makes in a choice: where it has none, or some and a bit of the choice says so."""
    a = reach(need, one, net, state, way)
    if a <= 0.0 or a >= 1.0:
        return a <= 0.0
    bit = 0
    for other in range(one):
        if 0.0 < reach(need, other, net, state, way) < 1.0:
            bit += 1
    return bit < MOST_CHOICES and (choice >> bit) & 1 == 1


@part
def of_the_world(node, slot, net: Net, state: State, way: Way, room: Room):
    """Return the least that the makers of a whole market make at best of a need, each side of its own stock."""
    start, stop = net.indptr[node], net.indptr[node + 1]
    need = net.needs[net.need_ptr[node] + slot]
    b, some = net.kept[need], 0
    for one in range(way.sides):
        if 0.0 < reach(need, one, net, state, way) < 1.0:
            some += 1
    best = 0.0
    for choice in range(1 << min(some, MOST_CHOICES)):
        made = 0.0
        for one in range(way.sides):
            if scarce(one, choice, need, net, state, way):
                made += (1.0 - b) * reach(need, one, net, state, way)
        for k in range(start, stop):
            short = shares(k, slot, net) and scarce(state.side[net.indices[k]], choice, need, net, state, way)
            room.mu[k - start] = bare(room.v[k - start], room.e[k - start], b) if short else room.v[k - start]
        weigh(start, stop, net.slack[node], net.low, net.high, net.flags, LEAST, room.mu, room.w)
        for k in range(start, stop):
            made += room.w[k - start] * room.mu[k - start]
        if choice == 0 or made < best:
            best = made
    return best


@part
def worth(t, slack, node, slot, net: Net, state: State, way: Way, room: Room):
    """Return what the makers of a buyer's market make at best at a worth ``t`` of a unit of open share (see above)."""
    start, stop = net.indptr[node], net.indptr[node + 1]
    need = net.needs[net.need_ptr[node] + slot]
    b, v, e, met = net.kept[need], room.v, room.e, room.w
    for k in range(start, stop):
        i, a = k - start, reach(need, state.side[net.indices[k]], net, state, way)
        # Who has no known part of the world's supply takes nothing from the others.
        met[i] = 1.0 if not shares(k, slot, net) or (net.share[k] <= 0.0 and a > 0.0) else 0.0
    for one in range(way.sides):
        left = (1.0 - b) * reach(need, one, net, state, way)
        while left > TINY:
            pick, ratio, top = -1, 0.0, 0.0
            for k in range(start, stop):
                i = k - start
                if (
                    net.flags[k] & EXTRA
                    or met[i] >= 1.0
                    or room.mu[i] <= 0.0
                    or v[i] <= 0.0
                    or state.side[net.indices[k]] != one
                ):
                    continue
                none = bare(v[i], e[i], b)
                even = (t - none) / (v[i] - none)  # met so far, it brings as much as the worth
                gain = (v[i] - none) * (net.high[k] if met[i] < even - TINY else net.low[k]) / room.mu[i]
                if gain > ratio:
                    pick, ratio, top = k, gain, min(1.0, even) if met[i] < even - TINY else 1.0
            if pick < 0:
                break
            step = min(left, (top - met[pick - start]) * room.mu[pick - start])
            met[pick - start] = top if step < left else met[pick - start] + step / room.mu[pick - start]
            left -= step
    made = t * slack
    for k in range(start, stop):
        if not net.flags[k] & EXTRA:
            none = bare(v[k - start], e[k - start], b)
            each = none + (v[k - start] - none) * met[k - start]
            made += net.low[k] * each - (net.high[k] - net.low[k]) * max(0.0, t - each)
    return made


@part
def worst_apart(node, slot, net: Net, state: State, way: Way, room: Room):
    """Return the least, over the shares that are open, of what a market's makers make at best of one need, side by side.

    Where no side is short of it, that is no bound.
    """
    need, short = net.needs[net.need_ptr[node] + slot], False
    for one in range(way.sides):
        short = short or reach(need, one, net, state, way) < 1.0
    if not short:
        return np.inf
    if net.whole[node]:
        return of_the_world(node, slot, net, state, way, room)
    start, stop = net.indptr[node], net.indptr[node + 1]
    open_, top = 0.0, 0.0
    for k in range(start, stop):
        room.mu[k - start] = needing(k, net.kept[need], net, state, way)
        if not net.flags[k] & EXTRA:
            open_ += net.high[k] - net.low[k]
            top = max(top, room.v[k - start])
    slack, low, high = min(net.slack[node], open_), 0.0, top
    point, other, best, made_one, made_other = 0.0, 0.0, 0.0, 0.0, 0.0
    # Both ends, two points between them, and then a new point beside the better of the two, each leaving three fifths of the
    # interval. All are asked for in one place: the compiler goes through what is called wherever it is.
    for turn in range(_TURNS):
        upper = turn == 3 or (turn > 3 and made_one < made_other)
        if turn > 3 and upper:
            low, point, made_one = point, other, made_other
        elif turn > 3:
            high, other, made_other = other, point, made_one
        if turn < 2:
            t = turn * top
        elif upper:
            other = low + _GOLDEN * (high - low)
            t = other
        else:
            point = high - _GOLDEN * (high - low)
            t = point
        made = worth(t, slack, node, slot, net, state, way, room)
        best = max(best, made)
        if upper:
            made_other = made
        else:
            made_one = made
    return best

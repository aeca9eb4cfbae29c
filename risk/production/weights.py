"""The weights of a pool whose shares are open: by what its sources give, or where a shortage of a need hurts most."""

from __future__ import annotations

from ...graph.kernel import large_part, part
from ...graph.network import EXTRA

LEAST, MOST, EVEN = 0, 1, 2


@part
def weigh(start, stop, slack, low, high, flags, spread, v, w):
    """Fill ``w`` with the weights of a pool in a reading; return what no source has room for."""
    for k in range(start, stop):
        w[k - start] = 0.0 if flags[k] & EXTRA else low[k]
    left = slack
    if left <= 0.0:
        return 0.0
    if spread == EVEN:
        room = 0.0
        for k in range(start, stop):
            if not flags[k] & EXTRA:
                room += high[k] - low[k]
        if room <= 0.0:
            return left
        for k in range(start, stop):
            if not flags[k] & EXTRA:
                w[k - start] += left * (high[k] - low[k]) / room
        return 0.0
    # One source after the other, from the least (or most) that one has to give, each up to its upper bound; those that give
    # the same come in one turn.
    while left > 1e-15:
        best = -1
        for k in range(start, stop):
            if flags[k] & EXTRA or high[k] - w[k - start] <= 1e-15:
                continue
            if best < 0 or (v[k - start] < v[best - start] if spread == LEAST else v[k - start] > v[best - start]):
                best = k
        if best < 0:
            break
        given = v[best - start]
        for k in range(best, stop):
            if v[k - start] == given and not flags[k] & EXTRA and high[k] - w[k - start] > 1e-15 and left > 1e-15:
                step = min(left, high[k] - w[k - start])
                w[k - start] += step
                left -= step
    return left if left > 1e-15 else 0.0


@large_part
def hung(level, start, stop, slack, b, low, high, flags, v, e, w, mu):
    """Fill ``w`` so that least is made where a need is worth ``level`` a unit; return that, and its slope in the level.

    Without the need a maker makes the part ``b`` of what it could (``e``), as far as that is no more than it can; with it,
    all (``v``). What is made beyond ``level`` for each unit that the maker takes of the need (``mu``, of the world's;
    negative: of makers that do without) is given for nothing.
    """
    for k in range(start, stop):
        w[k - start] = 0.0 if flags[k] & EXTRA else low[k]
    left, last = slack, 0.0
    while left > 1e-15:
        best, cost = -1, 0.0
        for k in range(start, stop):
            i = k - start
            if flags[k] & EXTRA or high[k] - w[i] <= 1e-15:
                continue
            bare = min(v[i], b * e[i])
            each = bare if (v[i] - bare) * w[i] < level * mu[i] * (1.0 - 1e-12) else v[i]
            if best < 0 or each < cost:
                best, cost = k, each
        if best < 0:
            break
        i = best - start
        top, more = high[best], v[i] - min(v[i], b * e[i])
        if more > 0.0 and more * w[i] < level * mu[i] * (1.0 - 1e-12):
            top = min(top, level * mu[i] / more)
        step = min(left, top - w[i])
        w[i] += step
        left -= step
        last = cost
    made, slope = 0.0, 0.0
    for k in range(start, stop):
        i = k - start
        if mu[i] < 0.0:
            made += w[i] * v[i]
            continue
        bare = min(v[i], b * e[i])
        more = v[i] - bare
        made += w[i] * bare + max(0.0, w[i] * more - level * mu[i])
        if flags[k] & EXTRA:
            continue
        if more * low[k] > level * mu[i]:
            slope -= mu[i]
        elif more * high[k] > level * mu[i]:
            slope += min(0.0, bare - min(last, v[i])) * mu[i] / more
    return made, slope


@large_part
def squeeze(start, stop, slack, a, b, low, high, flags, v, e, w, mu):
    """Fill ``w`` with the shares of a buyer's makers of which the best that can be made of a need's part ``a`` is the least.

    The most that is made of a need is, by duality, the least over all worths of it (levels) of what it is worth and what is
    made beside: of that and the shares together the least is where two lines below a convex function of the level meet.
    """
    worth = (1.0 - b) * a
    below, (under, falls) = 0.0, hung(0.0, start, stop, slack, b, low, high, flags, v, e, w, mu)
    falls += worth
    above = 0.0
    for k in range(start, stop):
        i = k - start
        if mu[i] > 0.0 and not flags[k] & EXTRA:
            above = max(above, high[k] * (v[i] - min(v[i], b * e[i])) / mu[i])
    if falls >= 0.0 or above <= 0.0:
        return
    over, rises = hung(above, start, stop, slack, b, low, high, flags, v, e, w, mu)
    over, rises = over + worth * above, rises + worth
    if rises <= 0.0:
        return
    for _ in range(100):  # pieces of the function, of which there are some four for each maker
        level = (under - over + rises * above - falls * below) / (rises - falls)
        least = under + falls * (level - below)
        made, slope = hung(level, start, stop, slack, b, low, high, flags, v, e, w, mu)
        made, slope = made + worth * level, slope + worth
        if made <= least + 1e-13 or slope == 0.0 or not below < level < above:
            return
        if slope < 0.0:
            below, under, falls = level, made, slope
        else:
            above, over, rises = level, made, slope

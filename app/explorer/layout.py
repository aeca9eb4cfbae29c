"""Where items stand: tiers from left (furthest upstream) to right (products), in an order with few crossings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

COLUMN, ROW = 230.0, 34.0
"""Width of a column and height of a row, in the canvas's own units."""
ASPECT = 1.7
SWEEPS = 6
MOST_POINTS = 150_000
"""Where links pass through more tiers than this altogether, only those between neighbouring tiers order the items."""
_Row = tuple[bool, int]


@dataclass(frozen=True)
class Layout:
    """Places of items.

    Attributes
    ----------
    tier : dict of str to int
        Longest way to a product or, for what leads to none, to whatever needs it last; 0 = nothing needs it.
    apart : frozenset of str
        Items that lead to no product.
    order : dict of str to int
        Rank in its tier, from the top.
    x, y : dict of str to float
        Where it stands on the canvas.
    """

    tier: dict[str, int]
    apart: frozenset[str]
    order: dict[str, int]
    x: dict[str, float]
    y: dict[str, float]


def layered(
    items: Sequence[str], needs: Iterable[tuple[str, str]], products: Iterable[str], chain: Mapping[str, str]
) -> Layout:
    """Lay items out in tiers.

    Parameters
    ----------
    items : sequence of str
        Ids, in the order that breaks ties.
    needs : iterable of (item, input)
        Who needs whom; loops are allowed.
    products : iterable of str
        Where the chains end.
    chain : mapping
        A word by which items are kept together at the start (for example their chain).

    References
    ----------
    .. [1] Sugiyama, Tagawa, Toda (1981), IEEE Trans. Systems, Man, and Cybernetics 11(2), 109-125,
       doi 10.1109/TSMC.1981.4308636.

    >>> layout = layered(["robot", "magnet", "iron"], [("robot", "magnet"), ("magnet", "iron")], ["robot"], {})
    >>> sorted(layout.tier.items()), [layout.x[id] for id in ("iron", "magnet", "robot")]
    ([('iron', 2), ('magnet', 1), ('robot', 0)], [-460.0, -230.0, 0.0])
    """
    inputs: dict[str, list[str]] = defaultdict(list)
    for item, need in needs:
        if item != need and need not in inputs[item]:
            inputs[item].append(need)
    needed = {need for needs_of in inputs.values() for need in needs_of}
    linked = _tiers(inputs, products)
    tier = _tiers(inputs, [id for id in items if id not in needed] + list(items)) | linked
    apart = frozenset(items) - set(linked)
    # Drawn tiers: those of the products, then, below them, those of what stands apart.
    row = {id: (id in apart, tier[id]) for id in items}
    links = [
        (item, need) for item in items for need in inputs[item] if row[need] > row[item] and row[need][0] == row[item][0]
    ]
    ranks = _ordered(items, links, row, chain)
    order = {id: i for ids in ranks.values() for i, id in enumerate(ids)}
    x, y = _placed(ranks, links)
    return Layout(tier, apart, order, x, y)


def _tiers(inputs: Mapping[str, list[str]], roots: Iterable[str]) -> dict[str, int]:
    """Longest way to a root for all that leads to one, counted without the links that close a loop."""
    finished: list[str] = []
    state: dict[str, int] = {}
    forward: dict[str, list[str]] = defaultdict(list)
    for root in roots:
        if root in state:
            continue
        state[root], path = 1, [(root, iter(inputs.get(root, ())))]
        while path:
            node, rest = path[-1]
            for need in rest:
                if state.get(need) == 1:
                    continue  # closes a loop
                forward[node].append(need)
                if need not in state:
                    state[need] = 1
                    path.append((need, iter(inputs.get(need, ()))))
                    break
            else:
                state[node] = 2
                finished.append(node)
                path.pop()
    tier = dict.fromkeys(finished, 0)
    for node in reversed(finished):
        for need in forward[node]:
            tier[need] = max(tier[need], tier[node] + 1)
    return tier


def _ordered(
    items: Sequence[str], links: list[tuple[str, str]], row: Mapping[str, _Row], chain: Mapping[str, str]
) -> dict[_Row, list[str]]:
    """Order the items of each tier by barycentres, and keep the order with the fewest crossings.

    A link over several tiers passes through a point in each of them, so that it is counted where it crosses.
    """
    ranks: dict[_Row, list] = defaultdict(list)
    for item in sorted(items, key=lambda id: (chain.get(id, ""),)):
        ranks[row[item]].append(item)
    if sum(row[need][1] - row[item][1] for item, need in links) > MOST_POINTS:
        links = [(item, need) for item, need in links if row[need][1] == row[item][1] + 1]
    left, right = defaultdict(list), defaultdict(list)  # nearer the mine, nearer the product
    for number, (item, need) in enumerate(links):
        last: object = item
        for step in range(row[item][1] + 1, row[need][1]):
            t = (row[item][0], step)
            ranks[t].append((number, t))
            right[number, t].append(last)
            left[last].append((number, t))
            last = (number, t)
        right[need].append(last)
        left[last].append(need)
    tiers = sorted(ranks)
    best, fewest = {t: list(ranks[t]) for t in ranks}, None
    for sweep in range(SWEEPS):
        way, near = (tiers[1:], right) if sweep % 2 == 0 else (tiers[-2::-1], left)
        for t in way:
            fixed = {id: i for i, id in enumerate(ranks.get((t[0], t[1] + (-1 if sweep % 2 == 0 else 1)), []))}
            here = {id: i for i, id in enumerate(ranks[t])}
            ranks[t].sort(key=lambda id: _mean([fixed[n] for n in near[id]], here[id]))
        crossings = sum(_crossings(ranks[t], ranks[t[0], t[1] + 1], right) for t in tiers if (t[0], t[1] + 1) in ranks)
        if fewest is None or crossings < fewest:
            fewest, best = crossings, {t: list(ranks[t]) for t in ranks}
    return {t: [id for id in ids if isinstance(id, str)] for t, ids in best.items()}


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _crossings(front: list, back: list, right: Mapping) -> int:
    """Pairs of links between two tiers that cross (Barth, Jünger, Mutzel 2002): inversions, by a Fenwick tree."""
    place = {id: i for i, id in enumerate(front)}
    ends = [end for id in back for end in sorted(place[n] for n in right[id])]
    tree, found = [0] * (len(front) + 1), 0
    for seen, end in enumerate(ends):
        i, before = end + 1, 0
        while i:
            before += tree[i]
            i &= i - 1
        found += seen - before
        i = end + 1
        while i < len(tree):
            tree[i] += 1
            i += i & -i
    return found


def _placed(ranks: Mapping[_Row, list[str]], links: list[tuple[str, str]]) -> tuple[dict[str, float], dict[str, float]]:
    """Coordinates: tall tiers are staggered over several columns, then each item is drawn towards its neighbours."""
    main = sorted(t for t in ranks if not t[0])
    rows = _rows({t: len(ranks[t]) for t in main})
    near: dict[str, list[str]] = defaultdict(list)
    for item, need in links:
        near[item].append(need)
        near[need].append(item)
    x: dict[str, float] = {}
    y: dict[str, float] = {}
    gap: dict[_Row, float] = {}
    edge = COLUMN
    for t in main:
        columns = -(-len(ranks[t]) // rows)
        gap[t] = ROW / columns
        for i, id in enumerate(ranks[t]):
            x[id] = edge - COLUMN * (columns - i % columns)
            y[id] = (i - (len(ranks[t]) - 1) / 2) * gap[t]
        edge -= COLUMN * columns
    for _ in range(4):
        for t in main:
            wanted = [_mean([y[n] for n in near[id]], y[id]) for id in ranks[t]]
            y |= zip(ranks[t], spaced(wanted, gap[t]), strict=True)
    # What leads to no product stands below, in a block of its own.
    apart = [id for t in sorted(ranks) if t[0] for id in ranks[t]]
    floor = max(y.values(), default=0.0) + 3 * ROW
    columns = max(1, round(-edge / COLUMN) + 1, round((len(apart) * ROW * ASPECT / COLUMN) ** 0.5) if not gap else 1)
    for i, id in enumerate(apart):
        x[id], y[id] = COLUMN * (1 - columns + i % columns) + 0.0, floor + ROW * (i // columns)
    return x, y


def _rows(sizes: Mapping[_Row, int]) -> int:
    """Most rows of a tier, such that the whole drawing is about as wide as a screen."""
    for rows in range(12, max(sizes.values(), default=12)):
        columns = sum(-(-size // rows) for size in sizes.values())
        if columns * COLUMN <= ASPECT * rows * ROW:
            return rows
    return max(12, max(sizes.values(), default=12))


def spaced(wanted: Sequence[float], gap: float) -> list[float]:
    """Return places nearest to the wanted ones (least squares), in the same order and at least ``gap`` apart.

    >>> spaced([0.0, 0.0, 9.0], 2.0)
    [-1.0, 1.0, 9.0]
    """
    blocks: list[tuple[float, int]] = []  # sum of wanted places less their offsets, members: pool adjacent violators
    for i, value in enumerate(wanted):
        total, members = value - i * gap, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / members:
            below, count = blocks.pop()
            total, members = total + below, members + count
        blocks.append((total, members))
    flat = [total / members for total, members in blocks for _ in range(members)]
    return [place + i * gap for i, place in enumerate(flat)]

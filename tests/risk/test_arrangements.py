"""The bounds of a scenario against linear programs over the transport polytope, written from the definition.

The oracle never looks at a compiled network. For every market it lets flows run from the sources of each shared need to the
places of the makers (marginals: the sources' shares, the makers' shares), lets plants be deprived of any set of needs, and
minimises or maximises the output over all of this, and over all completions of the shares, by HiGHS.
"""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, embargo, halt, reduce, simulate
from scipy.optimize import linprog

PLACES = ["AAA", "BBB", "CCC", "DDD"]


def draw_model(rng, tree, gaps=True, groups=True, graded=True, trades=True):
    """A random acyclic model as plain data: needs, world shares (None: named, no figure), sourcing of single makers."""
    n = int(rng.integers(2, 6))
    items = [f"i{k}" for k in range(n)]
    needs = {item: [] for item in items}
    for k, item in enumerate(items[1:], start=1):
        users = rng.permutation(items[:k])[: 1 if tree else int(rng.integers(1, 3))]
        for user in users:
            low = float(rng.choice([0.0, 0.0, 0.25, 0.5])) if graded else 0.0
            high = float(min(1.0, low + rng.choice([0.0, 0.0, 0.25]))) if graded else 0.0
            group = "g" if groups and rng.random() < 0.3 else None
            mix = float(rng.choice([0.25, 0.5])) if group and rng.random() < 0.5 else None
            needs[user].append({"input": item, "group": group, "mix": mix, "low": low, "high": high})
    shares = {}
    for item in items:
        makers = list(rng.permutation(PLACES)[: int(rng.integers(1, 5))])
        parts = rng.dirichlet(np.ones(len(makers) + 1)) if gaps else np.append(rng.dirichlet(np.ones(len(makers))), 0.0)
        known = {maker: round(float(part), 3) for maker, part in zip(makers, parts, strict=False)}
        if not gaps:
            last = makers[-1]
            known[last] = round(1 - sum(v for m, v in known.items() if m != last), 9)
        elif rng.random() < 0.4:
            known[makers[-1]] = None
        shares[item] = known
    own = {}
    if trades:
        for item in items[1:]:
            if rng.random() < 0.3:
                buyer = str(rng.choice(PLACES))
                sellers = rng.permutation([m for m, s in shares[item].items() if s] or [])[:2]
                if len(sellers):
                    values = rng.integers(1, 5, len(sellers))
                    own[item, buyer] = {str(s): float(v) for s, v in zip(sellers, values, strict=True)}
    return items, needs, shares, own


def graph_of(items, needs, shares, own):
    rows = [
        {"item": user, "input": n["input"], "source": "s", "group": n["group"], "mix": n["mix"]}
        | {"kept_without_low": n["low"], "kept_without_high": n["high"]}
        for user, found in needs.items()
        for n in found
    ]
    sold = [
        {"item": item, "supplier": maker, "source": "s", "share": share}
        for item, k in shares.items()
        for maker, share in k.items()
    ]
    bought = [
        {"item": item, "buyer": buyer, "seller": seller, "value": value, "unit": "t", "year": 2024, "source": "s"}
        for (item, buyer), flows in own.items()
        for seller, value in flows.items()
    ]
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in items],
        inputs=rows or None,
        suppliers=[{"id": p, "name_en": p, "kind": "country"} for p in PLACES],
        shares=sold,
        trades=bought or None,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


class Linear:
    """A linear program, built row by row: ``{variable: factor}`` with its right-hand side."""

    def __init__(self):
        self.costs, self.bounds = [], []
        self.rows = {"eq": ([], []), "ub": ([], [])}

    def variable(self, cost=0.0, low=0.0, high=None):
        self.costs.append(cost)
        self.bounds.append((low, high))
        return len(self.costs) - 1

    def equal(self, row, value):
        self._add("eq", row, value)

    def below(self, row, value):
        self._add("ub", row, value)

    def _add(self, kind, row, value):
        self.rows[kind][0].append(row)
        self.rows[kind][1].append(value)

    def best(self, maximise):
        """The greatest (least) sum of costs."""
        given = {"c": (-1.0 if maximise else 1.0) * np.array(self.costs), "bounds": self.bounds, "method": "highs"}
        for kind, (rows, values) in self.rows.items():
            matrix = np.zeros((len(rows), len(self.costs)))
            for i, row in enumerate(rows):
                matrix[i, list(row)] = list(row.values())
            given |= {f"A_{kind}": matrix, f"b_{kind}": values} if rows else {}
        found = linprog(**given)
        assert found.status == 0, found.message
        return (-1.0 if maximise else 1.0) * found.fun


class Oracle:
    """Values of every market by definition, one bound at a time; ``cut(maker, item)`` is its capacity, ``barred`` pairs."""

    def __init__(self, items, needs, shares, own, scenario, bound):
        self.items, self.needs, self.shares, self.own, self.bound = items, needs, shares, own, bound
        self.caps, self.barred = {}, set()
        self.hidden = {}
        for change in scenario:
            for item in items:
                if change.item not in {None, item}:
                    continue
                if change.kind == "embargo":
                    self.barred |= {(item, change.node, place) for place in PLACES if place in change.to}
                else:
                    self.caps[item, change.node] = self.caps.get((item, change.node), 1.0) * (1 - change.share)
                    if change.node not in shares[item]:
                        kept = self.hidden.setdefault(item, {})
                        kept[change.node] = kept.get(change.node, 1.0) * (1 - change.share)
        self.memo = {}

    # Availability of an item to the makers of a place ("" is nowhere in particular, "?" anywhere)

    def level(self, item, place):
        if (item, place) not in self.memo:
            own = self.own.get((item, place))
            self.memo[item, place] = self.known(item, place, own) if own else self.world(item, place)
        return self.memo[item, place]

    def passes(self, item, maker, place):
        """Gain of a sale; of sales to an unknown place the bound that hurts or helps."""
        if place == "?":
            return 0.0 if self.bound == "low" and any((item, maker, p) in self.barred for p in PLACES) else 1.0
        return 0.0 if (item, maker, place) in self.barred else 1.0

    def members(self, item):
        """Makers with bounds of their shares; "?" is the unattributed rest."""
        known = self.shares[item]
        rest = 1 - sum(s for s in known.values() if s is not None)
        named = [(m, s, s) if s is not None else (m, 0.0, rest) for m, s in known.items()]
        if rest > 1e-12:
            named.append(("?", 0.0 if None in known.values() else rest, rest))
        return named

    def capacity(self, item, maker):
        if maker == "?":  # it may all be of the one that is hit most; nobody is of two countries
            return min(self.hidden.get(item, {}).values(), default=1.0) if self.bound == "low" else 1.0
        return self.caps.get((item, maker), 1.0)

    def groups(self, item):
        """Requirements: lists of alternatives with their mix, and what is kept without."""
        found = {}
        for k, need in enumerate(self.needs[item]):
            key = need["group"] or k
            found.setdefault(key, []).append(need)
        which = (lambda v: min(v)) if self.bound == "low" else (lambda v: max(v))
        side = "low" if self.bound == "low" else "high"
        return [(rows, which([row[side] for row in rows])) for rows in found.values()]

    def told(self, rows, maker):
        return all((row["input"], maker) in self.own for row in rows)

    def group_level(self, rows, place):
        """Availability of alternatives: the mix is known, or where it hurts most (helps most)."""
        levels = [self.level(row["input"], place) for row in rows]
        mixes = [row["mix"] for row in rows]
        if all(mix is not None for mix in mixes):
            return float(np.dot(levels, mixes) / sum(mixes))
        known = sum(mix for mix in mixes if mix is not None)
        pick = min if self.bound == "low" else max
        open_levels = [level for level, mix in zip(levels, mixes, strict=True) if mix is None]
        return sum(m * v for v, m in zip(levels, mixes, strict=True) if m is not None) + max(0.0, 1 - known) * pick(
            open_levels
        )

    def plant(self, item, maker):
        """Capacity and requirements whose sourcing is known, of one maker: a plant."""
        cap = self.capacity(item, maker)
        kept = cap
        for rows, b in self.groups(item):
            if self.told(rows, maker):
                kept = min(kept, b * cap + (1 - b) * self.group_level(rows, maker))
        return kept

    def shared(self, item, maker):
        return [g for g, (rows, _) in enumerate(self.groups(item)) if maker == "?" or not self.told(rows, maker)]

    def world(self, item, place):
        members = self.members(item)
        return self.program(item, place, members, None)

    def known(self, item, place, flows):
        total = sum(flows.values())
        weights = {maker: value / total for maker, value in flows.items()}
        members = [(m, self.shares[item][m], self.shares[item][m]) for m in weights]
        return self.program(item, place, members, weights)

    def program(self, item, place, members, weights):
        """One linear program: world masses of plants by maker and by the set of needs that they lack."""
        linear = Linear()
        share = {m: linear.variable(low=low, high=high) for m, low, high in members}
        if weights is None:
            linear.equal(dict.fromkeys(share.values(), 1.0), 1.0)
        groups, maximise = self.groups(item), self.bound == "high"
        lack = {g: {} for g in range(len(groups))}
        for m in share:
            scale = 1.0 if weights is None else weights[m] / self.shares[item][m]
            gain = self.passes(item, m, place) * scale
            plants = self.supplied if maximise else self.split
            for g, terms in plants(linear, item, m, gain, share[m]):
                lack[g][m] = terms
        for g, (rows, _) in enumerate(groups):
            self.flows(rows, lack[g], share, linear, maximise)
        return float(min(1.0, max(0.0, linear.best(maximise))))

    def supplied(self, linear, item, maker, gain, share):
        """Outputs of a maker's plants; what they get of each need is bounded later, by its terms."""
        cap, groups = self.capacity(item, maker), self.groups(item)
        y = linear.variable(gain)
        linear.below({y: 1.0, share: -self.plant(item, maker)}, 0.0)
        for g in set(self.shared(item, maker)):
            b = groups[g][1]
            if b < 1:
                z = linear.variable()
                linear.below({y: 1.0, share: -b * cap, z: -(1 - b)}, 0.0)
                yield g, {z: 1.0}

    def split(self, linear, item, maker, gain, share):
        """Plants of a maker by what they can make (all, what is left of it without an own need, nothing) and what they lack.

        Each keeps the least of what it can make, and of what it can make without each need that it lacks.
        """
        cap, groups, mine = self.capacity(item, maker), self.groups(item), set(self.shared(item, maker))
        told = [(rows, b) for rows, b in groups if maker != "?" and self.told(rows, maker)]
        left = min((b for rows, b in told if self.group_level(rows, maker) < 1), default=1.0)
        full = (self.plant(item, maker) - left * cap) / (1 - left) if left < 1 else cap
        sets = [s for size in range(len(groups) + 1) for s in combinations(range(len(groups)), size)]
        lack = {g: {} for g in mine}
        for mass, most in ((full, 1.0), (cap - full, left), (1 - cap, 0.0)):
            plants = {}
            for lacks in sets:
                if set(lacks) <= mine:
                    plant = linear.variable(gain * min([most, *(groups[g][1] for g in lacks)]))
                    plants[plant] = 1.0
                    for g in lacks:
                        lack[g][plant] = 1.0
            linear.equal(plants | {share: -mass}, 0.0)
        yield from lack.items()

    def flows(self, rows, lack, share, linear, maximise):
        """Supply of one need runs from its sources to the makers; who is not seen here takes the rest."""
        made = bool(self.barred and self.needs[rows[0]["input"]])
        if len(rows) > 1 or made or any((rows[0]["input"], p) in self.own for p in PLACES):
            # Alternatives, own sourcing, embargoed goods that need others: what each place gets, and any place.
            joint = self.group_level(rows, "?")
            alike = {}
            for m, terms in lack.items():  # makers whom the embargoes treat alike share what such places get
                a = self.group_level(rows, m)
                linear.below(dict(terms), a if maximise else 1 - a)
                barred = frozenset(pair[:2] for pair in self.barred if pair[2] == m)
                if m != "?":
                    alike.setdefault(barred, (a, {}))[1].update(terms)
            for a, terms in alike.values():
                linear.below(terms, a if maximise else 1 - a)
            if lack:
                linear.below({v: c for terms in lack.values() for v, c in terms.items()}, joint if maximise else 1 - joint)
            return
        item = rows[0]["input"]
        sources = self.completed(item)
        takers = [*lack, "*"]
        flow = {(s, t): linear.variable() for s, _, _ in sources for t in takers}
        for s, weight, _ in sources:
            linear.equal({flow[s, t]: 1.0 for t in takers}, weight)
        if maximise:
            for t, terms in lack.items():
                got = {flow[s, t]: -level * self.passes(item, s, t) for s, _, level in sources}
                linear.below(terms | got, 0.0)
            return
        for t, terms in lack.items():
            linear.equal({flow[s, t]: 1.0 for s, _, _ in sources} | {share[t]: -1.0}, 0.0)
            linear.equal(dict(terms) | {flow[s, t]: -(1 - level * self.passes(item, s, t)) for s, _, level in sources}, 0.0)

    def completed(self, item):
        """Sources of a world market under the completion of its shares that gives the bound: the living and the dead part.

        Where the item has requirements of its own, only the market as a whole is known.
        """
        if self.needs[item]:
            level = self.level(item, "")
            return [("?", level, 1.0), ("?-", 1 - level, 0.0)]
        members = self.members(item)
        order = sorted(members, key=lambda m: self.capacity(item, m[0]), reverse=self.bound == "high")
        left = 1 - sum(low for _, low, _ in members)
        found = []
        for m, low, high in order:
            step = min(left, high - low)
            left -= step
            cap = self.capacity(item, m)
            found += [(m, (low + step) * cap, 1.0), (m + "-", (low + step) * (1 - cap), 0.0)]
        return found


def bounds(model, scenario):
    return [Oracle(*model, scenario, bound).level("i0", "") for bound in ("low", "high")]


def scenarios(rng, items, embargoes):
    node, other = (str(p) for p in rng.permutation(PLACES)[:2])
    changes = [halt(node)] if rng.random() < 0.6 else [reduce(node, 0.5)]
    if rng.random() < 0.4:
        changes.append(reduce(other, 0.25, item=str(rng.choice(items))))
    if embargoes:
        changes.append(embargo(other, to=[str(rng.choice([place for place in PLACES if place != other]))]))
    return Scenario("x", changes)


def kept(model, scenario, **options):
    row = simulate(graph_of(*model), scenario, **options).filter(pl.col("item") == "i0").row(0, named=True)
    return row["kept_low"], row["kept_high"], row["kept_estimate"]


@pytest.mark.parametrize("seed", range(100))
def test_on_trees_the_bounds_are_the_linear_programs_optima(seed):
    rng = np.random.default_rng(seed)
    model = draw_model(rng, tree=True, trades=False)
    scenario = scenarios(rng, model[0], embargoes=False)
    low, high, _ = kept(model, scenario)
    least, most = bounds(model, scenario)
    assert low == pytest.approx(least, abs=1e-9)
    assert high == pytest.approx(most, abs=1e-9)


@pytest.mark.parametrize("seed", range(150, 270))
def test_the_bounds_hold_on_any_acyclic_graph(seed):
    rng = np.random.default_rng(seed)
    model = draw_model(rng, tree=bool(rng.random() < 0.5))
    scenario = scenarios(rng, model[0], embargoes=False)
    low, high, estimate = kept(model, scenario)
    least, most = bounds(model, scenario)
    assert low <= least + 1e-9
    assert high >= most - 1e-9
    assert low <= estimate <= high


@pytest.mark.parametrize("seed", range(600, 700))
def test_who_buys_one_need_by_itself_and_shares_another_is_within_its_bounds(seed):
    """Graded needs of one item, of which some makers buy one by themselves: what is kept without is of their capacity."""
    rng = np.random.default_rng(seed)
    items, places = ["i0", "i1", "i2"], PLACES[: int(rng.integers(1, 5))]
    shares = {item: dict(zip(places, rng.dirichlet(np.ones(len(places))).tolist(), strict=True)) for item in items}
    without = rng.choice([0.0, 0.25, 0.5, 0.75], 2).tolist()
    needs = [{"input": f"i{k + 1}", "group": None, "mix": None, "low": b, "high": b} for k, b in enumerate(without)]
    own = {("i1", buyer): {str(rng.choice(places)): 1.0} for buyer in places if rng.random() < 0.6}
    changes = [reduce(str(rng.choice(places)), float(rng.choice([0.25, 0.5, 1.0])), item=item) for item in ("i1", "i2")]
    model = items, {"i0": needs, "i1": [], "i2": []}, shares, own
    low, high, estimate = kept(model, Scenario("x", changes))
    least, most = bounds(model, Scenario("x", changes))
    assert low <= least + 1e-9
    assert high >= most - 1e-9
    if len(places) == 1:
        assert (low, high) == pytest.approx((least, most), abs=1e-9)
    # Supplied alike, each maker makes the least of what it can without each need beside what arrives of it.
    cut = {change.item: shares[change.item][change.node] * change.share for change in changes}
    alike = 0.0
    for maker, share in shares["i0"].items():
        seller = next(iter(own.get(("i1", maker), {})), None)
        lacks = (cut["i1"] if seller is None else changes[0].share * (seller == changes[0].node), cut["i2"])
        alike += share * min(1 - (1 - b) * lack for b, lack in zip(without, lacks, strict=True))
    assert estimate == pytest.approx(alike, abs=1e-9)
    assert low <= estimate <= high


@pytest.mark.parametrize("seed", range(400, 520))
def test_the_bounds_hold_under_embargoes_which_hit_some_places_and_spare_others(seed):
    rng = np.random.default_rng(seed)
    model = draw_model(rng, tree=bool(rng.random() < 0.5))
    scenario = scenarios(rng, model[0], embargoes=True)
    low, high, estimate = kept(model, scenario)
    least, most = bounds(model, scenario)
    assert low <= least + 1e-9
    assert high >= most - 1e-9
    assert low <= estimate <= high


@pytest.mark.parametrize("seed", range(30))
def test_an_embargo_of_ore_is_exact_where_one_market_lies_between(seed):
    rng = np.random.default_rng(seed)
    items, shares = ["i0", "i1"], {}
    for item in items:
        parts = rng.dirichlet(np.ones(4))
        shares[item] = dict(zip(PLACES, [*np.round(parts[:3], 3), 1 - np.round(parts[:3], 3).sum()], strict=True))
    model = items, {"i0": [{"input": "i1", "group": None, "mix": None, "low": 0.0, "high": 0.0}], "i1": []}, shares, {}
    scenario = Scenario("x", embargo("AAA", item="i1", to=["BBB"]))
    assert kept(model, scenario)[:2] == pytest.approx(bounds(model, scenario), abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_a_buyer_that_knows_its_first_tier_alone_gets_what_may_reach_those_makers(seed):
    """S < 1: what reaches makers of joint share S lies between max(0, 1 - (1 - A)/S) and min(1, A/S)."""
    rng = np.random.default_rng(seed)
    first, second = rng.uniform(0.05, 0.4, 2).round(3)
    lost = round(float(rng.uniform(0.05, 0.9)), 3)
    shares = {
        "i0": {"AAA": 1.0},
        "i1": {"BBB": first, "CCC": second, "DDD": 1 - first - second},
        "i2": {"AAA": lost, "DDD": 1 - lost},
    }
    needs = {"i0": ["i1"], "i1": ["i2"], "i2": []}
    needs = {
        k: [{"input": v, "group": None, "mix": None, "low": 0.0, "high": 0.0} for v in found] for k, found in needs.items()
    }
    values = {"BBB": float(first), "CCC": float(second)}  # in proportion to the makers' shares of the world
    model = ["i0", "i1", "i2"], needs, shares, {("i1", "AAA"): values}
    low, high, _ = kept(model, Scenario("x", halt("AAA", item="i2")))
    joint = first + second
    assert low == pytest.approx(max(0.0, 1 - lost / joint), abs=1e-9)
    assert high == pytest.approx(min(1.0, (1 - lost) / joint), abs=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_more_capacity_never_keeps_less_and_names_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    items, needs, shares, own = draw_model(rng, tree=False)
    node = str(rng.choice(PLACES))
    losses = [kept((items, needs, shares, own), Scenario("x", reduce(node, part))) for part in (0.9, 0.5, 0.2, 0.0)]
    for worse, better in zip(losses, losses[1:], strict=False):
        assert all(a <= b + 1e-12 for a, b in zip(worse, better, strict=True))
    names = {item: f"z{len(items) - k}" for k, item in enumerate(items)}
    graph = graph_of(items, needs, shares, own)
    told = graph.inputs.with_columns(pl.col("item", "input").replace(names)).reverse()
    other = SupplyGraph(
        items=graph.items.with_columns(pl.col("id").replace(names)).reverse(),
        inputs=told,
        suppliers=graph.suppliers.reverse(),
        shares=graph.shares.with_columns(pl.col("item").replace(names)).reverse(),
        trades=graph.trades.with_columns(pl.col("item").replace(names)).reverse(),
        sources=graph.sources,
    )
    scenario = Scenario("x", reduce(node, 0.5))
    here = {row["item"]: row for row in simulate(graph, scenario).iter_rows(named=True)}
    there = {row["item"]: row for row in simulate(other, scenario).iter_rows(named=True)}
    for item, row in here.items():
        for column in ("kept_low", "kept_high", "kept_estimate"):
            assert there[names[item]][column] == pytest.approx(row[column], abs=1e-12)

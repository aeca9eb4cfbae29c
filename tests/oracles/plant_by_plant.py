"""Time from its definition, plant by plant: who sells to whom is drawn, each plant has its own stock; many ways at once.

Every item is made by four plants of equal size, and shares are quarters. A completion says where the plants of which nobody
said it stand, from which plant each buys each need, and what happens to supply when it is short; nothing of the package is
used to run it.
"""

from itertools import permutations

import numpy as np
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, add_source, embargo, halt, reduce, stockpile

PLANTS, STEP = 4, 0.2
ABROAD = ("AAA", "BBB", "CCC")
BUYER, NOWHERE = "JPN", "ZZZ"
PLACES = (*ABROAD, BUYER, NOWHERE)
BY_CONTRACT, ONE_BY_ONE, ALIKE, WHO_HAS_LEAST = range(4)
"""What happens to supply: each gets what its own supplier makes; all goes to one after the other, always the same
ones first; everybody gets the same part of what is there; all goes to those who have least in stock."""
ORDERS = np.array(list(permutations(range(PLANTS))))


class Case:
    """Facts and a scenario. ``makers``: of each item, what goes in first, the quarters of each place (None: nobody said)."""

    def __init__(self, needs, makers, changes):
        self.needs, self.makers, self.changes = needs, makers, changes

    def graph(self):
        source = [{"id": "s", "title": "t", "publisher": "p"}]
        inputs = [
            {"item": item, "input": one, "source": "s", "kept_without_low": kept, "kept_without_high": kept}
            for item, each in self.needs.items()
            for one, kept in each.items()
        ]
        shares = [
            {"item": item, "supplier": place, "source": "s", "share": None if parts is None else parts / PLANTS}
            for item, each in self.makers.items()
            for place, parts in each.items()
        ]
        return SupplyGraph(
            items=[{"id": item, "name_en": item, "kind": "component"} for item in self.needs],
            inputs=inputs,
            suppliers=[{"id": place, "name_en": place, "kind": "country"} for place in PLACES],
            shares=shares,
            sources=source,
        )

    def scenario(self):
        return Scenario("s", self.changes)


def draw(rng, *, open_shares=True, measures=True):
    """Three to six items: the product, what it needs, what that needs; a threat or two, an embargo, measures."""
    first = [f"m{n}" for n in range(int(rng.integers(1, 3)))]
    second = [f"k{n}" for n in range(int(rng.integers(1, 3)))]
    needs = {item: {} for item in second}
    if rng.random() < 0.3:
        needs = {"ore": {}} | needs
        needs[second[0]] = {"ore": 0.0}
    for item in first:
        used = [one for one in second if rng.random() < 0.7] or second[:1]
        needs[item] = {one: float(rng.choice([0.0, 0.0, 0.4])) for one in used}
    needs["top"] = {item: float(rng.choice([0.0, 0.0, 0.0, 0.5])) for item in first}
    makers = {}
    for item in needs:
        places = [str(place) for place in rng.choice([*ABROAD, *ABROAD, BUYER], PLANTS)]
        found = {place: places.count(place) for place in dict.fromkeys(places)}
        if (
            open_shares and rng.random() < 0.35
        ):  # one of them is not told: nobody's, or somebody's who is named without a figure
            hidden = places[-1]
            found[hidden] = None if rng.random() < 0.5 else found[hidden] - 1
        makers[item] = {place: parts for place, parts in found.items() if parts != 0}
    makers["top"] = {BUYER: PLANTS}
    inner = [item for item in needs if item != "top"]
    changes = []
    for _ in range(int(rng.integers(1, 4))):
        item = str(rng.choice(inner))
        node = str(rng.choice([place for place in makers[item] if place != BUYER] or ABROAD))
        when = {"start": float(rng.integers(0, 12)), "lasts": float(rng.integers(5, 40))}
        only = item if rng.random() < 0.6 else None
        kind = str(rng.choice(["halt", "embargo", "embargo", "reduce"]))
        if kind == "embargo":
            aim = [None, BUYER, str(rng.choice([place for place in PLACES[:4] if place != node]))][int(rng.integers(3))]
            part = (0.0, 1.0) if rng.random() < 0.3 else 1.0
            changes.append(embargo(node, item=only, to=aim, share=part, **when))
        else:
            changes.append(halt(node, item=only, **when) if kind == "halt" else reduce(node, 0.5, item=only, **when))
    if not measures:
        return Case(needs, makers, changes)
    for _ in range(int(rng.integers(0, 3))):
        days = float(rng.integers(1, 16))
        changes.append(stockpile(str(rng.choice(inner)), (days, days + 6) if rng.random() < 0.3 else days))
    if rng.random() < 0.5:
        item, ready = str(rng.choice(inner)), float(rng.integers(0, 25))
        where = None if rng.random() < 0.6 else str(rng.choice(ABROAD))
        changes.append(add_source(item, float(rng.choice([0.25, 0.5])), node=where, ready=ready, recycling=True))
    return Case(needs, makers, changes)


class Ways:
    """``count`` completions of a case, run side by side."""

    def __init__(self, case, rng, count=96):
        self.case, self.count = case, count
        self.place = {item: self._places(case.makers[item], rng) for item in case.needs}
        links = [(item, one) for item, needs in case.needs.items() for one in needs]
        order = lambda: ORDERS[rng.integers(0, len(ORDERS), count)]  # noqa: E731
        self.seller, self.turn = {link: order() for link in links}, {link: order() for link in links}
        self.rule = {link: rng.integers(0, 4, count) for link in links}
        half = rng.random(count) < 0.5  # in half of them one rule holds everywhere
        same = rng.integers(0, 4, count)
        for rule in self.rule.values():
            rule[half] = same[half]
        self.size = {}
        for number, change in enumerate(case.changes):
            low, high = change.bounds
            self.size[number] = np.where(rng.random(count) < 0.5, low, high)

    def _places(self, makers, rng):
        """Where each plant stands; an open one anywhere but where the share is told."""
        told = {place: parts for place, parts in makers.items() if parts is not None}
        sure = [place for place, parts in told.items() for _ in range(parts)]
        free = [place for place in PLACES if place not in told]
        found = np.empty((self.count, PLANTS), dtype=object)
        found[:, : len(sure)] = sure
        for at in range(len(sure), PLANTS):
            found[:, at] = [free[n] for n in rng.integers(0, len(free), self.count)]
        return found

    def run(self, horizon):
        """Return the days of the product's output that are lost up to the end of each step: (steps + 1) x ways."""
        case = self.case
        stock = {}
        for item, needs in case.needs.items():
            for one in needs:
                days = sum(
                    (
                        self.size[n]
                        for n, change in enumerate(case.changes)
                        if (change.kind, change.item) == ("stockpile", one)
                    ),
                    np.zeros(self.count),
                )
                stock[item, one] = np.repeat(days[:, None], PLANTS, axis=1)
        kept_back = {link: np.zeros(self.count) for link in stock}
        lost = [np.zeros(self.count)]
        for number in range(round(horizon / STEP)):
            day = number * STEP + 1e-9
            made = {}
            for item, needs in case.needs.items():
                comes = {
                    one: self._delivered(item, one, made[one], stock[item, one], kept_back[item, one], day) for one in needs
                }
                cap = self._capacity(item, day)
                output = cap.copy()
                for one, kept in needs.items():
                    output = np.minimum(output, kept * cap + (1 - kept) * (comes[one] + stock[item, one] / STEP))
                for one, kept in needs.items():
                    drawn = np.maximum(0.0, output - kept * cap) / (1 - kept)
                    stock[item, one] = np.maximum(0.0, stock[item, one] + (comes[one] - drawn) * STEP)
                made[item] = output
            lost.append(lost[-1] + (1 - made["top"].mean(axis=1)) * STEP)
        return np.array(lost)

    def _force(self, change, day):
        return change.start <= day and (change.lasts is None or day < change.start + change.lasts)

    def _capacity(self, item, day):
        cap = np.ones((self.count, PLANTS))
        for n, change in enumerate(self.case.changes):
            if change.kind in {"halt", "reduce"} and change.item in {None, item} and self._force(change, day):
                cap *= 1 - self.size[n][:, None] * (self.place[item] == change.node)
        return cap

    def _may_sell(self, one, sellers, buyers, day):
        """Part of the sales of each seller (ways x b) to each buyer (ways x a) that is not cut: ways x a x b."""
        free = np.ones((self.count, buyers.shape[1], sellers.shape[1]))
        for n, change in enumerate(self.case.changes):
            if change.kind == "embargo" and change.item in {None, one} and self._force(change, day):
                aimed = (buyers != change.node) if not change.to else np.isin(buyers.astype(str), list(change.to))
                hit = aimed[:, :, None] & (sellers == change.node)[:, None, :]
                free *= 1 - self.size[n][:, None, None] * hit
        return free

    def _extra(self, one, buyers, day):
        """What new sources bring, in plants' worth, and the part of it that each buyer may have."""
        found = []
        for change in self.case.changes:
            if change.kind == "add_source" and change.item == one and self._force(change, day):
                where = np.full((self.count, 1), change.node or NOWHERE, dtype=object)
                found.append((change.share, self._may_sell(one, where, buyers, day)[:, :, 0], change.node))
        return found

    def _stopped(self, one, node, day):
        kept = np.ones(self.count)
        for n, change in enumerate(self.case.changes):
            if change.kind in {"halt", "reduce"} and change.item in {None, one} and change.node == node:
                kept *= 1 - self.size[n] * self._force(change, day)
        return 1 - kept

    def _delivered(self, item, one, made, stock, back, day):
        """What each plant gets of a need."""
        link, buyers = (item, one), self.place[item]
        free = self._may_sell(one, self.place[one], buyers, day)
        rule, rows = self.rule[link][:, None], np.arange(self.count)
        seller = self.seller[link]
        by_contract = np.take_along_axis(made, seller, axis=1)
        by_contract = by_contract * np.take_along_axis(free, seller[:, :, None], axis=2)[:, :, 0]
        alike = (free * made[:, None, :]).mean(axis=2)
        turn = np.where(rule == WHO_HAS_LEAST, np.argsort(stock, axis=1, kind="stable"), self.turn[link])
        # One after the other takes first what fewest others may have.
        poured, left = np.zeros((self.count, PLANTS)), made.copy()
        open_to = free.sum(axis=1)
        sellers = np.argsort(open_to, axis=1, kind="stable")
        for k in range(PLANTS):
            a = turn[:, k]
            for n in range(PLANTS):
                b = sellers[:, n]
                take = np.minimum(left[rows, b], 1 - poured[rows, a]) * free[rows, a, b]
                poured[rows, a] += take
                left[rows, b] -= take
        found = np.where(rule == BY_CONTRACT, by_contract, np.where(rule == ALIKE, alike, poured))
        for share, may, node in self._extra(one, buyers, day):
            there = share * PLANTS * (1 - self._stopped(one, node, day))
            for k in range(PLANTS):
                a = turn[:, k]
                take = np.minimum(there, 1 - found[rows, a]) * may[rows, a]
                found[rows, a] += take
                there = there - take
            back += there * may.min(axis=1) * STEP  # what is barred does not reach the market
        for k in range(PLANTS):  # what came beyond today's use stays with the market
            a = turn[:, k]
            take = np.minimum(back / STEP, 1 - found[rows, a])
            found[rows, a] += take
            back -= take * STEP
        return found


def first_shortage(lost):
    """The day on which the product is first short, by way (infinite: never)."""
    short = lost > 1e-6
    return np.where(short.any(axis=0), (short.argmax(axis=0) - 1) * STEP, np.inf)

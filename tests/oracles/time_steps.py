"""Time from its definition: a simulation in steps of 1/50 day, which shares no line with the package."""

import math

import numpy as np
from kanmon.graph import SupplyGraph

STEP = 1 / 50
COUNTRIES = ("AAA", "BBB", "CCC")
SOURCE = [{"id": "s", "title": "t", "publisher": "p"}]


def graph_of(items, site=False):
    """A graph from ``{item: (shares by maker, needs)}``; a need: alternatives (input, mix, lag) and what is kept without."""
    inputs, shares, suppliers = [], [], [{"id": c, "name_en": c, "kind": "country"} for c in COUNTRIES]
    for item, (makers, needs) in items.items():
        for number, (alternatives, kept) in enumerate(needs):
            for source, mix, lag in alternatives:
                group = f"g{number}" if len(alternatives) > 1 else None
                row = {"item": item, "input": source, "group": group, "mix": mix if group else None, "lag_days": lag}
                inputs.append(row | {"kept_without_low": kept, "kept_without_high": kept, "source": "s"})
        for maker, share in makers.items():
            id = f"{item}_{maker}" if site else maker
            if site:
                suppliers.append({"id": id, "name_en": id, "kind": "site", "country": maker})
            shares.append({"item": item, "supplier": id, "share": share, "source": "s"})
    names = [{"id": i, "name_en": i, "kind": "component"} for i in items]
    return SupplyGraph(items=names, inputs=inputs, suppliers=suppliers, shares=shares, sources=SOURCE)


class Steps:
    """The definition in steps of 1/50 day: a plain loop over days, items, makers and stocks; see docs/methods/time."""

    def __init__(self, items, scenario, reading, site):
        self.items, self.scenario, self.reading, self.site = items, list(scenario), reading, site
        self.order = list(items)
        self.stock, self.over, self.late = {}, dict.fromkeys(items, 0.0), dict.fromkeys(items, 0.0)
        self.past = {item: [] for item in items}
        self.plants = {}
        for item, (makers, _) in items.items():
            new = [c for c in self.scenario if c.kind == "add_source" and c.item == item]
            self.plants[item] = [(maker, share, None) for maker, share in makers.items()]
            self.plants[item] += [(f"new{n}", change.share, change) for n, change in enumerate(new)]

    def part(self, change, day):
        """How far a change is in force."""
        found, count = 0.0, math.ceil(change.ramp)
        opening = change.kind in {"add_source", "spare_capacity"}
        end = math.inf if change.lasts is None else change.start + change.lasts
        if change.start <= day < end:
            found = 1.0
            if opening and day < change.start + change.ramp:
                found = (math.floor((day - change.start) * count / change.ramp) + 1) / (count + 1)
        elif end <= day < end + change.ramp and not opening:
            found = 1 - (math.floor((day - end) * count / change.ramp) + 1) / (count + 1)
        return found

    def capacity(self, item, maker, day):
        cap = 1.0
        for change in self.scenario:
            mine = change.node in {maker, f"{item}_{maker}"} and change.item in {None, item}
            if mine and change.kind in {"halt", "reduce"}:
                cap *= 1 - self.part(change, day) * change.share
            if mine and change.kind == "spare_capacity":
                cap *= 1 + self.part(change, day) * change.share
        return cap

    def held(self, key, item, day):
        """The stock at ``key``; what becomes ready today is put there."""
        for number, change in enumerate(self.scenario):
            if (
                change.kind == "stockpile"
                and change.item == item
                and day >= change.start
                and (key, number) not in self.stock
            ):
                self.stock[key, number] = True
                self.stock[key] = self.stock.get(key, 0.0) + change.days
        return self.stock.get(key, 0.0)

    def sent(self, source, lag, day):
        """What left a market one delivery time ago."""
        when = round((day - lag) / STEP)
        if day - lag < -1e-9:
            return 1.0
        return self.past[source][when]

    def supply(self, key, need, day):
        """What a group of alternatives gives a user, and what it could give from stock."""
        alternatives, _ = need
        if len(alternatives) == 1:
            source, _, lag = alternatives[0]
            return self.sent(source, lag, day), source
        total = 0.0
        for source, mix, lag in alternatives:
            a = self.sent(source, lag, day)
            if self.reading == "low" and not self.site:
                level = self.hit((key, source), source, a, day)
            else:
                q = self.held((key, source), source, day)
                level = min(1.0, a + q / STEP)
                self.stock[key, source] = q + (a - level) * STEP
            total += mix * level
        return total, None

    def hit(self, key, source, a, day):
        """Those hit are always the same and live on their own stock: 1000 plants, one after the other."""
        if ("plants", key) not in self.stock:
            self.stock["plants", key] = np.zeros(1000)
        plants = self.stock["plants", key]
        for number, change in enumerate(self.scenario):
            if (
                change.kind == "stockpile"
                and change.item == source
                and day >= change.start
                and (key, number) not in self.stock
            ):
                self.stock[key, number] = True
                plants += change.days
        rank = (np.arange(1000) + 0.5) / 1000
        struck = rank < 1 - a
        lost = (struck & (plants <= 1e-9)).mean()
        plants[struck] = np.maximum(0.0, plants[struck] - STEP)
        # A level of d that is no multiple of 1/1000 is kept exact where all that are hit are out of stock.
        if struck.any() and lost == struck.mean():
            lost = 1 - a
        return 1 - lost

    def plant(self, key, needs, cap, day):
        """One plant: it makes what its scarcest need allows, and draws evenly on its stocks, in days of today's use."""
        scale, made, seen = max(1.0, cap), cap, []
        for number, need in enumerate(needs):
            a, source = self.supply((key, number), need, day)
            q = self.held((key, number, "own"), source, day) if source else self.stock.get((key, number, "own"), 0.0)
            kept = need[1]
            seen.append((a, q, kept))
            if kept < 1:
                made = min(made, kept * cap + (1 - kept) * (scale * a + q / STEP))
        for number, (a, q, kept) in enumerate(seen):
            if kept < 1:
                drawn = max(0.0, made - kept * cap) / (1 - kept)
                self.stock[key, number, "own"] = q + (scale * a - drawn) * STEP
        return made

    def made(self, item, day):
        """What all makers of an item bring to its market."""
        needs = self.items[item][1]
        caps = {maker: self.capacity(item, maker, day) for maker, _, new in self.plants[item] if new is None}
        shares = {maker: share for maker, share, new in self.plants[item] if new is None}
        extra = 0.0
        for maker, share, new in self.plants[item]:
            if new is not None and day >= new.start:  # before, it neither uses nor keeps anything
                bare = [] if not new.inputs else needs
                extra += share * self.part(new, day) * self.plant((item, maker), bare, 1.0, day)
        if self.site:
            return extra + sum(shares[m] * self.plant((item, m), needs, caps[m], day) for m in caps)
        total = sum(shares[m] * caps[m] for m in caps)
        if self.reading == "high" or not needs:
            key, made = (item, "all"), total
            made = self.pool(key, needs, total, day)
            return extra + made
        if self.reading == "estimate":
            return extra + sum(shares[m] * caps[m] * self.plant((item, m), needs, 1.0, day) for m in caps)
        lost, rest, most = 0.0, total, total
        floor = min(kept for _, kept in needs)
        for kept, number in sorted((need[1], number) for number, need in enumerate(needs)):
            a, source = self.supply((item, number), needs[number], day)
            level = self.hit((item, number), source, a, day) if source else a
            step = min(rest, 1 - level)
            rest -= step
            lost += (1 - kept) * step
            most = min(most, kept * total + (1 - kept) * level)
        # Spare capacity brings no more of what the makers need than there is.
        return extra + min(max(total - lost, floor * total), most if total > 1 else total)

    def pool(self, key, needs, cap, day):
        """The best arrangement: all makers are one plant."""
        made, seen = cap, []
        for number, need in enumerate(needs):
            a, source = self.supply((key, number), need, day)
            q = self.held((key, number, "own"), source, day) if source else self.stock.get((key, number, "own"), 0.0)
            seen.append((a, q, need[1]))
            if need[1] < 1:
                made = min(made, need[1] * cap + (1 - need[1]) * (a + q / STEP))
        for number, (a, q, kept) in enumerate(seen):
            if kept < 1:
                self.stock[key, number, "own"] = q + (a - max(0.0, made - kept * cap) / (1 - kept)) * STEP
        return made

    def run(self, horizon):
        """Return the cumulative output of each item at the end of each step."""
        total = {item: [0.0] for item in self.items}
        for number in range(round(horizon / STEP)):
            day = number * STEP + 1e-9
            for item in self.order:
                brought = self.made(item, day)
                spare = sum(
                    share * max(0.0, self.capacity(item, maker, day) - 1)
                    for maker, share, new in self.plants[item]
                    if new is None
                )
                most = min(1 + spare, 1 + self.late[item] / STEP)
                served = min(most, brought + self.over[item] / STEP)
                self.over[item] += (brought - served) * STEP
                self.late[item] += (1 - served) * STEP
                self.past[item].append(served)
                total[item].append(total[item][-1] + served * STEP)
        return total

"""Every figure of the summary of `world`, again by a slow path: plain loops over its rows, written from the definitions."""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from pathlib import Path

import kanmon as kn
import pytest
from kanmon.app.assess import assess
from kanmon.risk import halt, simulate

WORLD = Path(kn.__file__).parent / "datasets" / "data" / "world"
SURE = ("published", "estimated", "structural", "unknown")


def rows(table):
    with (WORLD / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]


def number(text):
    return None if text is None else float(text)


TABLES = {name: rows(name) for name in ("items", "inputs", "suppliers", "shares", "trades", "sources")}
LEVEL = {row["id"]: row["kind"] for row in TABLES["suppliers"]}
NEEDS = defaultdict(list)
for row in TABLES["inputs"]:
    NEEDS[row["item"]].append(row["input"])


@pytest.fixture(scope="module")
def world():
    graph = kn.load()
    return graph, assess(graph).summary()


class Market:
    """One market view: rows of one item, scope, level, measure, year and source."""

    def __init__(self, key, named, total, residual):
        self.item, self.scope, self.level, self.measure, self.year, self.source = key
        base = total if total is not None else sum(number(row["quantity"]) or 0 for row in named) + residual
        self.bounds, kinds = {}, {}
        for row in named:
            share, low, high, quantity = (number(row[name]) for name in ("share", "share_low", "share_high", "quantity"))
            if low is not None or high is not None:
                self.bounds[row["supplier"]], kinds[row["supplier"]] = [low or 0.0, 1.0 if high is None else high], "range"
            elif share is not None or (quantity is not None and base > 0):
                share = quantity / base if share is None else share
                self.bounds[row["supplier"]], kinds[row["supplier"]] = [share, share], "share"
            else:
                self.bounds[row["supplier"]], kinds[row["supplier"]] = [0.0, 1.0], "unknown"
        if total is None and "unknown" in kinds.values():  # the total is unknown, too: quantities give upper bounds
            for row in named:
                if row["quantity"] is not None and kinds[row["supplier"]] == "share":
                    self.bounds[row["supplier"]][0], kinds[row["supplier"]] = 0.0, "ratio"
        self.attributed = min(1.0, sum(low for low, _ in self.bounds.values()))
        self.rest = 0.0 if 1 - self.attributed < 1e-12 else 1 - self.attributed
        for bound in self.bounds.values():
            bound[1] = max(bound[0], min(bound[1], bound[0] + self.rest))
        self.figures = any(kind != "unknown" for kind in kinds.values())
        words = [row["confidence"] or "unknown" for row in named]
        self.doubted = set(words) == {"unknown"}
        self.confidence = max(words, key=SURE.index)

    def hhi(self):
        """Least and greatest sum of squares; unnamed suppliers may be of any size, none at least."""
        total = max(1.0, sum(low for low, _ in self.bounds.values()))
        shares = [(low / total, max(low / total, min(1.0, high))) for low, high in self.bounds.values()]
        fixed = sum(low * low for low, high in shares if low == high)
        free = [(low, high) for low, high in shares if low < high] + ([(0.0, self.rest)] if self.rest else [])
        # A sum of squares is greatest at a vertex: all but one at a bound, the last takes what is left.
        best = sum(low * low for low, _ in free)
        for i, (low, high) in enumerate(free):
            for ends in itertools.product(*(sorted(set(pair)) for j, pair in enumerate(free) if j != i)):
                taken = sum(ends) - sum(pair[0] for j, pair in enumerate(free) if j != i)
                last = low + self.rest - taken
                if low - 1e-12 <= last <= high + 1e-12:
                    best = max(best, sum(end * end for end in ends) + last * last)
        return fixed + sum(low * low for low, _ in free), fixed + best

    def rank(self):
        """What decides which view of a market is preferred: the smallest."""
        source = next(row for row in TABLES["sources"] if row["id"] == self.source)
        trust = {"high": 0, "medium": 1, "low": 2, "structural": 3, "unverified": 4}.get(source["reliability"], 5)
        published = int(source["date"][:4]) if source["date"] and source["date"][:4].isdigit() else None
        projected = bool(self.year and published and self.year > published)
        marks = ("nationality" in self.measure, self.measure.startswith("capacity"))
        facts = (not self.figures, self.doubted, projected, trust >= 2, *marks)
        return *facts, -(self.year or -1), -round(self.attributed, 9), trust, self.measure, self.source


@pytest.fixture(scope="module")
def steps():
    """The preferred view of the world market of each item, by level."""
    totals, named = defaultdict(lambda: [None, 0.0]), defaultdict(list)
    for row in TABLES["shares"]:
        year = int(row["year"]) if row["year"] else None
        market = (row["item"], row["scope"] or "world", row["measure"] or "", year, row["source"])
        if LEVEL[row["supplier"]] == "aggregate":
            if row["supplier"] == "WORLD":
                totals[market][0] = number(row["quantity"]) if totals[market][0] is None else totals[market][0]
            else:
                totals[market][1] += number(row["quantity"]) or 0.0
        elif row["missing"] != "excluded":
            named[market[:2] + (LEVEL[row["supplier"]],) + market[2:]].append(row)
    views = defaultdict(list)
    for key, members in named.items():
        view = Market(key, members, *totals[key[:2] + key[3:]])
        if view.scope == "world":
            views[view.item, view.level].append(view)
    return {key: min(found, key=Market.rank) for key, found in views.items()}


def test_counts_years_and_parts_are_those_of_the_files(world):
    graph, summary = world
    about = summary["data"]
    facts = TABLES["shares"] + TABLES["inputs"] + TABLES["trades"]
    years = [int(row["year"]) for row in TABLES["shares"] + TABLES["trades"] if row["year"]]
    who = {row["supplier"] for row in TABLES["shares"] if LEVEL[row["supplier"]] != "aggregate"}
    assert about["suppliers"] == len(who)
    assert [about[name] for name in ("items", "sources")] == [len(TABLES[name]) for name in ("items", "sources")]
    assert (about["facts"], about["oldest"], about["newest"]) == (len(facts), min(years), max(years))
    for word in SURE:
        assert about[word] == pytest.approx(sum((row["confidence"] or "unknown") == word for row in facts) / len(facts))
    assert about["notes"] == len(graph.notes)


def check_step(row, view):
    low, high = view.hhi()
    assert (row["hhi_low"], row["hhi_high"]) == pytest.approx((low, high), abs=1e-9), row["item"]
    assert row["attributed"] == pytest.approx(view.attributed) and row["confidence"] == view.confidence, row["item"]
    facts = (view.scope, view.measure, view.year, view.source)
    assert (row["scope"], row["measure"], row["year"], row["source"]) == facts, row["item"]
    total = max(1.0, sum(low for low, _ in view.bounds.values()))
    largest = max(low for low, _ in view.bounds.values())
    assert view.bounds[row["top_supplier"]][0] == largest
    assert row["top_share_low"] == pytest.approx(largest / total)
    assert row["top_share_high"] == pytest.approx(max([view.rest, *(b[1] for b in view.bounds.values())]) / total)


def test_the_most_concentrated_steps_are_those_of_the_rows(world, steps):
    shown = world[1]["most_concentrated"]
    for row in shown:
        check_step(row, steps[row["item"], "country"])
    order = [(-row["hhi_low"], -row["hhi_high"], row["item"]) for row in shown]
    assert order == sorted(order) and len(shown) == 20
    least, others = shown[-1]["hhi_low"], {row["item"] for row in shown}
    for (item, level), view in steps.items():
        if level == "country" and item not in others:
            total = max(1.0, sum(low for low, _ in view.bounds.values()))
            assert sum((low / total) ** 2 for low, _ in view.bounds.values()) <= least + 1e-9, item


def upstream(product):
    """What a product needs, over all tiers."""
    found, front = {product}, [product]
    while front:
        steps = [there for item in front for there in NEEDS[item]]
        front = [item for item in steps if item not in found and not found.add(item)]
    return found


def test_products_their_chains_and_their_worst_steps_are_those_of_the_rows(world, steps):
    needed = {need for needs in NEEDS.values() for need in needs}
    ends = [
        row["id"] for row in TABLES["items"] if row["kind"] == "product" and row["id"] in NEEDS and row["id"] not in needed
    ]
    assert sorted(about["product"] for about in world[1]["products"]) == sorted(ends)
    for about in world[1]["products"]:
        items = upstream(about["product"])
        known = {}
        for level in ("country", "company", "site"):
            for item in items:
                view = steps.get((item, level))
                if view is not None and view.attributed > 0:
                    known.setdefault(item, view)
        assert about["upstream_items"] == len(items) - 1
        assert (about["steps_with_figures"], about["steps_without_data"]) == (len(known), len(items) - len(known))
        if about["worst"] is None:
            assert not known
            continue
        check_step(about["worst"], known[about["worst"]["item"]])
        lowest = [sum(low * low for low, _ in view.bounds.values()) for view in known.values() if view.attributed < 1]
        assert about["worst"]["hhi_low"] >= max(lowest, default=0.0) - 1e-9


def test_losses_of_chokepoints_are_those_of_one_scenario_at_a_time(world):
    graph, summary = world
    for about in summary["products"][::8]:
        network = graph.network(about["product"])
        for row in about["chokepoints"][:3]:
            kept = simulate(network, halt(row["node"])).filter(item=about["product"]).row(0, named=True)
            for loss, reading in (("loss_low", "kept_high"), ("loss_estimate", "kept_estimate"), ("loss_high", "kept_low")):
                assert row[loss] == pytest.approx(1 - kept[reading], abs=1e-9), (about["product"], row["node"], loss)
            assert row["loss_low"] - 1e-9 <= row["loss_facts"] <= row["loss_high"] + 1e-9
        order = [(-row["loss_low"], -row["loss_estimate"]) for row in about["chokepoints"]]
        assert order == sorted(order)


def test_technologies_are_flagged_items_under_their_names(world):
    graph, summary = world
    names = {row["number"]: (row["name_en"], row["name_ja"]) for row in kn.datasets.technologies().iter_rows(named=True)}
    items = set(graph.items["id"])
    assert len(names) == 24 and summary["technologies"]
    for row in summary["technologies"]:
        assert row["item"] in items and (row["technology_en"], row["technology_ja"]) == names[row["technology"]]
        assert row["evidence"] and 0 <= row["score"] <= 1

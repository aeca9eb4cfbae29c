"""What stops cost, product by product, against a calendar: each product of one item, each blank read three ways by hand."""

import math
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import SupplyGraph
from kanmon.risk import Scenario, Threat, embargo, halt, reduce, stop_losses

DAYS = 180.0
NEVER = math.inf
COUNTRIES = ["CHN", "DEU", None]
days = st.sampled_from([None, None, 0.0, 15.0, 60.0, 170.0, 400.0])
stocks = st.one_of(days, st.sampled_from([(15.0, 60.0), (0.0, 170.0), (60.0, None), (None, 60.0), (None, 400.0)]))
"""Days of stock: told, as a range of which one end may be open, or blank."""
used = st.fixed_dictionaries({"country": st.sampled_from(COUNTRIES), "switching": days})
spare = st.fixed_dictionaries(
    {"country": st.sampled_from(COUNTRIES), "switching": days, "qualified": st.sampled_from([True, False, None])}
)
bought = st.fixed_dictionaries(
    {
        "share": st.sampled_from([0.25, 0.5, 0.8, 1.0]),
        "used": st.lists(used, min_size=2, max_size=2),
        "spare": st.lists(spare, max_size=2),
        "stock": stocks,
    }
)
stops = st.sampled_from(
    [
        (halt("CHN"), (1.0, 1.0)),
        (reduce("CHN", (0.4, 0.8)), (0.4, 0.8)),
        (reduce("CHN", 0.5), (0.5, 0.5)),
        (embargo("CHN", to="JPN", share=(0.2, 1.0)), (0.2, 1.0)),
    ]
)


STOCK = ("stock_days", "stock_least", "stock_most")


def told_stock(stock):
    return (None, *stock) if isinstance(stock, tuple) else (stock, None, None)


def ends(stock):
    """The least and the most days, and what a range is as one figure: its middle, where it has one."""
    if not isinstance(stock, tuple):
        return (0.0, NEVER, None) if stock is None else (stock, stock, stock)
    least, most = stock[0] or 0.0, NEVER if stock[1] is None else stock[1]
    return least, most, None if most == NEVER else (least + most) / 2


def company(items, spends):
    """The same company as Kanmon is told of it: a graph, and facts."""
    suppliers = [{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"}]
    shares, facts = [], []
    base = {"source": "s", "scope": "own", "complete": True}
    for number, one in enumerate(items):
        product, item = f"product{number}", f"item{number}"
        shares.append(base | {"item": product, "supplier": "own", "share": 1.0})
        parts = [one["share"], 1 - one["share"]][: 1 if one["share"] == 1 else 2]
        rows = [*zip(one["used"], parts, strict=False), *((row, 0.0) for row in one["spare"])]
        for at, (row, share) in enumerate(rows):
            name = f"{item}-{at}"
            suppliers.append({"id": name, "name_en": name, "kind": "company", "country": row["country"]})
            shares.append(base | {"item": item, "supplier": name, "share": share})
            facts.append(
                {
                    "item": item,
                    "supplier": name,
                    "qualified": row.get("qualified", True),
                    "switching_days": row["switching"],
                    **dict(zip(STOCK, told_stock(one["stock"]) if at == 0 else (None,) * 3, strict=True)),
                    "spend": (number + 1) * 100.0 * share if spends and share else None,
                }
            )
    graph = SupplyGraph(
        items=[
            {"id": f"{kind}{n}", "name_en": "x", "kind": "component"}
            for n in range(len(items))
            for kind in ("product", "item")
        ],
        inputs=[{"item": f"product{n}", "input": f"item{n}", "source": "s"} for n in range(len(items))],
        suppliers=suppliers,
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    return graph, facts


def today(one):
    return [one["used"][0]] if one["share"] == 1 else one["used"]


def weights(one):
    return [1.0] if one["share"] == 1 else [one["share"], 1 - one["share"]]


def part_of_china(items, spends):
    """The part that China has of the plants that deliver today and whose country is known: by spend, else by number."""
    rows = [
        (row["country"], (number + 1) * 100.0 * share if spends else 1.0)
        for number, one in enumerate(items)
        for row, share in zip(today(one), weights(one), strict=True)
        if row["country"]
    ]
    total = sum(weight for _, weight in rows)
    return sum(weight for country, weight in rows if country == "CHN") / total if total else 0.0


def usual(items):
    """The medians of the stated stocks, and of the stated times: of a qualified alternative, else the longest told."""
    stocks = [middle for one in items if (middle := ends(one["stock"])[2]) is not None]
    times = []
    for one in items:
        ready = [row["switching"] for row in one["spare"] if row["qualified"] and row["switching"] is not None]
        told = [row["switching"] for row in [*today(one), *one["spare"]] if row["switching"] is not None]
        times += [min(ready)] if ready else [max(told)] if told else []
    return (median(stocks) if stocks else 0.0), (median(times) if times else NEVER)


def fate(one, case, cut, part, stock_usual, time_usual):
    """What a stop takes from a product: the part of its output while it lasts, the first short day, and at once."""
    least, most = cut
    degree = {"low": least, "high": most, "estimate": (least + most) / 2}[case]
    blank = {"low": 0.0, "high": 1.0, "estimate": part}[case]

    def gone(row):
        return degree * {"CHN": 1.0, "DEU": 0.0, None: blank}[row["country"]]

    short = sum(weight * gone(row) for weight, row in zip(weights(one), today(one), strict=True))
    unsaid = {"low": 0.0, "high": NEVER, "estimate": time_usual}[case]
    time = lambda row: unsaid if row["switching"] is None else row["switching"]  # noqa: E731
    sure = [row for row in one["spare"] if row["qualified"]]
    doubtful = [row for row in one["spare"] if row["qualified"] is None]
    ready = [(time(row), 1.0 - gone(row)) for row in (sure + doubtful if case == "low" else sure)]
    told = [row["switching"] for row in today(one) if row["switching"] is not None]
    if len(told) == len(today(one)):
        other = max(told)
    else:
        other = {"low": 0.0, "high": NEVER, "estimate": max(told, default=time_usual)}[case]
    # Somebody else is found where there is no alternative; one that nobody calls qualified is or is not one.
    if (not sure and case != "high") or (case == "high" and not sure and not doubtful) or (case == "low" and doubtful):
        ready.append((other, 1.0))
    least_stock, most_stock, middle = ends(one["stock"])
    guess = max(least_stock, stock_usual) if middle is None else middle
    stock = {"low": min(most_stock, max(least_stock, DAYS)), "high": least_stock, "estimate": guess}[case]
    lost, day, left = 0.0, DAYS, stock
    steps = sorted({0.0, DAYS, *(start for start, _ in ready if start < DAYS)})
    for start, end in zip(steps, steps[1:], strict=False):
        rate = max(0.0, short - sum(more for since, more in ready if since <= start))
        covered = min(end - start, left / rate) if rate > 1e-12 else end - start
        left -= rate * covered
        if covered < end - start - 1e-9:
            day = min(day, start + covered)
            lost += rate * (end - start - covered)
    return lost / DAYS, (None if day >= DAYS else day), short


@settings(max_examples=250, deadline=None)
@given(st.lists(bought, min_size=2, max_size=3), stops, st.booleans())
def test_every_figure_of_a_stop_is_that_of_a_calendar(items, stop, spends):
    change, cut = stop
    graph, facts = company(items, spends)
    values = {f"product{n}": 1.0 for n in range(len(items))}
    found = stop_losses(graph, [Threat(Scenario("stop", change), DAYS)], values, buyer="own", facts=facts)
    part, (stock_usual, time_usual) = part_of_china(items, spends), usual(items)
    for number, one in enumerate(items):
        (row,) = found.products.filter(product=f"product{number}").iter_rows(named=True)
        cases = {case: fate(one, case, cut, part, stock_usual, time_usual) for case in ("low", "high", "estimate")}
        (low, last, _), (high, first, _), (estimate, between, _) = (cases[case] for case in ("low", "high", "estimate"))
        assert (row["lost_low"], row["lost_high"]) == pytest.approx((low, high), abs=1e-9)
        assert row["lost_estimate"] == pytest.approx(min(max(estimate, low), high), abs=1e-9)
        assert [row["day_low"], row["day_high"]] == [
            pytest.approx(day) if day is not None else None for day in (first, last)
        ]
        assert row["day_estimate"] == (pytest.approx(between) if between is not None else None)
        assert (row["stops_low"], row["stops_high"]) == pytest.approx((cases["low"][2], cases["high"][2]))

"""What stops cost, product by product, against a calendar: each product of one item, each blank read three ways by hand."""

import math
from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import SupplyGraph
from kanmon.risk import Candidate, Scenario, Threat, embargo, halt, reduce, stop_losses, stop_measures

DAYS = 180.0
NEVER = math.inf
COUNTRIES = ["CHN", "DEU", None]
days = st.sampled_from([None, None, 0.0, 15.0, 60.0, 170.0, 400.0])
spans = st.one_of(days, st.sampled_from([(15.0, 60.0), (0.0, 170.0), (60.0, None), (None, 60.0), (None, 400.0)]))
"""Days of stock, or until another delivers: told, as a range of which one end may be open, or blank."""
used = st.fixed_dictionaries({"country": st.sampled_from(COUNTRIES), "switching": spans})
spare = st.fixed_dictionaries(
    {"country": st.sampled_from(COUNTRIES), "switching": spans, "qualified": st.sampled_from([True, False, None])}
)
bought = st.fixed_dictionaries(
    {
        "share": st.sampled_from([0.25, 0.5, 0.8, 1.0]),
        "used": st.lists(used, min_size=2, max_size=2),
        "spare": st.lists(spare, max_size=2),
        "stock": spans,
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


def told(name, span):
    each = (None, *span) if isinstance(span, tuple) else (span, None, None)
    return dict(zip((f"{name}_days", f"{name}_least", f"{name}_most"), each, strict=True))


def ends(span):
    """The least and the most days, and what a range is as one figure: its middle, where it has one."""
    if not isinstance(span, tuple):
        return (0.0, NEVER, None) if span is None else (span, span, span)
    least, most = span[0] or 0.0, NEVER if span[1] is None else span[1]
    return least, most, None if most == NEVER else (least + most) / 2


def of(found, rows):
    """The ends of the quickest, or the longest, of the times of some rows that state one."""
    each = [ends(row["switching"]) for row in rows if row["switching"] is not None]
    if not each:
        return None
    least, most = found(one[0] for one in each), found(one[1] for one in each)
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
                    **told("switching", row["switching"]),
                    **told("stock", one["stock"] if at == 0 else None),
                    "spend": (number + 1) * 100.0 * share if spends and share else None,
                }
            )
    graph = SupplyGraph(
        items=[
            {"id": f"{kind}{n}", "name_en": "x", "kind": "component"}
            for n in range(len(items))
            for kind in ("product", "item")
        ]
        + [{"id": id, "name_en": "x", "kind": "component"} for id in ("other", "nobody's")],
        inputs=[{"item": f"product{n}", "input": f"item{n}", "source": "s"} for n in range(len(items))]
        + [{"item": "other", "input": "nobody's", "source": "s"}],
        suppliers=suppliers,
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    return graph, facts


def today(one):
    return [one["used"][0]] if one["share"] == 1 else one["used"]


def weights(one):
    return [1.0] if one["share"] == 1 else [one["share"], 1 - one["share"]]


def part_of(country, items, spends):
    """The part that a country has of the plants that deliver today and whose country is known: by spend, else by number."""
    rows = [
        (row["country"], (number + 1) * 100.0 * share if spends else 1.0)
        for number, one in enumerate(items)
        for row, share in zip(today(one), weights(one), strict=True)
        if row["country"]
    ]
    total = sum(weight for _, weight in rows)
    return sum(weight for place, weight in rows if place == country) / total if total else 0.0


def usual(items):
    """The medians of the stated stocks, and of the stated times: of a qualified alternative, else the longest told."""
    stocks = [middle for one in items if (middle := ends(one["stock"])[2]) is not None]
    times = []
    for one in items:
        ready = [row for row in one["spare"] if row["qualified"]]
        stated = of(min, ready) or of(max, [*today(one), *one["spare"]])
        times += [stated[2]] if stated and stated[2] is not None else []
    return (median(stocks) if stocks else 0.0), (median(times) if times else NEVER)


def fate(one, case, stop, part, stock_usual, time_usual, measures=()):
    """What a stop takes from a product: the part of its output while it lasts, the first short day, and at once."""
    country, length, (least, most) = stop
    degree = {"low": least, "high": most, "estimate": (least + most) / 2}[case]
    blank = {"low": 0.0, "high": 1.0, "estimate": part}[case]

    def gone(row):
        return degree * (blank if row["country"] is None else float(row["country"] == country))

    short = sum(weight * gone(row) for weight, row in zip(weights(one), today(one), strict=True))

    def time(span):
        earliest, latest, middle = span
        return {"low": earliest, "high": latest, "estimate": max(earliest, time_usual) if middle is None else middle}[case]

    sure = [row for row in one["spare"] if row["qualified"]]
    doubtful = [row for row in one["spare"] if row["qualified"] is None]
    ready = [(time(ends(row["switching"])), 1.0 - gone(row)) for row in (sure + doubtful if case == "low" else sure)]
    whole = all(row["switching"] is not None for row in today(one))
    longest = of(max, today(one)) if whole or case == "estimate" else None
    other = time(longest or (0.0, NEVER, None))
    # Somebody else is found where there is no alternative; one that nobody calls qualified is or is not one.
    if (not sure and case != "high") or (case == "high" and not sure and not doubtful) or (case == "low" and doubtful):
        ready.append((other, 1.0))
    least_stock, most_stock, middle = ends(one["stock"])
    guess = max(least_stock, stock_usual) if middle is None else middle
    left = {"low": min(most_stock, max(least_stock, length)), "high": least_stock, "estimate": guess}[case]
    for measure in measures:
        if measure.share is None:
            left += measure.days
        else:
            first, last = (0.0, NEVER) if measure.ready is None else measure.ready
            middle = max(first, measure.usual) if last == NEVER else (first + last) / 2
            start = {"low": first, "high": last, "estimate": middle}[case]
            ready.append((start, measure.share))
    lost, day = 0.0, length
    steps = sorted({0.0, length, *(start for start, _ in ready if start < length)})
    for start, end in zip(steps, steps[1:], strict=False):
        rate = max(0.0, short - sum(more for since, more in ready if since <= start))
        covered = min(end - start, left / rate) if rate > 1e-12 else end - start
        left -= rate * covered
        if covered < end - start - 1e-9:
            day = min(day, start + covered)
            lost += rate * (end - start - covered)
    return lost / length, day, short


@settings(max_examples=120, deadline=None)
@given(st.lists(bought, min_size=2, max_size=3), stops, st.booleans())
def test_every_figure_of_a_stop_is_that_of_a_calendar(items, stop, spends):
    change, cut = stop
    graph, facts = company(items, spends)
    values = {f"product{n}": 1.0 for n in range(len(items))}
    found = stop_losses(graph, [Threat(Scenario("stop", change), DAYS)], values, buyer="own", facts=facts)
    blanks = part_of("CHN", items, spends), *usual(items)
    for number, one in enumerate(items):
        (row,) = found.products.filter(product=f"product{number}").iter_rows(named=True)
        cases = {case: fate(one, case, ("CHN", DAYS, cut), *blanks) for case in ("low", "high", "estimate")}
        (low, last, _), (high, first, _), (estimate, between, _) = (cases[case] for case in ("low", "high", "estimate"))
        assert (row["lost_low"], row["lost_high"]) == pytest.approx((low, high), abs=1e-9)
        assert row["lost_estimate"] == pytest.approx(min(max(estimate, low), high), abs=1e-9)
        for name, day in (("day_low", first), ("day_estimate", between), ("day_high", last)):
            assert row[name] == (None if day >= DAYS else pytest.approx(day)), name
        assert (row["stops_low"], row["stops_high"]) == pytest.approx((cases["low"][2], cases["high"][2]))
        assert (row["lost_open"], row["day_open"], row["stops_open"]) == pytest.approx(  # what is nobody's goes into others
            (row["lost_high"], row["day_low"], row["stops_high"])
        )
        short = cases["estimate"][2]
        told = found.items.filter(item=f"item{number}").select("lost", "days").rows()
        if short > 1e-9:
            least, _, middle = ends(one["stock"])
            stock = max(least, blanks[1]) if middle is None else middle
            out = between if between < DAYS else max(DAYS, stock / short)  # what outlasts the stop would run out then
            assert told == [pytest.approx((short, out))]
        else:
            assert told == []


candidates = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 1), st.sampled_from([10.0, 90.0])).map(
            lambda one: Candidate("", f"item{one[0]}", one[1] or None, days=one[1])
        ),
        st.tuples(
            st.integers(0, 1),
            st.sampled_from([0.3, 1.0]),
            st.sampled_from([None, (0.0, 0.0), (45.0, 45.0), (500.0, 500.0), (10.0, 90.0), (120.0, NEVER)]),
        ).map(lambda one: Candidate("", f"item{one[0]}", 7.0, share=one[1], ready=one[2], usual=100.0)),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(bought, min_size=2, max_size=2), candidates)
def test_what_a_measure_takes_off_is_the_difference_of_two_calendars(items, measures):
    measures = [replace(measure, id=f"m{number}") for number, measure in enumerate(measures)]
    graph, facts = company(items, spends=False)
    whole = (1.0, 1.0)
    stops = [("CHN", 180.0, 1.0), ("DEU", 90.0, 3.0)]
    threats = [Threat(Scenario(node, halt(node)), length, weight) for node, length, weight in stops]
    values = {"product0": 3650.0, "product1": 730.0}
    found = stop_measures(graph, threats, values, measures, buyer="own", facts=facts)

    def fates(case, chosen):
        return [
            [
                fate(
                    one,
                    case,
                    (node, length, whole),
                    part_of(node, items, spends=False),
                    *usual(items),
                    [measure for measure in chosen if measure.item == f"item{number}"],
                )
                for number, one in enumerate(items)
            ]
            for node, length, _ in stops
        ]

    def lost(case, chosen, only=None):
        """The mean loss; of one stop alone it is not weighted."""
        total = 0.0
        for at, (each, (_, length, weight)) in enumerate(zip(fates(case, chosen), stops, strict=True)):
            part = {None: weight / 4.0, at: 1.0}.get(only, 0.0)
            total += part * length / 365 * sum(v * one[0] for v, one in zip(values.values(), each, strict=True))
        return total

    def bounds(chosen):
        low, high = lost("low", chosen), lost("high", chosen)
        return {"estimate": min(max(lost("estimate", chosen), low), high), "low": low, "high": high}

    nothing = bounds([])
    assert found.nothing == pytest.approx(nothing) and found.together == pytest.approx(bounds(measures))
    for measure, row in zip(measures, found.measures.iter_rows(named=True), strict=True):
        after = bounds([measure])
        removed = {case: max(0.0, nothing[case] - after[case]) for case in nothing}
        assert {case: row[f"removed_{case}"] for case in removed} == pytest.approx(removed, abs=1e-6)
        others = [one for one in measures if one.item != measure.item]
        beside = max(0.0, bounds(others)["estimate"] - bounds([*others, measure])["estimate"])
        assert row["removed_beside"] == pytest.approx(beside, abs=1e-6)
        per = None if not measure.cost else pytest.approx(removed["estimate"] / measure.cost, abs=1e-6)
        assert (row["measure"], row["cost"], row["removed_per_cost"]) == (measure.id, measure.cost, per)
        for at, (node, _, _) in enumerate(stops):
            told = found.threats.filter(threat=node, measure=measure.id)
            before, then = (min(one[1] for one in fates("estimate", chosen)[at]) for chosen in ([], [measure]))
            taken = max(0.0, lost("estimate", [], at) - lost("estimate", [measure], at))
            if told.is_empty():  # its item is never short there
                assert taken == pytest.approx(0.0, abs=1e-9) and then == before
            else:
                assert told["removed_estimate"].item() == pytest.approx(taken, abs=1e-6)
                assert told["days_gained"].item() == pytest.approx(max(0.0, then - before), abs=1e-6)


points = st.floats(0.0, 1.0)
ranges = st.tuples(st.sampled_from([0.0, 20.0, 90.0]), st.sampled_from([0.0, 15.0, 100.0, None]))
"""The least days, and how many more there may be."""
widened = st.lists(
    st.fixed_dictionaries({"country": st.sampled_from(COUNTRIES), "range": ranges, "at": points}), min_size=2, max_size=2
)


@settings(max_examples=150, deadline=None)
@given(
    bought,
    widened,
    st.lists(st.fixed_dictionaries({"qualified": st.sampled_from([True, None]), "range": ranges, "at": points}), max_size=2),
)
def test_a_range_of_times_bounds_what_every_time_inside_it_does_and_a_blank_what_the_range_does(one, delivers, spares):
    """The interval of a range holds that of any point of it, its ends are those of its ends, and a blank is no narrower."""
    spares = [spare | {"country": "DEU"} for spare in spares]

    def found(span):
        item = one | {
            "used": [row | {"switching": span(row)} for row in delivers],
            "spare": [row | {"switching": span(row)} for row in spares],
        }
        graph, facts = company([item], spends=False)
        frame = stop_losses(
            graph, [Threat(Scenario("stop", halt("CHN")), DAYS)], {"product0": 1.0}, buyer="own", facts=facts
        )
        (row,) = frame.products.iter_rows(named=True)
        return (
            row["lost_low"],
            row["lost_high"],
            *(DAYS if row[name] is None else row[name] for name in ("day_low", "day_high")),
        )

    def most(row, open_):
        least, more = row["range"]
        return open_ if more is None else least + more

    low, high, first, last = found(lambda row: (row["range"][0], most(row, None)))
    inside = found(lambda row: row["range"][0] + row["at"] * (most(row, 500.0) - row["range"][0]))
    blank = found(lambda row: None)
    assert blank[0] <= low + 1e-9 and low <= inside[0] + 1e-9 and inside[1] <= high + 1e-9 and high <= blank[1] + 1e-9
    assert blank[2] <= first + 1e-9 and first <= inside[2] + 1e-9 and inside[3] <= last + 1e-9 and last <= blank[3] + 1e-9
    assert found(lambda row: row["range"][0])[0] == pytest.approx(low, abs=1e-9)
    # What takes longer than the stop, 180 days, is as good as never.
    assert found(lambda row: most(row, 500.0))[1] == pytest.approx(high, abs=1e-9)

"""How a buyer's own sources are spread: bounds that every completion of the blanks keeps, and that some attain."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import SupplyGraph
from kanmon.risk import direct_countries, sourcing_spread

PLACES = ("JPN", "CHN", "DEU")


@st.composite
def lists(draw, whole=True):
    """Sources of one item: (share in tenths or blank, country or blank); shares that leave nothing where it is ``whole``."""
    rows, left = [], 10
    for _ in range(draw(st.integers(1, 4))):
        share = draw(st.none() | st.integers(1, 6))
        share = None if share is None or share > left else share
        left -= share or 0
        rows.append((share, draw(st.none() | st.sampled_from(PLACES))))
    if all(share is not None for share, _ in rows) and (whole or draw(st.booleans())):
        rows[-1] = (rows[-1][0] + left, rows[-1][1])
    return rows


def spread(rows):
    names = [f"S{n}" for n in range(len(rows))]
    suppliers = [{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"}]
    suppliers += [
        {"id": n, "name_en": n, "kind": "company", "country": code} for n, (_, code) in zip(names, rows, strict=True)
    ]
    graph = SupplyGraph(
        items=[{"id": "x", "name_en": "x", "kind": "component"}],
        suppliers=suppliers,
        shares=[
            {"item": "x", "supplier": n, "source": "s", "scope": "own", "complete": True}
            | {"share": None if share is None else share / 10, "missing": "not_reported" if share is None else None}
            for n, (share, _) in zip(names, rows, strict=True)
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    (row,) = sourcing_spread(graph, "own", [{"item": "x", "supplier": n} for n in names], home="JPN").to_dicts()
    return row


def completions(rows):
    """Shares by country of every completion in tenths; a blank country may be any of the three, or a fourth.

    What the shares leave where none is blank is of somebody whom no row names.
    """
    if None not in [share for share, _ in rows] and (left := 10 - sum(share for share, _ in rows)):
        rows = [*rows, (left, None)]
    blank = [n for n, (share, _) in enumerate(rows) if share is None]
    left = 10 - sum(share or 0 for share, _ in rows)
    splits = [split for split in itertools.product(range(left + 1), repeat=len(blank)) if sum(split) == left]
    unplaced = [n for n, (_, code) in enumerate(rows) if code is None]
    for split in splits if blank else [()]:
        shares = [share if share is not None else split[blank.index(n)] for n, (share, _) in enumerate(rows)]
        for places in itertools.product((*PLACES, "BRA"), repeat=len(unplaced)):
            found = {}
            for n, (_, code) in enumerate(rows):
                where = places[unplaced.index(n)] if code is None else code
                found[where] = found.get(where, 0) + shares[n] / 10
            yield found, shares


@settings(max_examples=60, deadline=None)
@given(lists(whole=False))
def test_bounds_of_a_country_are_those_of_all_completions(rows):
    found, all_ = spread(rows), list(completions(rows))
    for country, low, high in (
        ("top_country", "top_share_low", "top_share_high"),
        ("foreign_country", "foreign_low", "foreign_high"),
    ):
        if found[country] is not None:
            values = [one.get(found[country], 0.0) for one, _ in all_]
            assert found[low] == pytest.approx(min(values)) and found[high] == pytest.approx(max(values))
    most = max(share for one, _ in all_ for code, share in [*one.items(), ("BRA", 0.0)] if code != "JPN")
    assert found["foreign_most"] == pytest.approx(most)
    squares = [sum((share / 10) ** 2 for share in shares) for _, shares in all_]
    assert found["hhi_low"] <= min(squares) + 1e-9 and found["hhi_high"] == pytest.approx(max(squares))


def test_a_country_below_the_home_country_is_still_the_largest_foreign_one():
    found = spread([(6, "JPN"), (4, "CHN")])
    assert (found["top_country"], found["foreign_country"], found["foreign_low"]) == ("JPN", "CHN", 0.4)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(lists(whole=False), st.sampled_from([0.0, 1.0, 3.0])), min_size=1, max_size=3))
def test_the_part_of_a_country_in_a_basket_is_that_of_all_completions(basket):
    """BRA stands for a country that nobody named; of an item without a row anybody may have all."""
    suppliers, shares = [{"id": "own", "name_en": "own", "kind": "company", "country": "JPN"}], []
    weights = {f"x{n}": weight for n, (_, weight) in enumerate(basket)} | {"bare": 2.0}
    for item, (rows, _) in zip(weights, basket, strict=False):
        for n, (share, code) in enumerate(rows):
            suppliers.append({"id": f"{item}-{n}", "name_en": "s", "kind": "company", "country": code})
            about = {"share": share and share / 10, "missing": "not_reported" if share is None else None, "complete": True}
            shares.append(about | {"item": item, "supplier": f"{item}-{n}", "source": "s", "scope": "own"})
    graph = SupplyGraph(
        items=[{"id": item, "name_en": item, "kind": "component"} for item in weights],
        suppliers=suppliers,
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    facts = [{"item": row["item"], "supplier": row["supplier"]} for row in shares]
    found = {row[0]: row[1:] for row in direct_countries(graph, "own", facts, weights).rows()}
    assert set(found) == {None, *(code for rows, _ in basket for _, code in rows if code)}
    for code, ends in found.items():
        held = [[one.get(code or "BRA", 0.0) for one, _ in completions(rows)] for rows, _ in basket]
        for end, worst, bare in zip(ends, (min, max), (0.0, 2.0), strict=True):
            mean = sum(weight * worst(each) for each, (_, weight) in zip(held, basket, strict=True)) + bare
            assert end == pytest.approx(mean / sum(weights.values()))


@st.composite
def sold(draw):
    """Sources of one item: (share in tenths or blank, maker or blank)."""
    rows = draw(lists())
    return [(share, draw(st.none() | st.sampled_from("XYZ"))) for share, _ in rows]


def concentrated(rows):
    names = [f"S{n}" for n in range(len(rows))]
    graph = SupplyGraph(
        items=[{"id": "x", "name_en": "x", "kind": "component"}],
        suppliers=[{"id": n, "name_en": n, "kind": "company"} for n in ("own", *names)],
        shares=[
            {"item": "x", "supplier": n, "source": "s", "scope": "own", "complete": True}
            | {"share": None if share is None else share / 10, "missing": "not_reported" if share is None else None}
            for n, (share, _) in zip(names, rows, strict=True)
        ],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    facts = [{"item": "x", "supplier": n, "maker": maker} for n, (_, maker) in zip(names, rows, strict=True)]
    return sourcing_spread(graph, "own", facts).row(0, named=True)


def squares_of(rows):
    """HHI of completions in tenths; a tenth of a source without a maker is of X, Y, Z, W, or of makers of no size."""
    blank = [n for n, (share, _) in enumerate(rows) if share is None]
    left = 10 - sum(share or 0 for share, _ in rows)
    for split in itertools.product(range(left + 1), repeat=len(blank)):
        if sum(split) != left:
            continue
        shares = [split[blank.index(n)] if share is None else share for n, (share, _) in enumerate(rows)]
        hidden = [share for share, (_, maker) in zip(shares, rows, strict=True) if maker is None]
        for owners in itertools.product(("X", "Y", "Z", "W", None), repeat=len(hidden)):
            held = dict.fromkeys("XYZW", 0.0)
            for share, (_, maker) in zip(shares, rows, strict=True):
                if maker:
                    held[maker] += share / 10
            for share, owner in zip(hidden, owners, strict=True):
                if owner:
                    held[owner] += share / 10
            yield sum(one**2 for one in held.values())


@settings(max_examples=80, deadline=None)
@given(sold())
def test_behind_a_source_without_a_maker_stand_any_number_of_makers(rows):
    found, all_ = concentrated(rows), list(squares_of(rows))
    assert found["hhi_low"] <= min(all_) + 1e-9 and found["hhi_high"] >= max(all_) - 1e-9
    partly = {maker for share, maker in rows if share is None and maker} & {m for share, m in rows if share is not None}
    if not partly:  # a maker of two plants, one without a share, is read as one whose share is not known
        assert found["hhi_high"] == pytest.approx(max(all_))
    if not any(share is None for share, _ in rows):
        assert found["hhi_low"] == pytest.approx(min(all_))


def test_one_seller_without_a_maker_is_no_single_maker():
    found = concentrated([(10, None)])
    assert (found["sources"], found["makers"]) == (1, 1)
    assert (found["hhi_low"], found["hhi_high"]) == (0.0, 1.0)
    assert concentrated([(10, "X")])["hhi_low"] == 1.0

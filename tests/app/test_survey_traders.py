"""Replies of several suppliers who sell what one maker makes."""

from itertools import permutations

import pytest
from kanmon.app.audit.cells import Days
from survey_company import HEAD, company, replied, told


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return company(tmp_path_factory.mktemp("company") / "audit.xlsx")


def keys(found):
    return sorted(remark.message.key.rpartition(".")[2] for remark in found.remarks)


def places(found, part="P1"):
    """By maker and place: share, lead time, and who delivers it."""
    sources = found.sources[part]
    shares = {(one.maker, one.country): (one.share, one.lead_days) for one in sources}
    assert len(shares) == len(sources), "a place of a maker is one source"
    return shares, {(one.maker, one.country): {one.vendor, *one.tellers} for one in sources}


@pytest.fixture
def traded(tmp_path):
    """Two traders sell what M makes in China, by the shares that are told."""

    def of(one, other):
        head = (*HEAD[:3], "メーカー", *HEAD[3:])
        rows = [("P1", "Gear", who, "M", "China", share, 30, 400, None) for who, share in (("V", one), ("W", other))]
        return company(tmp_path / "traded.xlsx", rows, head)

    return of


@pytest.mark.parametrize("shares", [(0.3, 0.7), (None, None)])
def test_the_replies_of_two_traders_of_one_maker_are_both_used_and_it_is_one_source(traded, shares):
    found = traded(*shares)
    assert places(found) == ({("M", "CHN"): (1.0, None)}, {("M", "CHN"): {"V", "W"}})
    assert len({one.firm for one in found.sources["P1"]}) == 1
    merged, said = replied(found, told("W", "P1", country="CHN", share=1.0), told("V", "P1", kind="lead", answer=40.0))
    assert places(merged.company) == ({("M", "CHN"): (1.0, 40.0)}, {("M", "CHN"): {"V", "W"}})
    assert keys(said) == [] and merged.replied == {"questions": ["W", "V"]}


@pytest.mark.parametrize("shares", [(0.3, 0.7), (None, None), (0.3, None)])
def test_a_trader_speaks_of_what_it_sells_and_of_nothing_that_another_sells(traded, shares):
    """Their parts are known where both rows state one."""
    v, w = shares if None not in shares else (None, None)
    merged, said = replied(traded(*shares), told("V", "P1", country="JPN", share=1.0))
    expected = {("M", "CHN"): (w, None), ("M", "JPN"): (v, None)}
    assert places(merged.company) == (expected, {("M", "CHN"): {"W"}, ("M", "JPN"): {"V"}})
    assert keys(said) == ["differs"]
    merged, _ = replied(traded(*shares), *(told(who, "P1", country="JPN", share=1.0) for who in "VW"))
    assert places(merged.company)[0] == {("M", "JPN"): (None if v is None else 1.0, None)}
    # The maker itself knows where it makes all of it.
    merged, _ = replied(traded(*shares), told("M", "P1", country="JPN", share=1.0))
    assert [place for _, place in places(merged.company)[0]] == ["JPN"]


def test_what_a_trader_has_in_stock_is_not_that_of_the_plant_from_which_others_sell_too(traded):
    answer = told("V", "P1", input="ore", country="CHL", share=1.0, stock=90.0)
    merged, said = replied(traded(0.5, 0.5), answer)
    (id,) = merged.company.told
    assert merged.company.parts[id].stock is None and keys(said) == ["stock_shared"]
    merged, said = replied(traded(0.5, 0.5), told("M", "P1", input="ore", country="CHL", share=1.0, stock=90.0))
    assert [merged.company.parts[id].stock_least for id in merged.company.told] == [90.0] and keys(said) == []


@pytest.mark.parametrize("share", [None, 0.4, 1.0])
def test_a_reply_that_names_the_place_that_the_company_knows_leaves_the_share_as_it_is(base, share):
    merged, said = replied(base, told("Alpha", "P1", country="CHN", share=share))
    assert places(merged.company)[0] == {("Alpha", "CHN"): (0.5, None), ("Beta", "DEU"): (0.5, None)} and keys(said) == []


def test_of_lead_times_that_two_sellers_of_a_plant_answer_either_holds_whoever_is_heard_first(traded):
    answers = [told("V", "P1", kind="lead", answer=40.0), told("W", "P1", kind="lead", answer=60.0)]
    for order in permutations(answers):
        merged, said = replied(traded(0.5, 0.5), *order)
        assert places(merged.company)[0] == {("M", "CHN"): (1.0, Days(40.0, 60.0))} and keys(said) == []


def test_a_lead_time_goes_with_its_seller_to_the_place_that_the_same_seller_names_in_any_file(traded):
    answers = [told("V", "P1", kind="lead", answer=40.0), told("V", "P1", country="JPN", share=1.0)]
    for order in permutations(answers):
        found = traded(0.5, 0.5)
        merged, _ = replied(found, *order)
        assert places(merged.company)[0] == {("M", "CHN"): (0.5, None), ("M", "JPN"): (0.5, 40.0)}
        assert found.sources["P1"][0].traded["V"].lead_days is None, "the company that is given stays as it is"


def test_a_lead_time_that_a_file_answers_beside_a_place_of_another_file_fills_the_blank_row_in_any_order(tmp_path):
    """Of two rows one states 30 days; the place that stands for both takes what either of them does."""
    head = (*HEAD, "リードタイム")
    rows = [("P1", "Gear", "S", place, 0.5, 30, 400, None, days) for place, days in (("China", 30), ("Germany", None))]
    found = company(tmp_path / "a.xlsx", rows, head)
    answers = [told("S", "P1", kind="lead", answer=90.0), told("S", "P1", country="VNM", share=1.0)]
    for order in permutations(answers):
        merged, said = replied(found, *order)
        assert places(merged.company)[0] == {("S", "VNM"): (1.0, Days(30.0, 90.0))}
        assert keys(said) == ["differs", "kept", "sent_twice"]

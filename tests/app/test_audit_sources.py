"""Several rows of one source, and several sources of which nobody said which: what is told of them nobody left open."""

from dataclasses import replace
from itertools import permutations, product

import handed_in
import pytest
from kanmon.app.audit.cells import Days, ends
from kanmon.app.audit.company import Source
from kanmon.app.audit.sources import any_of, by_seller, joined
from kanmon.app.survey.plants import one_each
from plain_sheets import workbook
from survey_company import figures, replied, told

NEVER = float("inf")
ANSWERS = (None, True, False)
TIMES = (None, 30.0, 90.0, Days(20.0, 40.0), Days(60.0))


def row(qualified=None, days=None, maker="M", country="CHN", share=0.25):
    return Source("P", maker, "V", country, share, "stated", qualified, None, days, days, None, ["s!1"])


def all_of(rows):
    found, *more = rows
    for one in more:
        found = joined(found, one)
    return found


def may_be(qualified):
    return {True, False} if qualified is None else {qualified}


def span(days):
    return ends(Days(0.0) if days is None else days)


@pytest.mark.parametrize("join", [all_of, lambda rows: one_each(rows)[0]])
def test_rows_of_one_source_leave_open_whether_it_is_qualified_where_none_or_both_is_stated(join):
    for answers in product(ANSWERS, repeat=3):
        stated = set(answers) - {None}
        holds = stated if len(stated) == 1 else {True, False}
        assert may_be(join([row(qualified) for qualified in answers]).qualified) == holds, answers


@pytest.mark.parametrize("join", [all_of, lambda rows: one_each(rows)[0]])
def test_rows_of_one_source_allow_every_time_that_one_of_them_states_and_no_other_but_between(join):
    for times in product(TIMES, repeat=3):
        stated = [ends(days) for days in times if days is not None] or [Days(0.0)]
        holds = (min(one.least for one in stated), max(one.most for one in stated))
        found = join([row(days=days) for days in times])
        assert (span(found.lead_days), span(found.switch_days)) == (holds, holds), times


def test_of_several_sources_of_which_nobody_said_which_it_is_all_that_any_of_them_may_be_is_left():
    for (answer, days), (other, more) in product(product(ANSWERS, TIMES), repeat=2):
        found = any_of([row(answer, days), row(other, more, country="DEU")])
        assert may_be(found.qualified) == may_be(answer) | may_be(other)
        holds = (min(span(days).least, span(more).least), max(span(days).most, span(more).most))
        assert (span(found.lead_days), span(found.switch_days)) == (holds, holds), (days, more)
        assert (found.country, found.share) == (None, 0.5)


DATES = (None, "2024-04-01", "2025-04-01", "2026-04-01")


def joins(rows):
    """Every way to put rows together, two by two: as rows of one source, or of two of which it is one."""
    if len(rows) == 1:
        yield rows[0], [(rows[0],)]
    for size in range(1, len(rows)):
        for (one, may), (more, might) in product(joins(rows[:size]), joins(rows[size:])):
            yield joined(one, more), [(*some, *others) for some, others in product(may, might)]
            yield any_of([one, more]), [*may, *might]


def test_what_some_of_several_sources_state_is_remembered_when_a_further_row_states_it_too_in_every_order():
    """The definition: rows that may each be of the one source, with a blank that adds nothing beside what is stated."""
    given = [row(answer, days) for answer, days in ((None, None), (True, 30.0), (False, 90.0), (True, Days(20.0, 40.0)))]
    given = [replace(one, qualified_date=date) for one, date in zip(given, DATES, strict=True)]
    count = 0
    for rows in permutations(given):
        for found, may in joins(rows):
            count += 1
            times = [[ends(one.lead_days) for one in some if one.lead_days is not None] for some in may]
            holds = (min(min([one.least for one in each], default=0.0) for each in times),)
            holds += (max(max([one.most for one in each], default=NEVER) for each in times),)
            assert (span(found.lead_days), span(found.switch_days)) == (holds, holds)
            said = [{one.qualified for one in some} - {None} for some in may]
            assert may_be(found.qualified) == set().union(*(each or {True, False} for each in said))
            dates = {max((one.qualified_date or "" for one in some), default="") for some in may}
            assert (found.qualified_date or "") == (dates.pop() if len(dates) == 1 else "")
    assert count == 24 * 5 * 8


def test_a_source_of_which_rows_say_yes_and_no_stays_open_whoever_says_yes_again():
    both = joined(row(True), row(False))
    assert both.qualified is None and joined(both, row(True)).qualified is None
    assert joined(any_of([row(True), row(False, country="DEU")]), row(True)).qualified is None


def test_joining_rows_leaves_them_as_they_are():
    one, more = row(True, 30.0), replace(row(None, 60.0), vendor="W")
    before = repr((one, more))
    assert all_of([one, more, replace(more, vendor="U")]).tellers == ["W", "U"]
    assert repr((one, more)) == before


HEAD = "部品番号,部品名,調達先,メーカー,製造拠点国,調達割合,認定,リードタイム,切替日数,在庫日数"


def listed(tmp_path, *lines):
    (tmp_path / "sourcing.csv").write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    (tmp_path / "bom.csv").write_text("親品番,部品番号,員数\nX,P1,1\n", encoding="utf-8")
    return handed_in.company(tmp_path)


def part(found):
    (one,) = figures(found).parts
    return one


def test_the_order_of_rows_that_contradict_each_other_decides_nothing_and_it_is_said(tmp_path):
    rows = ["P1,Gear,T1,M,中国,0,○,,30,10", "P1,Gear,T2,M,中国,0,×,,30,10", "P1,Gear,Beta,,ドイツ,1,○,,400,10"]
    for order in permutations(rows):
        found = listed(tmp_path, *order)
        one = part(found)
        assert (one["alternatives"], one["alternatives_high"], one["unqualified"]) == (0, 1, 0)
        assert "both that it is qualified and that it is not for 1 part(s), for instance 'P1'" in handed_in.says(found)


def test_a_place_that_a_seller_names_has_no_qualification_and_time_that_others_state_of_the_plant(tmp_path):
    rows = ["P1,Gear,T1,M,中国,60%,,,,10", "P1,Gear,T2,M,中国,40%,○,20,30,10"]
    merged, _ = replied(listed(tmp_path, *rows), told("T1", "P1", maker="N", country="VNM", share=1.0))
    found = {one.country: (one.maker, one.qualified, one.lead_days, one.switch_days) for one in merged.company.sources["P1"]}
    assert found == {"CHN": ("M", True, 20.0, 30.0), "VNM": ("N", None, None, None)}
    # Nobody said how long it takes to replace N: at once, or never.
    assert (part(merged.company)["gap_low"], part(merged.company)["gap_high"]) == (20.0, None)


@pytest.mark.parametrize(("other", "low", "high"), [("120", 50.0, 110.0), ("60", 50.0, 50.0), ("", None, None)])
def test_a_place_that_stands_for_several_sources_takes_as_long_as_any_of_them(tmp_path, other, low, high):
    rows = ["P1,Gear,S,,中国,50%,○,,60,10", f"P1,Gear,S,,ドイツ,50%,○,,{other},10"]
    merged, _ = replied(listed(tmp_path, *rows), told("S", "P1", country="VNM", share=1.0))
    assert [one.country for one in merged.company.sources["P1"]] == ["VNM"]
    assert (part(merged.company)["gap_low"], part(merged.company)["gap_high"]) == (low, high)


def test_a_seller_that_confirms_the_plant_leaves_what_the_others_say_of_it(tmp_path):
    rows = ["P1,Gear,T1,M,中国,60%,,,,10", "P1,Gear,T2,M,中国,40%,○,20,30,10"]
    found = listed(tmp_path, *rows)
    merged, _ = replied(found, told("T1", "P1", maker="M", country="CHN", share=1.0))
    (one,) = merged.company.sources["P1"]
    assert (one.qualified, one.lead_days, one.switch_days) == (True, 20.0, 30.0)
    assert [(each.qualified, each.lead_days) for each in by_seller(*found.sources["P1"])] == [(None, None), (True, 20.0)]


def test_money_on_a_source_that_the_shares_leave_nothing_for_is_said(tmp_path):
    head = ["part", "supplier", "country", "share", "annual spend"]
    rows = [
        ["P", "X", "China", 0.5, 10],
        ["P", "Y", "Japan", 0.5, 10],
        ["P", "Z", "Japan", None, 30],
        ["Q", "X", "China", 1, 5],
    ]
    rows += [["Q", "W", "Japan", None, None]]
    found = handed_in.company(workbook(tmp_path / "a.xlsx", {"Sourcing": [head, *rows]}))
    told = [one for one in found.remarks if one.message.key == "app.audit_company.paid_beside"]
    assert [(one.row, one.severity) for one in told] == [(4, "warning")], "an alternative that nobody paid says nothing"
    assert "'Z'" in told[0].message.text("en") and "「Z」" in told[0].message.text("ja")

"""Columns of one figure year by year (購入額 2022年度, 購入額 2023年度): the latest speaks, no plan, and that is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ...graph import Message
from ...graph.errors import shorten
from .profiles import Profile
from .values import unit_in

YEARLY = frozenset(("amount", "share", "lead_time"))
"""Roles of figures that are told year by year."""
_YEAR = re.compile(r"(?<!\d)(?:fy\s*)?((?:19|20)\d\d)(?!\d)", re.IGNORECASE)
_PLAN = re.compile(r"計画|予算|見込|予測|予定|目標|plan|budget|forecast|target|prognos|presupuesto|previs", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[({【〔][^\[\](){}【】〔〕]*[\])}】〕]")


def latest(headers: Sequence[str], profiles: Sequence[Profile], chosen: int) -> int:
    """Return the column of the latest year that is filled as the others are, of those called as the chosen one is.

    >>> from kanmon.datasets.intake.profiles import profile
    >>> cells = [profile(["1", "2"]), profile(["3", "4"]), profile([None, None])]
    >>> latest(["2022年度購入額", "2023年度購入額", "2024年度購入額"], cells, 0)
    1
    >>> latest(["2025年度購入額(計画)", "2024年度購入額(実績)"], cells[:2], 0)
    1
    """
    years = alike(headers, chosen)
    most = max((profiles[i].fill for i in years), default=0)
    filled = [i for i in years if profiles[i].fill * 2 >= most and profiles[i].fill]
    return max(filled, key=lambda i: years[i], default=chosen)


def of_other_years(names: Sequence[str], columns: Sequence[int]) -> tuple[Message, ...]:
    """Return a note on figures that are those of one of several years."""
    others = [i for at in columns[:1] for i in alike(names, at) if i != at]
    if not others:
        return ()
    called = [shorten(" ".join(names[i].split())) for i in (columns[0], others[0])]
    return (Message("datasets.intake.of_other_years", column=called[0], other=called[1], count=len(others)),)


def alike(headers: Sequence[str], chosen: int) -> dict[int, int]:
    """Return the years of the columns that are called as the chosen one is but for one year in it, and are no plans.

    What stands in brackets may differ, where both have a currency or neither has ("USD", "EUR"; "実績").
    """
    said = [unicodedata.normalize("NFKC", header) for header in headers]
    years = {i: int(found[0]) for i, header in enumerate(said) if len(found := _YEAR.findall(header)) == 1}
    if chosen not in years:
        return {}

    def called(i: int) -> tuple[str, bool]:
        unit = unit_in(said[i], "money")
        return "".join(_YEAR.sub("", _BRACKETS.sub("", said[i])).split()), unit is not None

    mine = called(chosen)
    found = {i: year for i, year in years.items() if called(i) == mine and (i == chosen or not _PLAN.search(said[i]))}
    if len(found) != len(set(found.values())) or len(found) < 2:
        return {}
    return {i: year for i, year in found.items() if not _PLAN.search(said[i])}

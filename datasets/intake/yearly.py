"""Columns of one figure year by year (購入額 2022年度, 購入額 2023年度): the latest speaks, and that is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ...graph import Message
from ...graph.errors import shorten
from .profiles import Profile

_YEAR = re.compile(r"(?<!\d)(?:fy\s*)?((?:19|20)\d\d)(?!\d)", re.IGNORECASE)


def latest(headers: Sequence[str], profiles: Sequence[Profile], chosen: int) -> int:
    """Return the column of the latest year that is filled as the others are, of those called as the chosen one is.

    >>> from kanmon.datasets.intake.profiles import profile
    >>> cells = [profile(["1", "2"]), profile(["3", "4"]), profile([None, None])]
    >>> latest(["2022年度購入額", "2023年度購入額", "2024年度購入額"], cells, 0)
    1
    """
    years = alike(headers, chosen)
    most = max((profiles[i].fill for i in years), default=0)
    filled = [i for i in years if profiles[i].fill * 2 >= most and profiles[i].fill]
    return max(filled, key=lambda i: years[i], default=chosen)


def of_other_years(names: Sequence[str], amounts: Sequence[int]) -> tuple[Message, ...]:
    """Return a note on amounts that are those of one of several years."""
    others = [i for at in amounts[:1] for i in alike(names, at) if i != at]
    if not others:
        return ()
    called = [shorten(" ".join(names[i].split())) for i in (amounts[0], others[0])]
    return (Message("datasets.intake.of_other_years", column=called[0], other=called[1], count=len(others)),)


def alike(headers: Sequence[str], chosen: int) -> dict[int, int]:
    """Return the years of the columns that are called as the chosen one is but for one year in it."""
    said = [unicodedata.normalize("NFKC", header) for header in headers]
    years = {i: int(found[0]) for i, header in enumerate(said) if len(found := _YEAR.findall(header)) == 1}
    if chosen not in years:
        return {}
    rest = _YEAR.sub("", said[chosen])
    found = {i: year for i, year in years.items() if _YEAR.sub("", said[i]) == rest}
    return found if len(found) == len(set(found.values())) > 1 else {}

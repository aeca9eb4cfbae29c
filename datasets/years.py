"""Years as people write them: calendar years, Japan's eras, fiscal years."""

from __future__ import annotations

import re
import unicodedata

ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
"""What is added to a year of an era; 元 is its first."""
_CALENDAR = re.compile(r"((?:19|20)\d\d)(?:\.0)?\s*年?|(令和|平成|昭和|[rhs])\.?\s*(\d{1,2}|元)\s*年?")
_FISCAL = re.compile(
    r"((?:19|20)\d\d)\s*(?:会計)?年度|(令和|平成|昭和|[rhs])\.?\s*(\d{1,2}|元)\s*(?:会計)?年度"
    r"|(?:fy|fiscal year)\s*'?((?:19|20)?\d\d)"
)


def named_year(text: str) -> tuple[int, bool] | None:
    """Return the year that a cell names, and whether it is a fiscal one (named by the number that it bears).

    >>> [named_year(text) for text in ("2022年", "令和4年", "H30", "2022年度", "FY22", "22")]
    [(2022, False), (2022, False), (2018, False), (2022, True), (2022, True), None]
    """
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    for pattern, fiscal in ((_CALENDAR, False), (_FISCAL, True)):
        if match := pattern.fullmatch(word):
            plain, era, count, *short = match.groups()
            if era:
                year = ERAS[era] + (1 if count == "元" else int(count))
            else:
                written = plain or short[0]
                year = int(written) + (2000 if len(written) == 2 else 0)
            return (year, fiscal) if 1900 <= year <= 2100 else None
    return None

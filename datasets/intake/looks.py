"""What only the looks of cells of an .xlsx workbook tell: struck out or hidden, zeros in front, currencies, indents."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple

from ...graph.workbooks import attributes, column_number, sheet_parts

_STRUCK = re.compile(rb'<strike\s*(?:val="(?:1|true)"\s*)?/>')
_XF = re.compile(rb"<xf\b([^<>]*)>(?:\s*<alignment\b([^<>]*)>)?")
_FORMAT = re.compile(rb"<numFmt\b([^<>]*)>")
_CELL = re.compile(rb"<c\b([^<>]*)>")
_POINTED = re.compile(rb"<c\b([^<>]*)>(?:<f\b[^<>]*(?:/>|>[^<]*</f>))?<v>-?\d+\.\d+(?:E-?\d+)?</v>")
"""A cell that holds 1.125, as a number unless its type says otherwise."""
_ROW = re.compile(rb"<row\b([^<>]*)>")
_ROW_NUMBER = re.compile(r"[1-9]\d{0,6}")
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_ZEROS = re.compile(r"0{2,}")
_SIGN = re.compile(r"\[\$([^\]\-]+)(?:-([^\]]*))?\]|(?<![A-Za-z\[])((?:US)?[$€£¥￥])")
"""A sign of a format, and of which country: [$¥-804] is China's. "[$-409]" names a country and no sign, "A$" another's."""
_SIGNS = {"USD": "$", "US$": "$", "EUR": "€", "JPY": "¥", "￥": "¥", "GBP": "£", "RMB": "CNY"}
_KNOWN = frozenset(("$", "€", "¥", "£", "CNY"))
_DOLLARS, _CHINA = frozenset(("", "409", "en-us")), frozenset(("804", "zh-cn"))
"""Of which countries, as Excel writes them, a dollar is that of the United States, and a ¥ no yen."""


@dataclass(frozen=True)
class Looks:
    """What the looks of a sheet's cells tell; rows and columns are counted from 0 in the sheet.

    Attributes
    ----------
    struck : frozenset of int
        Rows all of whose filled cells are struck out.
    hidden : frozenset of int
        Rows that are not shown: filtered out, folded in, or hidden by hand.
    zeros : dict of (row, column) to int
        Digits that a number is shown with, zeros in front ("00123" of 123).
    signs : dict of (row, column) to str
        Signs of currencies that are shown, of columns that show several.
    indents : dict of (row, column) to int
        How far cells are indented, of columns in which the steps inwards are of one each.
    points : frozenset of int
        Columns with a number like 1.125: its dot is no separator of thousands, as it may be in a text, and tells of none.
    """

    struck: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    zeros: dict[tuple[int, int], int] = field(default_factory=dict)
    signs: dict[tuple[int, int], str] = field(default_factory=dict)
    indents: dict[tuple[int, int], int] = field(default_factory=dict)
    points: frozenset[int] = frozenset()

    def shown(self, place: tuple[int, int], text: str | None) -> str | None:
        """Return a cell as a person sees it, where its number alone says less."""
        if text is None:
            return None
        if place in self.zeros and text.isdecimal():
            return text.zfill(self.zeros[place])
        return f"{self.signs[place]}{text}" if place in self.signs else text


def looks(data: bytes) -> dict[str, Looks]:
    """Return the looks of an .xlsx workbook's sheets by name."""
    styles = _styles(data)
    told = styles.struck or styles.zeros or styles.indents or len(set(styles.signs.values())) > 1
    return {
        name: replace(_of_sheet(xml, styles) if told else Looks(), hidden=_hidden(xml), points=_points(xml))
        for name, xml in sheet_parts(data)
    }


def _points(xml: bytes) -> frozenset[int]:
    given = [cell for match in _POINTED.finditer(xml) if (cell := _given(match)).get("t", "n") == "n"]
    places = (_PLACE.fullmatch(cell.get("r", "")) for cell in given)
    return frozenset(column_number(place[1]) for place in places if place is not None)


def _hidden(xml: bytes) -> frozenset[int]:
    """Return the rows that are not shown."""
    rows = map(_given, _ROW.finditer(xml) if b" hidden=" in xml else ())
    hidden = (row.get("r", "") for row in rows if row.get("hidden") in {"1", "true"})
    return frozenset(int(number) - 1 for number in hidden if _ROW_NUMBER.fullmatch(number))


class _Styles(NamedTuple):
    """The numbers of the styles that strike out, show zeros in front, show a currency, indent."""

    struck: set[int]
    zeros: dict[int, int]
    signs: dict[int, str]
    indents: dict[int, int]


def _styles(data: bytes) -> _Styles:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        xml = archive.read("xl/styles.xml") if "xl/styles.xml" in archive.namelist() else b""
    fonts = [_STRUCK.search(font) is not None for font in _inside(xml, b"fonts").split(b"<font")[1:]]
    formats = {given.get("numFmtId"): given.get("formatCode", "") for given in map(_given, _FORMAT.finditer(xml))}
    struck, zeros, signs, indents = set(), {}, {}, {}
    for n, match in enumerate(_XF.finditer(_inside(xml, b"cellXfs"))):
        given, indent = _given(match), attributes(match[2] or b"").get("indent", "")
        if indent.isdecimal() and 0 < int(indent) < 100:
            indents[n] = int(indent)
        font = given.get("fontId", "")
        if font.isdecimal() and int(font) < len(fonts) and fonts[int(font)]:
            struck.add(n)
        code = formats.get(given.get("numFmtId"), "")
        if _ZEROS.fullmatch(code):
            zeros[n] = len(code)
        elif sign := _sign(code):
            signs[n] = sign
    return _Styles(struck, zeros, signs, indents)


def _sign(code: str) -> str:
    """Return the sign of the currency that a format shows, where it is known whose it is.

    >>> [_sign(code) for code in ("[$€-407]#,##0", "[$¥-804]#,##0", '"A$"0', "[$-409]0", "[$$-C09]0")]
    ['€', 'CNY', '', '', '']
    """
    match = _SIGN.search(code)
    if match is None:
        return ""
    written = (match[1] or match[3]).strip()
    sign, country = _SIGNS.get(written, written), (match[2] or "").casefold().lstrip("0")
    if sign == "¥" and country in _CHINA:
        return "CNY"
    return sign if sign in _KNOWN and (written != "$" or country in _DOLLARS) else ""


def _inside(xml: bytes, tag: bytes) -> bytes:
    """What stands between a tag and its end; found in one pass, whatever a stranger wrote."""
    start = xml.find(b">", xml.find(b"<" + tag)) + 1
    return xml[start : max(start, xml.find(b"</" + tag + b">", start))]


def _given(match: re.Match[bytes]) -> dict[str, str]:
    return attributes(match[1])


def _of_sheet(xml: bytes, styles: _Styles) -> Looks:
    rows: dict[int, bool] = defaultdict(lambda: True)
    wide: dict[tuple[int, int], int] = {}
    shown: dict[int, dict[int, str]] = defaultdict(dict)
    drawn: dict[int, dict[int, int]] = defaultdict(dict)
    for match in _CELL.finditer(xml):
        place, style = _PLACE.fullmatch((given := _given(match)).get("r", "")), given.get("s", "0")
        if place is None or match[1].rstrip().endswith(b"/") or not style.isdecimal():
            continue
        row, column, n = int(place[2]) - 1, column_number(place[1]), int(style)
        rows[row] = rows[row] and n in styles.struck
        if n in styles.zeros:
            wide[row, column] = styles.zeros[n]
        if n in styles.signs:
            shown[column][row] = styles.signs[n]
        if styles.indents:
            drawn[column][row] = styles.indents.get(n, 0)
    several = {column: found for column, found in shown.items() if len(set(found.values())) > 1}
    told = {(row, column): sign for column, found in several.items() for row, sign in found.items()}
    steps = {column: found for column, found in drawn.items() if _steps([found[row] for row in sorted(found)])}
    indents = {(row, column): indent for column, found in steps.items() for row, indent in found.items() if indent}
    return Looks(frozenset(row for row, all_ in rows.items() if all_), zeros=wide, signs=told, indents=indents)


def _steps(indents: list[int]) -> bool:
    """Whether indents go inwards by one, and outwards again: so are levels drawn.

    >>> _steps([0, 0, 1, 2, 1, 0]), _steps([0, 1, 1, 1]), _steps([0, 2, 0, 3])
    (True, False, False)
    """
    pairs = list(pairwise(indents))
    return all(after <= before + 1 for before, after in pairs) and any(before > after for before, after in pairs)

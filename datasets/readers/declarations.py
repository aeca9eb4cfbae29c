"""Declarations of minerals on the Responsible Minerals Initiative's templates (CMRT, EMRT, AMRT) as suppliers send them.

What is read is the declaration and the list of smelters that the supplier filled in. The template carries several hundred
known smelters of its own on the sheet "Smelter Look-up": they are nobody's statement, and are never read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from ..intake.sheets import Sheet, read_sheets
from ..intake.values import is_blank, name
from ..packaged import packaged
from ..places import country

SMELTERS = {"metal": pl.String, "smelter": pl.String, "country": pl.String, "cid": pl.String, "row": pl.Int64}
_CID = re.compile(r"CID\s*\d{6}")
_SCOPES = {"a": "company", "b": "product", "c": "user_defined"}
_HEADERS = {
    "input": ("smelter identification number input",),
    "metal": ("metal",),
    "look_up": ("smelter look-up", "smelter reference list"),
    "standard": ("standard smelter name",),
    "smelter": ("smelter name",),
    "country": ("smelter country", "smelter facility location: country"),
    "cid": ("smelter identification", "smelter id"),
}
_POSITIONS = {"input": 0, "metal": 1, "look_up": 2, "smelter": 3, "country": 4, "cid": 5}
"""Columns of the list in CMRT 6 and EMRT 1 and 2: where a translated template has headers that no word here names."""
_FIRST = 4
"""Rows above the list's first line, counted from 0, where its headers are not found."""


@dataclass(frozen=True, eq=False)
class Declaration:
    """What one supplier declared.

    Attributes
    ----------
    template : str
        "CMRT", "EMRT", "AMRT", or blank where the file does not say.
    company : str
        Who declares.
    scope : str or None
        "company", "product" or "user_defined".
    products : tuple of str
        Product numbers that a declaration by product is for.
    complete : dict
        By metal (its English name): whether all smelters that supply it are said to be identified; None: not answered.
    smelters : polars.DataFrame
        ``metal, smelter, country, cid, row``: the lines of the list. ``smelter`` is null where none is identified,
        ``country`` (ISO 3166-1 alpha-3) and ``cid`` where they are not given.
    """

    file: str
    template: str
    company: str
    scope: str | None
    products: tuple[str, ...]
    complete: dict[str, bool | None] = field(default_factory=dict)
    smelters: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SMELTERS))


def is_declaration(sheets: Sequence[Sheet]) -> bool:
    """Whether a workbook is one of the templates: it has their two sheets."""
    names = {_plain(sheet.name) for sheet in sheets}
    return {"declaration", "smelter list"} <= names


def read_declaration(path: str | Path, sheets: Sequence[Sheet] | None = None) -> Declaration | None:
    """Return what a supplier declared; None where the file is none of the templates.

    Raises
    ------
    ReadError
        The file cannot be read.

    References
    ----------
    Responsible Minerals Initiative, Conflict Minerals Reporting Template 6.x and Extended Minerals Reporting Template.
    """
    path = Path(path)
    sheets = read_sheets(path) if sheets is None else sheets
    if not is_declaration(sheets):
        return None
    by_name = {_plain(sheet.name): sheet for sheet in sheets}
    about = by_name["declaration"]
    products = by_name.get("product list")
    return Declaration(
        file=path.name,
        template=_template(sheets),
        company=_value(about, ("company name", "会社名", "公司名称")) or "",
        scope=_SCOPES.get((_value(about, ("declaration scope", "申告範囲", "申报范围")) or " ")[0].casefold()),
        products=() if products is None else _products(products),
        complete=_complete(about),
        smelters=_smelters(by_name["smelter list"]),
    )


def joined_smelters(found: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return lists of smelters as one, where one CID is one smelter: the first name and country that any list gives it.

    >>> one = pl.DataFrame([("Tin", "Thaisarco", "THA", "CID001898", 5)], SMELTERS, orient="row")
    >>> other = pl.DataFrame([("Tin", "THAILAND SMELTING", None, "CID001898", 9)], SMELTERS, orient="row")
    >>> joined_smelters([one, other]).select("smelter", "country").rows()
    [('Thaisarco', 'THA'), ('Thaisarco', 'THA')]
    """
    lists = list(found)
    if not lists:
        return pl.DataFrame(schema=SMELTERS)
    rows = pl.concat(lists)
    known = rows.drop_nulls("cid").group_by("cid", maintain_order=True)
    first = known.agg(pl.col("smelter", "country").drop_nulls().first().name.suffix("_first"))
    return (
        rows.join(first, on="cid", how="left", maintain_order="left")
        .with_columns(pl.coalesce(f"{one}_first", one).alias(one) for one in ("smelter", "country"))
        .select(list(SMELTERS))
    )


def _template(sheets: Sequence[Sheet]) -> str:
    words = " ".join(cell for sheet in sheets[:4] for row in sheet.frame.head(12).iter_rows() for cell in row if cell)
    found = re.search(r"\b(CMRT|EMRT|AMRT)\b", words)
    if found:
        return found[1]
    plain = _plain(words)
    return next((name for word, name in _TITLES if word in plain), "")


_TITLES = (("conflict minerals reporting", "CMRT"), ("extended minerals reporting", "EMRT"), ("additional minerals", "AMRT"))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _value(sheet: Sheet, labels: Iterable[str]) -> str | None:
    """What stands beside the first cell that begins with one of the labels."""
    labels = tuple(labels)
    for row in sheet.frame.head(80).iter_rows():
        for j, cell in enumerate(row):
            if cell is not None and _plain(cell).startswith(labels):
                value = next((one for one in row[j + 1 :] if not is_blank(one)), None)
                if value is not None:
                    return name(value) or None
    return None


@cache
def metals() -> dict[str, str]:
    """Return the English names of declared metals by the words for them, case folded."""
    return {_plain(word): row[0] for row in packaged("declarations", "metals").iter_rows() for word in row[1].split("|")}


def _metal(cell: str | None) -> str | None:
    """The metal that a cell names: "Tin  (*)", "錫"."""
    return None if cell is None else metals().get(re.sub(r"\s*\(\*\)\s*$", "", _plain(cell)).strip(" :*"))


_IDENTIFIED = ("identified all", "すべての製錬業者を特定", "全ての製錬業者", "是否已识别", "识别出为")


def _complete(sheet: Sheet) -> dict[str, bool | None]:
    """Answers by metal to the question whether all smelters have been identified; no answer is None."""
    found: dict[str, bool | None] = {}
    asked = False
    for row in sheet.frame.iter_rows():
        cells = [cell for cell in row if not is_blank(cell)]
        if not cells:
            continue
        if re.match(r"\s*(?:\d{1,2}|[a-k])\s*[).、．]", cells[0], re.IGNORECASE):
            asked = any(word in _plain(cells[0]) for word in _IDENTIFIED)
        elif asked and (metal := _metal(cells[0])) is not None:
            answer = _plain("".join(cells[1:2]))
            yes, no = answer.startswith(("yes", "はい", "是")), answer.startswith(("no", "いいえ", "否", "不"))
            found[metal] = True if yes else False if no else None
    return found


def _products(sheet: Sheet) -> tuple[str, ...]:
    rows = list(sheet.frame.iter_rows())
    for i, row in enumerate(rows[:12]):
        for j, cell in enumerate(row):
            if cell is not None and re.search(r"product number|製品番号|产品编号", _plain(cell)):
                return tuple(name(one[j]) for one in rows[i + 1 :] if not is_blank(one[j]))
    return ()


def _smelters(sheet: Sheet) -> pl.DataFrame:
    rows = list(sheet.frame.iter_rows())
    places, first = _header(rows, sheet.left)
    found = []
    for number, row in enumerate(rows[first:], start=first + 1):
        cells = {role: row[j] if 0 <= j < len(row) and not is_blank(row[j]) else None for role, j in places.items()}
        metal = _metal(cells.get("metal"))
        if metal is None:
            continue
        given = [cells.get(role) for role in ("standard", "smelter", "look_up")]
        who = next((name(one) for one in given if one is not None and not _nobody(one)), None)
        where = cells.get("country")
        ids = (_CID.search(_upper(cells.get(role) or "")) for role in ("cid", "input"))
        cid = next((re.sub(r"\s", "", one[0]) for one in ids if one), None)
        found.append((metal, who, None if where is None else country(where), cid, number))
    return pl.DataFrame(found, schema=SMELTERS, orient="row").unique(
        ["metal", "smelter", "country", "cid"], keep="first", maintain_order=True
    )


def _upper(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _nobody(text: str) -> bool:
    """Whether the words for a smelter name none: not listed, not identified, unknown, a placeholder or a failed formula."""
    plain = _plain(text)
    return plain in {"unknown", "不明", "未知"} or plain.startswith(
        ("smelter not", "select from", "---", "#", "!", "not yet identified", "enter smelter")
    )


def _header(rows: Sequence[Sequence[str | None]], left: int) -> tuple[dict[str, int], int]:
    """Columns by role, and the first row below the headers."""
    for i, row in enumerate(rows[:15]):
        places: dict[str, int] = {}
        for j, cell in enumerate(row):
            plain = "" if cell is None else _plain(cell)
            role = next((role for role, words in _HEADERS.items() if plain.startswith(words)), None)
            if role is not None and not (role == "cid" and "number" in plain):
                places.setdefault(role, j)
        if {"metal", "country"} <= places.keys():
            return places, i + 1
    return {role: j - left for role, j in _POSITIONS.items()}, _FIRST

"""Cells of a workbook as numbers, days, places, names; as a person reads them."""

import itertools
import re
import unicodedata

PLACES = {
    "日本": "JPN",
    "中国": "CHN",
    "ドイツ": "DEU",
    "タイ": "THA",
    "ベトナム": "VNM",
    "スイス": "CHE",
    "米国": "USA",
    "台湾": "TWN",
    "韓国": "KOR",
    "フィリピン": "PHL",
    "イタリア": "ITA",
}
NEVER = float("inf")
YES, NO = {"はい", "○"}, {"いいえ"}


def plain(cell):
    return unicodedata.normalize("NFKC", str(cell)).strip() if cell is not None and str(cell).strip() else None


def number(cell, units):
    """A number with one of some units, also a rough one; None where it is none."""
    found = re.fullmatch(r"約?([\d,]+(?:\.\d+)?)\s*(\D*)", plain(cell) or "")
    factor = units.get(found[2]) if found else None
    return None if factor is None else float(found[1].replace(",", "")) * factor


def money(cell):
    return number(cell, {"": 1.0, "円": 1.0, "千円": 1e3, "万円": 1e4, "億円": 1e8})


def days(cell):
    return number(cell, {"": 1.0, "日": 1.0, "ヶ月": 30.0})


def span(cell):
    """Least and most days that a cell tells of; None where it says nothing."""
    word = plain(cell) or ""
    if found := re.fullmatch(r"(\d+)(?:-|日以上)(\d+)日(?:以下)?", word):
        return float(found[1]), float(found[2])
    for after, ends in (("日以上", lambda told: (told, NEVER)), ("日以内", lambda told: (0.0, told))):
        if word.endswith(after):
            return ends(float(word.removesuffix(after)))
    told = days(cell)
    return None if told is None else (told, told)


def place(cell):
    return PLACES.get(re.sub(r"\(.*\)", "", plain(cell) or ""))


def firm(cell):
    return None if plain(cell) is None else re.sub(r"\(株\)|株式会社", "", plain(cell)).strip()


def truth(cell):
    return True if plain(cell) in YES else False if plain(cell) in NO else None


def sheet(book, name, head=2):
    """The rows below the header as dicts, merged cells filled; the Japanese line of a header is its name."""
    page = book[name]
    cells = {(cell.row, cell.column): cell.value for row in page.iter_rows() for cell in row}
    for area in page.merged_cells.ranges:
        for row, column in itertools.product(range(area.min_row, area.max_row + 1), range(area.min_col, area.max_col + 1)):
            cells[row, column] = cells[area.min_row, area.min_col]
    names = {j: str(cells[head, j]).split("\n")[0] for j in range(1, page.max_column + 1) if cells.get((head, j))}
    rows = [{name: cells.get((i, j)) for j, name in names.items()} for i in range(head + 1, page.max_row + 1)]
    return [row for row in rows if any(value is not None for value in row.values())]

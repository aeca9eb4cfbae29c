"""Which rows of a table are its lines, and which are set aside: totals, examples, headings, notes, rows without a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .cancellations import came, with_commas
from .goods import no_good
from .values import is_blank, number
from .words import answers, bare, marks, plain, suggestions

REASONS = ("no_name", "no_value", "no_answer", "not_fitted", "withdrawn", "other_source", "moved", "no_part")
REASONS += ("reference", "phantom", "shifted", "place", "service", "total", "example", "heading", "header", "note")
"""Why a row is no line: "no_value" is a name that was a formula stored without its value, "no_answer" an open question,
"shifted" a row with other cells than the header, "place" one of the bare board, "service" what is paid beside parts."""
_EXAMPLE = re.compile(
    r"[（(【\[<]?\s*(記入例|入力例|記載例|例|example|e\.g\.|ejemplo|beispiel|示例|exemple)\s*(?:[）)】\]>]|[:：])",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"(合計|小計|総計|総合計|累計|sub-?total|grand ?total|total(?:es)?|gesamt(?:summe)?|summe|suma|合计|总计|小计)"
    r"(?:\s*[:：=（(\[].*|\s+\d.*|\s*[¥$€].*)",
    re.IGNORECASE,
)


_COUNTED = re.compile(
    r"\(?\s*\d[\d,]*\s*(?:(?:rows?|records?|lines?)(?:\s+(?:affected|selected|found|returned))?|[行件](?:処理されました|選択されました)?)\s*\)?[.。]?",
    re.IGNORECASE,
)
"""What a query says below its table of how many lines it found."""
_HEADING = re.compile(r"[【〔《＜<\[].*[】〕》＞>\]]|[■◆●▼◎★]\s*\S.*")
"""A cell that stands alone in its row and is drawn as a heading."""
_SUM = re.compile(r"(?:.*\W)?(?:sub-?\s?)?totals?\W*|.*(?:合計|小計|総計).*", re.IGNORECASE | re.DOTALL)
"""The only text of a row of figures: "Report total", 4月分合計."""

_OF_BILLS, _OF_ORDERS = {"", *"cdiklmnrt"}, {"", *"bcdefklmpstuw"}
"""SAP's categories of the items of bills, and of orders."""


@dataclass(frozen=True)
class SetAside:
    """A row that is no line: its number as Excel counts, and why."""

    row: int
    reason: str


@dataclass(frozen=True)
class Shape:
    """What a row is judged by: columns that name a line, count it or hold money; all headers; the first column of all."""

    naming: tuple[int, ...]
    counting: tuple[int, ...]
    money: tuple[int, ...]
    header: tuple[str, ...]
    leftmost: int
    standing: tuple[int, ...] = ()
    """Columns that say whether a line counts: "Status", "Fitted" and 実装, "DNP", "Deletion indicator"."""
    of_part: tuple[int, ...] = ()
    """Columns of what is a part's own, whoever makes it, where its maker's number stands beside it."""
    numbers: tuple[int, ...] = ()
    """Columns of the lines' own numbers (No.)."""
    levels: tuple[int, ...] = ()
    values: tuple[int, ...] = ()
    """Columns of a board's parts in which "10k DNP" says so."""
    board: tuple[int, ...] = ()
    """Columns of a board's parts that may name a place of the bare board."""
    made: tuple[int, ...] = ()
    """Columns of who makes or sells a part, and under which number."""
    categories: tuple[int, ...] = ()
    """Columns of SAP's item categories, as their cells tell: "Item category" may say anything elsewhere."""
    types: tuple[int, ...] = ()
    """Columns of SAP's types of orders, as the headers tell: elsewhere "UB" may say anything."""
    cancelled: int | None = None
    """The column of how many were called off."""
    comma: bool = False
    """Whether its figures have a decimal comma."""


_ISSUED = re.compile(r"(?:[2-467]|5(?!0|1[12]))\d\d(?!\d)")
"""SAP's types of movements of goods that are no receipts from a supplier: those of 50x, 511 and 512 bring some without an
order, and what a company calls 9xx nobody else knows."""


def sort_rows(
    rows: Sequence[tuple[str | None, ...]], first: int, shape: Shape, unsaved: frozenset[tuple[int, int]]
) -> tuple[list[int], list[SetAside]]:
    """Return which rows are lines (positions in ``rows``), and the others but for blank ones, with the reason.

    Parameters
    ----------
    rows : sequence of tuples
        Cells of the table's columns.
    first : int
        Number of the first row, as Excel counts.
    shape : Shape
        What the rows are judged by.
    unsaved : frozenset of (position of row, position of column)
        Formulas without a value.
    """
    header = [bare(name) for name in shape.header]
    categories = tuple(j for j in shape.standing if _of_sap(rows, j, shape))
    ours = bool(categories) or any(plain(name) in marks("sap") for name in shape.header)
    types = tuple(j for j in shape.standing if ours and plain(shape.header[j]) in marks("order_type"))
    shape = replace(shape, categories=categories, types=types)
    cancelled = next((j for j, name in enumerate(shape.header) if plain(name) in marks("cancelled_quantity")), None)
    if cancelled is not None:
        figures = ([row[j] for row in rows] for j in (*shape.counting, *shape.money, cancelled))
        shape = replace(shape, cancelled=cancelled, comma=with_commas(figures, shape.header))
    lines: list[int] = []
    aside: list[SetAside] = []
    alone: list[int] = []
    counted = 0
    for i, row in enumerate(rows):
        filled = [j for j, cell in enumerate(row) if cell is not None]
        if not filled:
            if any((i, j) in unsaved for j in shape.naming):
                aside.append(SetAside(first + i, "no_value"))
            continue
        reason = _reason(row, filled, shape, header, lines)
        if reason is None and _below(row, filled, shape, rows, lines, aside):
            reason = "note"
        if reason == "no_name" and any((i, j) in unsaved for j in shape.naming):
            reason = "no_value"
        if reason is not None:
            aside.append(SetAside(first + i, reason))
            continue
        counted += any(row[j] is not None for j in shape.counting)
        if len(filled) == 1 and filled[0] == shape.leftmost:
            alone.append(len(lines))
        lines.append(i)
    if alone and shape.counting and counted * 10 >= (len(lines) - len(alone)) * 9 and len(alone) * 2 < len(lines):
        headings = {lines[position] for position in alone}
        aside += [SetAside(first + i, "heading") for i in sorted(headings)]
        lines = [i for i in lines if i not in headings]
        aside.sort(key=lambda each: each.row)
    return lines, aside


@dataclass(frozen=True)
class Firms:
    """Who stands above the lines: the word, the column in which it stands, and a firm for each line."""

    word: str
    column: int
    cells: list[str]


_BY_SUPPLIER = re.compile(
    r"by(?:vendor|supplier)|nach(?:lieferant|kreditor)|par(?:fournisseur)|por(?:proveedor|fornecedor)|(?:仕入先|調達先|取引先)別"
)
_TOTAL_OF = re.compile(r"(?:total (?:for )?|summe |(?<=.) ?(?:合計|計)$)", re.IGNORECASE)
_ABOVE = re.compile(r"\W{0,2}([^\W\d]{2,20}) ?[:：] ?(.*\S)")


def firms_around(rows: Sequence[tuple[str | None, ...]], kept: Sequence[int], titles: Sequence[str]) -> Firms | None:
    """Return the firms that stand alone above blocks of lines and again in their totals, where a title speaks of suppliers.

    So QuickBooks lists "Purchases by Vendor Detail"; of "Sales by Customer Detail" they are no suppliers.

    >>> rows = [("A", None), (None, "P-1"), ("Total for A", "10"), ("B", None), (None, "P-1"), ("Total for B", "5")]
    >>> firms_around(rows, [1, 4], ["Purchases by Vendor Detail"])
    Firms(word='Purchases by Vendor Detail', column=0, cells=['A', 'B'])
    """
    title = next((title for title in titles if _BY_SUPPLIER.search(plain(title))), None)
    if title is None:
        return None
    lines, cells, blocks = set(kept), [], set()
    column, firm = 0, ""
    for i, row in enumerate(rows):
        filled = [j for j, cell in enumerate(row) if cell is not None]
        first = (row[filled[0]] or "").strip() if filled else ""
        if i in lines:
            cells.append(firm)
        elif firm and _TOTAL_OF.sub("", first) == firm != first:
            blocks.add(firm)
            firm = ""
        elif len(filled) == 1 and not firm:
            column, firm = filled[0], first
    return Firms(title, column, cells) if cells and all(cells) and blocks == {*cells} else None


def firms_above(rows: Sequence[tuple[str | None, ...]], kept: Sequence[int]) -> Firms | None:
    """Return the firms named in rows of their own above the lines (仕入先：A), where each line has one above it.

    >>> rows = [("仕入先：A", None), ("P-1", "10"), ("P-2", "20"), ("仕入先：B", None), ("P-1", "5")]
    >>> firms_above(rows, [1, 2, 4])
    Firms(word='仕入先', column=0, cells=['A', 'A', 'B'])
    """
    lines, cells = set(kept), []
    word, column, firm = "", 0, ""
    for i, row in enumerate(rows):
        if i in lines:
            cells.append(firm)
            continue
        filled = [j for j, cell in enumerate(row) if cell is not None]
        match = _ABOVE.fullmatch((row[filled[0]] or "").strip()) if len(filled) == 1 else None
        if match and any(one.role in {"supplier", "seller"} and one.score == 1 for one in suggestions(match[1])):
            word, column, firm = match[1], filled[0], match[2].strip("】])>＞ ")
    return Firms(word, column, cells) if cells and all(cells) else None


def _reason(
    row: Sequence[str | None], filled: Sequence[int], shape: Shape, header: Sequence[str], lines: Sequence[int]
) -> str | None:
    first = row[filled[0]] or ""
    word = plain(first)
    if len(first) < 60:
        if word in marks("example") or any(_EXAMPLE.match(row[j] or "") for j in filled[:3]):
            return "example"
        if _is_total(row, filled, shape):
            return "total"
    if len(filled) > 1 and header[filled[1]] and bare(row[filled[1]] or "") == header[filled[1]]:
        same = sum(bool(header[j]) and bare(row[j] or "") == header[j] for j in filled)
        if same * 10 >= len(filled) * 8 or same > 2:
            return "header"
    if len(filled) == 1 and (
        _COUNTED.fullmatch(first.strip())
        or word in marks("note")
        or word[:1] in {"※", "＊", "*"}
        or word.startswith(("注)", "注）", "注:", "note:", "nota:"))
    ):
        return "note"
    if len(filled) == 1 and filled[0] == shape.leftmost and len(first) < 60 and _HEADING.fullmatch(first.strip()):
        return "heading"
    if word in marks("sign") and not any(number(row[j]) is not None for j in shape.counting):
        return "note"  # the boxes for stamps and signatures below a form
    if _left_off(row, shape):
        return "not_fitted"
    if _called_off(row, shape):
        return "withdrawn"
    if _moved(row, shape):
        return "moved"
    if shape.levels and any(plain(row[j] or "") in {"t", "d"} for j in shape.categories):
        return "no_part"  # a text, or a document, among the items of SAP's bill
    if lines and shape.of_part and all(row[j] is None for j in shape.of_part):
        return "other_source"  # a further maker of the part above, with that maker's number
    if not any(not is_blank(row[j]) for j in shape.naming):
        values = [j for j in filled if j in shape.money and number(row[j])]
        others = [j for j in filled if j not in shape.money and not is_blank(row[j])]
        if values and not others and len(filled) <= max(3, len(shape.money)):
            return "total"
        return "note" if len(filled) == 1 and number(first) is None else "no_name"
    return no_good(row, shape.naming, shape.board, shape.made)


def _below(
    row: Sequence[str | None],
    filled: Sequence[int],
    shape: Shape,
    rows: Sequence[Sequence[str | None]],
    lines: Sequence[int],
    aside: Sequence[SetAside],
) -> bool:
    """Whether a row below the sums of a form is a label and its value (納品場所, 本社): it has a word for its number."""
    if len(filled) != 2 or not lines or filled[0] not in shape.numbers or not any(each.reason == "total" for each in aside):
        return False
    at = filled[0]
    return number(row[at]) is None and all(number(rows[i][at]) is not None for i in lines)


def _left_off(row: Sequence[str | None], shape: Shape) -> bool:
    """Whether a part stands in the list of a board and is not to be put on it."""
    for j in shape.standing:
        word, header = plain(row[j] or ""), plain(shape.header[j])
        asked = "yes" if header in marks("unfitted") else "no" if header in marks("fitted") else ""
        if word in marks("unfitted") or (asked and word in answers(asked)):
            return True
    words = (row[j] or "" for j in shape.values)
    return any(
        len(word) < 60 and not marks("unfitted").isdisjoint(map(plain, re.split(r"[\s/_,;()-]+", word))) for word in words
    )


def _called_off(row: Sequence[str | None], shape: Shape) -> bool:
    """Whether a line says itself that it holds no more; in a column of deletions (SAP's "L", "X") any mark does."""
    for j in shape.standing:
        word = plain(row[j] or "")
        deleted = plain(shape.header[j]) in marks("deletion") and not is_blank(row[j]) and word not in answers("no") | {"0"}
        if deleted or word in marks("withdrawn"):
            return True
    if shape.cancelled is None or not shape.counting:
        return False
    gone, ordered = (number(row[j], shape.comma) or 0 for j in (shape.cancelled, shape.counting[0]))
    return gone >= ordered > 0 and not came(shape.header[shape.counting[0]])  # all that was ordered


def _moved(row: Sequence[str | None], shape: Shape) -> bool:
    """Whether a line moves, takes out or counts what the company has in stock, as SAP marks it.

    A stock transport order is of the type UB, its items of the category U, which tables of the database write as 7.
    """
    for j in shape.standing:
        word, header = plain(row[j] or ""), plain(shape.header[j])
        marked = (j in shape.categories and word in {"u", "7"}) or (j in shape.types and word == "ub")
        issued = header in marks("movement_type") and _ISSUED.match(word) is not None
        if marked or issued or word in marks("transfer"):
            return True
    return False


def _of_sap(rows: Sequence[tuple[str | None, ...]], column: int, shape: Shape) -> bool:
    """Whether a column holds SAP's categories of items: letters of a bill, with stock items; letters or digits of orders."""
    header = plain(shape.header[column])
    if header not in marks("item_category"):
        return False
    cells = {plain(row[column] or "") for row in rows}
    if shape.levels:
        return cells <= _OF_BILLS and bool(cells & {"l", "n"})
    return cells <= _OF_ORDERS or (cells <= {"", *"0123456789"} and ("0" in cells or header == "pstyp"))


def _is_total(row: Sequence[str | None], filled: Sequence[int], shape: Shape) -> bool:
    """A total names itself in the first text of the row, and has no second text that names a part."""
    named = any(not is_blank(row[j]) for j in shape.naming)
    if named and all(is_blank(row[j]) or plain(row[j] or "") in marks("total") for j in shape.naming):
        return True  # a discount or a tax on a date of its own
    first = next((j for j in filled if not is_blank(row[j]) and number(row[j]) is None), None)
    cell = "" if first is None else row[first] or ""
    if cell and not cell.strip("* ") and first not in shape.levels:  # SAP's mark of a sum
        return True
    if len(cell) < 80 and _SUM.fullmatch(cell.strip()):
        others = [j for j in filled if j != first and not is_blank(row[j])]
        if others and all(number(row[j]) is not None and j in {*shape.money, *shape.counting} for j in others):
            return True
    if plain(cell).strip(":：・*【】[]＜＞<>《》〔〕()（）") not in marks("total") and not _TOTAL.fullmatch(cell.strip()):
        return False
    return not any(j != first and j in shape.naming and number(row[j]) is None and not is_blank(row[j]) for j in filled)

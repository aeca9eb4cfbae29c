"""Words that stand where something else is meant: dittos, in a column of firms what names none, or the company itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import polars as pl

from ...graph import Message
from ...graph.errors import shorten
from ..packaged import packaged
from .days import DAY_FIRST, date
from .words import marks, plain

_NUMBERED = re.compile(r"\s*\d{4,10}\s+[^\W\d].*", re.DOTALL)
_ADDRESS = re.compile(r"(?:https?://(?:www\.)?|www\.)([\w-]+(?:\.[\w-]+)+)(?:[/?#:]\S*)?", re.IGNORECASE)
_FORMULA = re.compile(
    r"'?(?:=(?!\s*[^\W\d_]+(?:[ .&\-]+[^\W\d_]+)*\s*$)"
    r"|[@+\-]\s*(?:\w+\s*\(\s*(?:\$?[a-z]{1,3}\$?\d|[\d\"'])|\$?[a-z]{1,3}\$?\d+\s*(?:[+\-*/^&:]|$)))"
)
"""What a spreadsheet works out: =A1, @SUM(A1); "- Murata (Japan)" is a firm behind a dash, "=IKEA" a firm."""
_TITLED = re.compile(r"\d{1,2} [A-Z][a-z]+(?: \d{1,4})?")
"""Written as a name is, though it may say a day or a time: 12 Mar 24, 4 Days; "4 days" is none."""
_MEASURED = re.compile(
    r"\d[\d.,\-~〜]*\s*(?:[%％‰割成個个枚本台式社家日天週周月年円元]|[かヶケカ个個箇]月|days?|weeks?|months?|years?|tage?|wochen?|monate?|pcs)"
    r"(?:間|分|程度|前後|以上|以下|以内|左右)*"
)
"""A figure with its unit; "3M" is a firm."""
_CLOSED = re.compile(
    r"(?:です|ます|ません|ました|でした|ください|下さい|である|とのこと|との事|思われる)[。．.!！]?$|.{6,}[。．]$"
    r"|^(?:我们|由我们|请联系)(?!.*(?:公司|厂)$)"
)
"""How a Japanese sentence ends, or a Chinese one begins."""
_COMPANY = re.compile(r"(?:株式会社|\(株\)|有限会社|\(有\)|合同会社)\s*(?!.*(?:から|より))[^をはがにで。.\s]+")
"""A firm that ends as sentences do: 株式会社まるます; a sentence has a particle."""
_ROUGHLY = re.compile(r"(?:[約约≈~〜]|およそ|(?:about|approx|ca)\b\.?)\s*")
_SHOWN = 6
"""Different words that a note shows."""
_Cells = list[str | None]


def is_ditto(cell: str | None) -> bool:
    """Return whether a cell says that the one above holds for it, too.

    >>> is_ditto("同上"), is_ditto("〃"), is_ditto("同上工業")
    (True, True, False)
    """
    return cell is not None and len(cell) < 16 and plain(cell) in marks("ditto")


def names_something(cell: str) -> bool:
    """Return whether a cell can be the name of a firm or a thing: figures, shares, days, formulas, "see attached" are none.

    >>> [names_something(cell) for cell in ("0,4", "約30%", "2026/3/31", "@SUM(A1)", "see attached", "約", "3M", "日亜化学")]
    [False, False, False, False, False, False, True, True]
    """
    said = _ROUGHLY.sub("", unicodedata.normalize("NFKC", cell).strip().casefold(), count=1)
    if not any(map(str.isalpha, said)) or _FORMULA.match(said) or plain(cell) in marks("elsewhere"):
        return False
    return date(said, DAY_FIRST) is None and _MEASURED.fullmatch(said) is None


def is_sentence(cell: str) -> bool:
    """Return whether a cell says something in a sentence, where a name is asked for.

    A Latin one has a verb and another little word in small letters, of four words at least; the first may be a capital.

    >>> is_sentence("We buy it from several firms"), is_sentence("複数社から購入します。"), is_sentence("The Chemours Co")
    (True, True, False)
    >>> is_sentence("Made in Space Inc"), is_sentence("Bank of the West"), is_sentence("Can Corporation of America")
    (False, False, False)
    >>> is_sentence("May and Baker of the UK"), is_sentence("株式会社まるます")
    (False, False)
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    if not text.isascii() and _CLOSED.search(text):
        return _COMPANY.fullmatch(text) is None
    tokens = re.findall(r"[^\W\d_]+", text)
    small = [token.casefold() if n == 0 else token for n, token in enumerate(tokens)]
    if small[1:2] in (["and"], ["of"], ["und"]):  # "May and Baker", "Source of the Nile": a name, and no verb
        small[0] = ""
    verbs = sum(token in marks("verb") for token in small)
    capitals = sum(token[:1].isupper() for token in tokens[1:])
    return len(tokens) > 3 and verbs > 0 and verbs + sum(token in marks("little_word") for token in small) > 1 + capitals


def with_dittos(
    data: pl.DataFrame, names: Sequence[str], columns: Iterable[int]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines in which a ditto is what stands above it; below nothing it is nothing.

    ``columns``: those of words. A figure that is said to be the one above may be the same once more, or be in that one.
    """

    def filled(cells: _Cells) -> _Cells:
        found: _Cells = []
        for cell in cells:
            found.append((found[-1] if found else None) if is_ditto(cell) else cell)
        return found

    return _replaced(data, names, sorted(columns), is_ditto, filled, "ditto")


def without_nobody(
    data: pl.DataFrame, names: Sequence[str], columns: Iterable[int]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines in which cells of firms that name none ("custom", 各社) are blank: else all would come from one firm.

    A column in which each firm stands behind its number ("0000100001 Muster GmbH", as SAP writes it) holds the firms.
    """
    columns = list(columns)
    for name in (data.columns[i + 1] for i in columns):
        known = data[name].drop_nulls().to_list()
        if known and all(map(_NUMBERED.fullmatch, known)):
            data = data.with_columns(pl.col(name).str.replace(r"^\s*\d+\s+", ""))

    data, sites = _replaced(data, names, columns, _is_address, lambda cells: [_site(cell) for cell in cells], "site")

    def nobody(cell: str | None) -> bool:
        if cell is None or plain(cell) in marks("no_firm"):
            return cell is not None
        named = names_something(cell) or _TITLED.fullmatch(cell.strip()) is not None
        return any(map(str.isalpha, cell)) and (not named or is_sentence(cell))  # figures alone are a firm's number

    def left(cells: _Cells) -> _Cells:
        return [None if nobody(cell) else cell for cell in cells]

    def doubtful(cell: str | None) -> bool:
        return cell is not None and _TITLED.fullmatch(cell.strip()) is not None and not names_something(cell)

    data, nobodies = _replaced(data, names, columns, nobody, left, "no_firm")
    data, doubts = _replaced(data, names, columns, doubtful, lambda cells: cells, "firm_doubtful")
    return data, (*sites, *nobodies, *doubts)


def without_customers(
    data: pl.DataFrame, names: Sequence[str], columns: Iterable[int]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines in which cells of firms that say that a part is handed over (得意先支給, free issue) are blank.

    It comes from the customer, or from the company to its subcontractor: who makes it, neither says.
    """

    def given(cell: str | None) -> bool:
        return cell is not None and len(cell) < 40 and plain(cell).strip("()（）") in marks("given")

    return _replaced(data, names, columns, given, lambda cells: [None if given(cell) else cell for cell in cells], "given")


def _is_address(cell: str | None) -> bool:
    return cell is not None and len(cell) < 2000 and _ADDRESS.fullmatch(cell.strip()) is not None


def _site(cell: str | None) -> str | None:
    """The site of an address: two pages of a shop are one shop."""
    match = _ADDRESS.fullmatch((cell or "").strip()) if _is_address(cell) else None
    return match[1].casefold() if match else cell


def without_itself(
    data: pl.DataFrame, names: Sequence[str], firms: Sequence[int], places: Sequence[int]
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines in which the company itself (自社, in-house) is no supplier: what it makes comes from no source.

    Where nobody else is named beside it, the country of the line is that of its own plant, and no source's either.
    """
    columns = [data.columns[i + 1] for i in firms]
    own = [any(map(_is_itself, cells)) for cells in data.select(columns).rows()]
    data, notes = _replaced(
        data, names, firms, _is_itself, lambda cells: [None if _is_itself(c) else c for c in cells], "own"
    )
    if any(own):
        alone = pl.Series(own) & data.select(pl.all_horizontal(pl.col(columns).is_null())).to_series()
        data = data.with_columns(pl.when(~alone).then(data.columns[i + 1]) for i in places)
    return data, notes


def _is_itself(cell: str | None) -> bool:
    return cell is not None and len(cell) < 40 and plain(cell) in _itself()


@cache
def _itself() -> frozenset[str]:
    """Words for the company itself; two letters may be anything ("us")."""
    return frozenset(
        plain(word)
        for word in packaged("headers", "answers").filter(answer="self")["word"]
        if len(word) > 3 or not word.isascii()
    )


def _replaced(
    data: pl.DataFrame,
    names: Sequence[str],
    columns: Iterable[int],
    test: Callable[[str | None], bool],
    change: Callable[[_Cells], _Cells],
    note: str,
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines with some columns changed (the first column of ``data`` is the number of the row), and what was said."""
    notes = []
    for i in columns:
        series = data.to_series(i + 1)
        if not any(map(test, series.unique().to_list())):
            continue
        cells: _Cells = series.to_list()
        gone = [cell for cell in cells if test(cell)]
        data = data.with_columns(pl.Series(data.columns[i + 1], change(cells), dtype=pl.String))
        told = list(dict.fromkeys(gone))
        words = ", ".join(map(shorten, told[:_SHOWN])) + (", …" if len(told) > _SHOWN else "")
        column = shorten(" ".join(names[i].split()))
        notes.append(Message(f"datasets.intake.{note}", words=words, column=column, count=len(gone)))
    return data, tuple(notes)

"""Delimited text that other people publish, read as text with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import polars as pl

from ...graph import InputError
from ...graph.errors import short_path, shorten
from ...graph.files import reading
from ...graph.messages import Message
from ...graph.tables import header_of, is_parquet, read_placed
from ..places import country

Notes = list[Message]
"""What a reader has to say about a file that it could read: it appends to the list that it is given."""
HEADER_ROWS = 20
"""Rows in which a header is looked for that is not the first."""

WHOLE = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]+)"
"""Digits, with commas where they part thousands: the comma of "5,5" does not."""
_CUT = r"^\d(?:[.,]\d{1,5})?E\+\d{2}$"
"""6.09E+04: a number as a spreadsheet shows it in a narrow column, and writes it into a text."""
NUMBER = rf"^[-+]?(?:{WHOLE}\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"


def read_table(
    path: str | Path, needed: Iterable[str], notes: Notes | None = None, *, encoding: str | None = None
) -> pl.DataFrame:
    """Return a published table with every cell as text, blank cells as nulls, whatever its encoding, delimiter or name.

    Rows may be longer than the header (some publishers end each with a comma): what is beyond it is left out.

    Raises
    ------
    ReadError
        There is no such file, its bytes are no table known here, or its quotes do not close (the line is said).
    InputError
        It is empty, or a column is missing.
    """
    return _placed(Path(path), needed, notes, encoding)[0]


def read_numbered(
    path: str | Path, needed: Iterable[str], notes: Notes | None = None, *, encoding: str | None = None
) -> pl.DataFrame:
    """Return what `read_table` returns, with ``_row``: where a row stands in its file."""
    table, above = _placed(Path(path), needed, notes, encoding)
    return numbered(table, above)


def read_below(
    path: str | Path, is_header: Callable[[Sequence[str]], bool], notes: Notes | None = None, encoding: str | None = None
) -> pl.DataFrame:
    """Return what `read_numbered` returns; where the first row is no such header, of the first that is one."""
    with reading(path):
        found = located(Path(path), is_header, notes, encoding)
    return found[0][2] if found else read_numbered(path, (), notes, encoding=encoding)


def _placed(path: Path, needed: Iterable[str], notes: Notes | None, encoding: str | None) -> tuple[pl.DataFrame, int]:
    with reading(path):
        table, above = read_placed(path, encoding=encoding, ragged=True, notes=notes)
        table = table.cast(pl.String)
    table = table.rename({name: name.strip() for name in table.columns})
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise InputError("datasets.trade.columns", path=short_path(path), columns=", ".join(missing))
    return table.with_columns(pl.col(pl.String).str.strip_chars().replace("", None)), above


def numbered(table: pl.DataFrame, above: int = 0) -> pl.DataFrame:
    """Return the table with ``_row``, where a row stands in its file; ``above``: the rows that stand above its header."""
    return table.with_row_index("_row", offset=above + 2)


def located(
    path: Path, is_header: Callable[[Sequence[str]], bool], notes: Notes | None = None, encoding: str | None = None
) -> list[tuple[str, list[str], pl.DataFrame]]:
    """Return the tables of a file under a header that stands at its top, below a title, or on a sheet behind another.

    Returns
    -------
    list of (str, list of str, polars.DataFrame)
        The sheet; what is written above its header; the table as `read_table` gives it, with the ``_row`` of its sheet.
    """
    from ..intake.sheets import read_sheets

    if is_parquet(path) or is_header([name.strip() for name in header_of(path, encoding)]):
        return [("", [], read_numbered(path, (), notes, encoding=encoding))]
    found = []
    for sheet in read_sheets(path, encoding):
        rows = [[(cell or "").strip() for cell in row] for row in sheet.frame.head(HEADER_ROWS).rows()]
        for n, row in enumerate(rows):
            names = {i: cell for i, cell in enumerate(row) if cell}
            if is_header([*names.values()]) and len({*names.values()}) == len(names):
                cells = sheet.frame.with_row_index("_row", offset=1).slice(n + 1)
                cells = cells.select("_row", *(pl.nth(i + 1).str.strip_chars().alias(name) for i, name in names.items()))
                table = cells.filter(pl.any_horizontal(pl.exclude("_row").is_not_null()))
                found.append((sheet.name, [cell for above in rows[:n] for cell in above if cell], table))
                if notes is not None:
                    notes.append(Message("datasets.trade.below", sheet=shorten(sheet.name), row=n + 1))
                break
    return found


def opened(
    path: str | Path,
    is_header: Callable[[Sequence[str]], bool],
    columns: Iterable[str],
    notes: Notes | None = None,
    encoding: str | None = None,
) -> list[tuple[str, list[str], pl.DataFrame]]:
    """Return what `located` returns; where there is no such table, an error that names the ``columns`` that one has."""
    with reading(path):
        found = located(Path(path), is_header, notes, encoding)
    if not found:
        raise InputError("datasets.trade.columns", path=short_path(path), columns=", ".join(columns))
    return found


def kept(
    table: pl.DataFrame, rule: pl.Expr, column: str, name: str, path: str, notes: Notes | None = None, **values: str
) -> pl.DataFrame:
    """Return the rows of a rule; what the others are is noted, and an error where they are all."""
    gone = table.filter(~rule.fill_null(False))
    if gone.is_empty():
        return table
    codes = ", ".join(shorten(code, 20) for code in gone[column].drop_nulls().unique().sort()[:6]) or "-"
    if gone.height == table.height:
        key = "only_totals" if name == "totals" else name
        raise InputError(f"datasets.trade.{key}", path=path, codes=codes, found=codes, **values)
    if notes is not None:
        aside = "aside_totals" if name == "totals" else "aside_group"
        notes.append(Message(f"datasets.trade.{aside}", rows=gone.height, codes=codes))
    return table.filter(rule.fill_null(False))


def of_flow(
    table: pl.DataFrame, column: str, words: tuple[str, str], exports: bool, above: Sequence[str], path: str
) -> pl.DataFrame:
    """Return the rows of imports, or of exports: as a column says, else what is written above the table.

    ``words``: what imports are called, and exports.

    Raises
    ------
    InputError
        The table holds the other flow, or nothing says which it is.
    """
    wanted, other = words[exports], words[not exports]
    if column in table.columns:
        return kept(table, pl.col(column).str.contains(wanted, literal=True), column, "no_flow", path, wanted=wanted)
    written = " ".join(above).replace(column, "")
    told = [word for word in (wanted, other) if word in written]
    if told == [other]:
        raise InputError("datasets.trade.no_flow", path=path, wanted=wanted, found=other)
    if told != [wanted]:
        raise InputError("datasets.trade.flow_unsaid", path=path, column=column, imports=words[0], exports=words[1])
    return table


def places(table: pl.DataFrame, column: str, notes: Notes, world: pl.Expr | None = None) -> pl.Expr:
    """Return an expression of the ISO3 codes of the countries that a column names; what is no known country is noted.

    ``world``: rows whose partner is all of them together.
    """
    known = {name: country(name) for name in table[column].drop_nulls().unique()}
    lost = table.filter(pl.col(column).is_in([name for name, iso3 in known.items() if iso3 is None]))
    lost = lost if world is None else lost.filter(~world)
    if not lost.is_empty():
        names = ", ".join(shorten(name, 30) for name in lost[column].unique().sort()[:6])
        notes.append(Message("datasets.trade.no_country", rows=lost.height, names=names))
    return pl.col(column).replace_strict(known, default=None, return_dtype=pl.String)


def years(table: pl.DataFrame, column: str, path: str | Path, shown: str = "") -> pl.Expr:
    """Return an expression of a `numbered` table's years; ``2024.0`` and the year of ``202412`` are 2024.

    ``shown`` is what the column is called in its file, where that differs.

    Raises
    ------
    InputError
        A cell is no year (its row is said); blanks stay blank.
    """
    text = pl.col(column).cast(pl.String).str.strip_chars()
    year = text.str.extract(r"^(\d{4})(?:\d\d|\d{4})?(?:\.0*)?$").cast(pl.Int64)
    _check(
        table, column, text.is_not_null() & ~year.is_between(1800, 2200).fill_null(False), "datasets.trade.year", path, shown
    )
    return year


def amounts(table: pl.DataFrame, column: str, path: str | Path, shown: str = "", notes: Notes | None = None) -> pl.Expr:
    """Return an expression of a `numbered` table's numbers; blanks stay blank, and what a spreadsheet cut is noted.

    Raises
    ------
    InputError
        A cell is no finite number (its row is said).
    """
    text = pl.col(column).cast(pl.String).str.strip_chars()
    number = pl.when(text.str.contains(NUMBER)).then(text.str.replace_all(",", "")).cast(pl.Float64, strict=False)
    cut = table.filter(text.str.contains(_CUT)).select(text)
    if notes is not None and cut.height:
        said = {"column": shorten(shown or column), "count": cut.height, "cell": shorten(cut.item(0, 0))}
        notes.append(Message("datasets.trade.cut_values", **said))
    _check(table, column, text.is_not_null() & ~number.is_finite().fill_null(False), "datasets.trade.number", path, shown)
    return number


def _check(table: pl.DataFrame, column: str, bad: pl.Expr, key: str, path: str | Path, shown: str) -> None:
    wrong = table.filter(bad).select("_row", column)
    if wrong.height:
        row, value = wrong.row(0)
        values = {"row": row, "column": shorten(shown or column), "value": shorten(value), "count": wrong.height}
        raise InputError(key, path=short_path(path), **values)

"""Input-output tables between countries: a labelled matrix (OECD ICIO, WIOD, one's own), or a folder that pymrio saved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from ...graph import InputError, ReadError
from ...graph.arguments import checked
from ...graph.errors import short_path, shorten
from ...graph.files import reading
from ...graph.messages import Message
from ...graph.tables import read_frame
from ..places import country
from .tables import NUMBER, Notes

_NUMBER = r"^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$"
_OUTPUT = re.compile(r"(?:^|[._ ])(?:out|output|go|gross output|total output|x|indout|産出額|生産額)$", re.IGNORECASE)
_VALUE_ADDED = re.compile(r"(?:^|[._ ])(?:va|tls|txs.*|value added|ii_fob|付加価値.*)$|^[\s\S]*total$", re.IGNORECASE)
_CODE = re.compile("[A-Z]{2,3}")
_REST = {"ROW", "WWW"}
_SEPARATORS = re.compile(r"[._:|]")


@checked()
def read_input_output(path: str | Path, *, notes: Notes | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    r"""Return an input-output table as flows and sectors, in the form of `wiod_flows` and `wiod_sectors`.

    Parameters
    ----------
    path : str or Path
        A square matrix with labels, as delimited text: one or more rows and columns of labels, each naming a country's
        industry (``JPN_C10``, or ``JPN`` above ``C10``); sellers in rows, buyers in columns. Columns that are no row are
        final demand, or output where they are called so (OUT, output, x). Rows that are no column (value added, taxes) are
        not used. Or a folder that pymrio saved, with ``Z.txt`` (and ``Y.txt``, ``x.txt``).
    notes : list of Message, optional
        What was assumed and left out is appended to it.

    Returns
    -------
    flows : polars.DataFrame
        ``supplier, buyer, value`` (the unit of the table), flows above 0 only.
    sectors : polars.DataFrame
        ``id, country`` (ISO3 where it is one, else the label), ``industry, output, final_demand``; blank where the table has
        neither. Output is the stated one, else deliveries and final demand added up.

    Raises
    ------
    ReadError
        There is no such file, or it cannot be read.
    InputError
        No labelled square matrix is in it, a label occurs twice, or a cell is no number (row and column are said).

    References
    ----------
    Stadler (2021), Pymrio - a Python based multi-regional input-output analysis toolbox, J. Open Res. Softw. 9(1), 8,
    doi:10.5334/jors.251, for the saved folders.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "table.csv")
    ...     _ = file.write_text(",JPN_C10,CHN_C10,JPN_FD\nJPN_C10,2,1,7\nCHN_C10,3,4,0\n", encoding="utf-8")
    ...     flows, sectors = read_input_output(file)
    >>> flows.rows()[:2]
    [('JPN.C10', 'JPN.C10', 2.0), ('JPN.C10', 'CHN.C10', 1.0)]
    >>> sectors.select("id", "country", "output").rows()
    [('JPN.C10', 'JPN', 10.0), ('CHN.C10', 'CHN', 7.0)]

    The sectors are the firms of a `FirmNetwork`: ``FirmNetwork.from_transactions(flows, sectors.select(firm="id",
    sector="industry", revenue="output"))``.
    """
    path, notes = Path(path), [] if notes is None else notes
    if path.is_dir():
        main = next((path / f"Z{end}" for end in (".txt", ".csv") if (path / f"Z{end}").is_file()), None)
        if main is None:
            raise ReadError("datasets.input_output.no_folder", path=short_path(path))
        rows, columns, cells = _matrix(main, notes)
        sides = [_matrix(file, notes) for name in ("Y", "x") if (file := main.with_stem(name)).is_file()]
    else:
        rows, columns, cells = _matrix(path, notes)
        main, sides = path, []
    return _tables(rows, columns, cells, sides, main, notes)


def is_matrix(header: Sequence[str]) -> bool:
    """Whether a row names industries of countries: most cells are a country's code, alone (repeated) or before a sign.

    >>> is_matrix(["", "JPN_C10", "JPN_C20", "CHN_C10", "CHN_C20"]), is_matrix(["", "JPN", "JPN", "CHN", "CHN"])
    (True, True)
    >>> is_matrix(["item", "JPN", "CHN", "USA", "KOR", "DEU"])
    False
    """
    filled = [cell.strip() for cell in header if cell.strip()]
    parts = [_SEPARATORS.split(cell, maxsplit=1) for cell in filled]
    places = [part[0] for part in parts if _CODE.fullmatch(part[0]) and (part[0] in _REST or country(part[0]))]
    return len(places) > 3 and 2 * len(places) > len(filled) and 1 < len(set(places)) < len(places)


def _tables(
    rows: list[tuple[str, ...]],
    columns: list[tuple[str, ...]],
    cells: np.ndarray,
    sides: list[tuple[list[tuple[str, ...]], list[tuple[str, ...]], np.ndarray]],
    path: Path,
    notes: Notes,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    # Totals stand in the margins under the same name on both sides; they are no industry.
    both = {label for label in columns if not any(end.fullmatch(" ".join(label)) for end in (_OUTPUT, _VALUE_ADDED))}
    sellers = [at for at, label in enumerate(rows) if label in both]
    labels = [rows[at] for at in sellers]
    industries = set(labels)
    if len(labels) < 2:
        shown = shorten(", ".join(" ".join(label) for label in rows[:3]))
        raise InputError("datasets.input_output.not_square", path=short_path(path), rows=shown)
    for names in (labels, [label for label in columns if label in industries]):
        if len(set(names)) < len(names):
            twice = next(label for label in names if names.count(label) > 1)
            raise InputError("datasets.input_output.twice", path=short_path(path), label=shorten(" ".join(twice)))
    at = {label: number for number, label in enumerate(columns)}
    inside = cells[np.ix_(sellers, [at[label] for label in labels])]
    further = [(" ".join(label), cells[sellers, number]) for number, label in enumerate(columns) if label not in industries]
    for side_rows, side_columns, side in sides:
        place = {label: number for number, label in enumerate(side_rows)}
        if not industries <= set(place):
            raise InputError("datasets.input_output.not_square", path=short_path(path), rows=shorten(side_rows[:3]))
        order = [place[label] for label in labels]
        further += [(" ".join(label), side[order, number]) for number, label in enumerate(side_columns)]
    return _flows(labels, inside, notes), _sectors(labels, inside, further, notes)


def _flows(labels: list[tuple[str, ...]], inside: np.ndarray, notes: Notes) -> pl.DataFrame:
    if count := int((inside < 0).sum()):
        notes.append(Message("datasets.input_output.negative", count=count))
    if count := int(np.isnan(inside).sum()):
        notes.append(Message("datasets.input_output.blank", count=count))
    seller, buyer = np.nonzero(inside > 0)
    ids = pl.Series([".".join(filter(None, name)) for name in _named(labels)], dtype=pl.String)
    return pl.DataFrame({"supplier": ids[seller], "buyer": ids[buyer], "value": inside[seller, buyer]})


def _sectors(
    labels: list[tuple[str, ...]], inside: np.ndarray, further: list[tuple[str, np.ndarray]], notes: Notes
) -> pl.DataFrame:
    output = next((values for name, values in further if _OUTPUT.search(name)), None)
    demand = [values for name, values in further if not _OUTPUT.search(name) and not _VALUE_ADDED.search(name)]
    final = np.sum(demand, axis=0) if demand else np.full(len(labels), np.nan)
    if output is None:
        notes.append(Message("datasets.input_output.added" if demand else "datasets.input_output.no_demand"))
        output = np.nansum(inside, axis=1) + final
    names = _named(labels)
    table = pl.DataFrame(
        {
            "id": [".".join(filter(None, name)) for name in names],
            "country": [country(place) or place or None for place, _ in names],
            "industry": [industry for _, industry in names],
            "output": output,
            "final_demand": final,
        }
    )
    return table.with_columns(pl.col("output", "final_demand").fill_nan(None))


def _named(labels: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return country and industry of each label: of one level (``JPN_C10``) or of several."""
    if any(len(label) == 1 for label in labels):
        parts = [_SEPARATORS.split(label[0], maxsplit=1) for label in labels]
        # Without a single country's name before the sign, the sign is part of an industry's name.
        split = all(len(part) == 2 for part in parts) and any(country(part[0]) for part in parts)
        return [(part[0], part[1]) if split else ("", label[0]) for part, label in zip(parts, labels, strict=True)]
    names = []
    for label in labels:
        # WIOD has four levels: the one that names a country, and of the others the first, which is the code.
        place = next((number for number, part in enumerate(label) if country(part)), None)
        if place is None:
            place = next((number for number, part in enumerate(label) if part.upper() in _REST), 0)
        names.append((label[place], next(part for number, part in enumerate(label) if number != place)))
    return names


def _matrix(path: Path, notes: Notes) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], np.ndarray]:
    """Return the labels of rows and columns, and the cells as numbers, nan where blank."""
    with reading(path):
        raw = read_frame(path, ragged=True, header=False, notes=notes).with_columns(
            pl.all().str.strip_chars().replace("", None)
        )
        heads, left = _margins(raw)
    if heads is None or left is None:
        raise InputError("datasets.input_output.no_labels", path=short_path(path))
    columns = list(zip(*(_filled(raw.row(number)[left:]) for number in heads), strict=True))
    start = heads[-1] + 1
    body = raw[start:].filter(pl.any_horizontal(pl.all().is_not_null()))
    # The names of the levels stand in a row of their own where pandas wrote them.
    body = body.filter(pl.any_horizontal(pl.nth(range(left, raw.width)).is_not_null()))
    skipped = raw.height - body.height
    rows = list(zip(*(_filled(body[:, number].to_list()) for number in range(left)), strict=True))
    cells = body[:, left:]
    words = pl.all().str.strip_chars()
    plain = pl.when(words.str.contains(NUMBER)).then(words.str.replace_all(",", ""))  # "2,25" has a comma for a point
    numbers = cells.with_columns(plain.cast(pl.Float64, strict=False))
    for name in cells.columns:
        bad = cells[name].is_not_null() & ~numbers[name].is_finite().fill_null(False)
        if bad.any():
            row = int(bad.arg_max() or 0)
            place = {"row": row + skipped + 1, "column": shorten(" ".join(columns[cells.columns.index(name)]))}
            count = int(bad.sum())
            raise InputError(
                "datasets.trade.number", path=short_path(path), value=shorten(cells[name][row]), count=count, **place
            )
    return rows, columns, numbers.to_numpy()


def _margins(raw: pl.DataFrame) -> tuple[list[int] | None, int | None]:
    """Return the rows that hold labels of columns, and how many columns hold labels of rows."""
    sample = raw[-min(50, raw.height) :]
    left = 0
    while left < raw.width and not sample[:, left].str.contains(_NUMBER).fill_null(False).any():
        left += 1
    if left in {0, raw.width}:
        return None, None
    top = raw[:10, left:]
    heads = []
    for number in range(top.height):
        cells = [cell for cell in top.row(number) if cell is not None]
        if cells and not any(re.match(_NUMBER, cell) for cell in cells):
            heads.append(number)
        elif cells:
            break
    return heads or None, left


def _filled(cells: list[str | None] | tuple[str | None, ...]) -> list[str]:
    """Return labels with blanks filled from before: a country's name stands once above its industries."""
    found, last = [], ""
    for cell in cells:
        last = last if cell is None else cell
        found.append(last)
    return found

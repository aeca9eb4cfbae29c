"""From files to tables: the one reader of what people hand in, and what it understood."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from ...graph import Message
from ...graph.arguments import checked
from ...graph.contents import WORKBOOKS
from ...graph.errors import shorten
from ...graph.files import reading
from . import published
from .alternates import with_alternates
from .cleaned import cleaned
from .columns import Columns, assign
from .compositions import without_compositions
from .consumption import with_use
from .declared import as_questionnaire
from .folders import files_of, left_out
from .guesses import by_content
from .halves import parted
from .head import for_one_of, head_above
from .headers import Place, places
from .kinds import kind_of, why_other, without_repeats
from .lines import SetAside, Shape, firms_above, firms_around, sort_rows
from .notes import notes_of
from .own import own_sheets, own_tables
from .parents import bills_above, carried, filled, product_column, with_drawn_levels
from .products import with_products_apart
from .profiles import profile
from .reckoned import with_amounts, with_column
from .records import unfolded
from .registers import joined
from .sheets import Sheet, indented, read_sheets
from .shifted import Straight, straightened
from .shops import with_makers_that_sell
from .standing import without_references
from .stated import firm_stated
from .table import FORMS, PARTS, USABLE, Table, column_letters, written_alike
from .turned import LYING, standing_up
from .units import MONEY, units_of
from .values import id_key
from .words import FIRMS, form_keys, forms, marks, plain

_CARRIED = frozenset(
    (
        "part",
        "name",
        "part_maker",
        "part_supplier",
        "supplier",
        "seller",
        "maker",
        "country",
        "parent",
        "date",
        "parent_name",
        "group",
        "hs",
        "order_no",
    )
    + ("metal", "product", "spec", "material", "currency", "unit")
)
"""Roles in which a merged cell holds for each of its rows; a merged figure holds once."""
_OF_LINES = {"part", "quantity", "price", "amount", "date", "order_no", "stock"}
_Rows = Sequence[tuple[str | None, ...]]


@dataclass(frozen=True, eq=False)
class Understanding:
    """All tables of an input, its files, a hash of their bytes, and what stands beside those files and was not read."""

    tables: tuple[Table, ...]
    files: tuple[str, ...]
    sha256: str
    left: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether any table has lines that Kanmon can use, here or by another of its commands."""
        return any((table.kind in USABLE or table.counted is not None) and table.rows for table in self.tables)

    def without_lines(self) -> Understanding:
        """Return what the tables are and how they are read: of their lines, which take the room, the first of each alone."""
        return replace(self, tables=tuple(table.without_lines() for table in self.tables))


@checked()
def understand(
    paths: str | Path | Iterable[str | Path], *, encoding: str | None = None, corrections: Mapping[str, Any] | None = None
) -> Understanding:
    r"""Return what people's files hold: every sheet of every file looked at, nothing left out in silence.

    Parameters
    ----------
    paths : path or paths
        Files, and folders of files. A folder of Kanmon's own tables, of the ETO dataset or of BACI is one dataset.
    encoding : str, optional
        Encoding of text files, where it is known better.
    corrections : mapping, optional
        ``{"sheets": {sheet: {"kind", "header_row", "columns"}}}``, as `mapping.read_corrections` reads it.

    Raises
    ------
    ReadError
        A path does not exist, a folder holds no file of a known kind, or a file cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "bill.csv").write_text("Part,Name,Qty\nP-1,Motor,2\nP-2,Gear,4\n", encoding="utf-8")
    ...     found = understand(folder)
    >>> [(table.kind, table.rows, table.texts("part")) for table in found.tables]
    [('bom', 2, ['P-1', 'P-2'])]
    """
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    wishes: Mapping[str, Any] = (corrections or {}).get("sheets", {})
    digest = hashlib.sha256()
    tables: list[Table] = []
    names: list[str] = []
    left: list[str] = []
    for path in map(Path, given):
        whole = published.folder_tables(path) if path.is_dir() else None
        if whole is not None:
            tables += whole
            names.append(path.name)
            continue
        left += left_out(path)
        for file in files_of(path):
            names.append(file.name)
            with reading(file):
                digest.update(file.name.encode("utf-8") + b"\0" + file.read_bytes())
            tables += own_tables(file) or published.file_tables(file, encoding) or _file(file, encoding, wishes)
    return Understanding(tuple(together(tables)), tuple(names), digest.hexdigest(), tuple(left))


def together(tables: Sequence[Table]) -> list[Table]:
    """Return tables with what others of them say: of whom lines were bought, and which products a cell names."""
    return with_products_apart(joined(tables))


def _file(path: Path, encoding: str | None, wishes: Mapping[str, Any]) -> list[Table]:
    sheets = read_sheets(path, encoding)
    if (own := own_sheets(path, sheets)) is not None:
        return own
    if not wishes and sheets[0].encoding in WORKBOOKS and (known := published.sheet_tables(path, sheets)) is not None:
        return known
    titles = {plain(sheet.name) for sheet in sheets}
    wish = {sheet.name: wishes.get(f"{path.name}/{sheet.name}", wishes.get(sheet.name, {})) for sheet in sheets}
    tables = [table for sheet in sheets for table in _Reader(sheet, wish[sheet.name], titles).tables()]
    return (None if wishes else as_questionnaire(path, sheets, tables)) or written_alike(tables)


class _Reader:
    """The tables of one sheet."""

    def __init__(self, sheet: Sheet, wish: Mapping[str, Any], titles: set[str]) -> None:
        self.sheet, self.wish, self.titles = indented(sheet), wish, titles
        # Saved as CSV, sheet by sheet, a file is named after both: "book-sheet.csv".
        label = plain(sheet.name)
        self.labels = {label, label.rpartition("-")[2]}

    def tables(self) -> list[Table]:
        if self.wish.get("kind") == "ignore" or self.labels & marks("guide"):
            return [self._empty(Message("datasets.intake.ignored"))]
        row = self.wish.get("header_row")
        header = None if row is None else [int(each) - 1 for each in (row if isinstance(row, list) else [row])]
        self.sheet, notes = standing_up(self.sheet)
        if notes == (LYING,) and not self.wish:
            return [self._empty(LYING)]
        found = places(self.sheet, header)
        if not found:
            return [] if self.sheet.frame.is_empty() else [self._empty(Message("datasets.intake.no_table"))]
        tables = without_repeats([self._table(place, first=n == 0) for n, place in enumerate(found)])
        return [replace(table, notes=(*notes, *table.notes)) for table in tables]

    def _empty(self, note: Message) -> Table:
        sheet = self.sheet
        return Table(sheet.file, sheet.name, "other", encoding=sheet.encoding, guessed=sheet.guessed, notes=(note,))

    def _table(self, place: Place, first: bool) -> Table:
        sheet, wish = self.sheet, self.wish if first else {}
        wanted = wish.get("kind")
        frame = sheet.frame.slice(place.top, place.bottom - place.top).select(pl.nth(place.columns))
        place, straight = self._straight(place, frame)
        frame = straight.frame
        form, wished = self._form(place, place.names, wanted), wish.get("columns") or {}
        place, frame, halves = (place, frame, ()) if form else parted(place, frame, wished)
        names, frame, folded = (place.names, frame, ()) if form else unfolded(place.names, frame)
        columns = _columns(form, place.names if wished else names, frame, wished)
        frame, merged = self._filled(frame, place, columns)
        unsaved = self._unsaved(place)
        rows = frame.rows()
        kept, aside = _sorted(rows, place, form, columns, unsaved)
        aside = straight.set_aside(kept, aside, place.top + 1)
        data = frame[kept] if len(kept) < frame.height else frame
        data = data.select(pl.Series("row", [place.top + 1 + i for i in kept], dtype=pl.Int64), pl.all())
        data, meant = cleaned(data, place.names, columns.roles, _CARRIED, form=bool(form))
        if form == "questionnaire":
            data, aside = _answered(data, columns.roles, aside)
        table = Table(
            sheet.file,
            sheet.name,
            "other",
            form,
            sheet.encoding,
            sheet.guessed,
            header=tuple(row + 1 for row in place.header),
            titles=place.titles,
            names=place.names,
            letters=column_letters(sheet.left, place.columns),
            roles=dict(columns.roles),
            how=columns.how,
            steps=columns.steps,
            units=units_of([*place.titles, self.sheet.name], place.names, columns.roles),
            data=data,
            set_aside=tuple(aside),
            merged=merged,
            pointed=frozenset(i for i, column in enumerate(place.columns) if column + sheet.left in sheet.points),
        )
        notes: tuple[Message, ...] = (*straight.notes(kept, place.top + 1), *halves, *folded, *meant)
        if not form and _naming(form, columns):  # a table of parts: who supplies them may stand outside its columns
            table = self._with_bills_above(table, place, rows, kept)
            table = self._with_firms_above(table, place, rows, _lines(table, place))
            table, stated = self._with_firm_stated(table, place)
            table, headed = self._with_head(table, place)
            notes += (*stated, *headed)
        table = with_makers_that_sell(with_alternates(without_references(with_drawn_levels(without_compositions(table)))))
        table = with_amounts(with_use(replace(table, kind=self._kind(table, place.main, wanted), said=wanted is not None)))
        notes += why_other(table, self._titles(table))
        table, said = self._carried(table, place, rows, _lines(table, place))
        notes += said
        return replace(table, notes=(*notes, *table.notes, *notes_of(table, sheet, unsaved, place.top)))

    def _straight(self, place: Place, frame: pl.DataFrame) -> tuple[Place, Straight]:
        """A table of a text with each cell in its column, where its rows have other numbers of cells than its header."""
        if not self.sheet.widths or place.columns != tuple(range(self.sheet.frame.width)):
            return place, Straight(frame, frame.width)
        widths = self.sheet.widths
        head = max((widths[row] for row in place.header), default=0)
        straight = straightened(frame, place.names, head, widths[place.top : place.bottom], self.sheet.mark)
        width, first = straight.frame.width, int(straight.numbered)
        return replace(place, columns=place.columns[first : first + width], names=place.names[:width]), straight

    def _unsaved(self, place: Place) -> frozenset[tuple[int, int]]:
        """Cells of a table whose formulas were saved without a value, by row and column of the table."""
        left = self.sheet.left + place.columns[0]
        return frozenset(
            (row - place.top, column - left)
            for row, column in self.sheet.unsaved
            if place.top <= row < place.bottom and left <= column <= self.sheet.left + max(place.columns)
        )

    def _with_bills_above(self, table: Table, place: Place, rows: _Rows, kept: list[int]) -> Table:
        """Bills one below another, each under what its lines go into; what counts all parts again is set aside."""
        found = None if table.roles.keys() & {"parent", "level"} else bills_above(table.titles, rows, kept)
        if found is None:
            return table
        owners, again = found
        word = next(iter(table.titles), "")
        table = with_column(table, "parent", word, owners, self._letters(place.columns[0]))
        sums = [SetAside(place.top + 1 + i, "total") for i in sorted(again)]
        aside = sorted([*table.set_aside, *sums], key=lambda each: each.row)
        lines = table.data.filter(~pl.col("row").is_in([each.row for each in sums]))
        return replace(table, data=lines, set_aside=tuple(aside))

    def _with_firms_above(self, table: Table, place: Place, rows: _Rows, kept: list[int]) -> Table:
        """A firm that heads a block of lines supplies each of them."""
        found = None if table.roles.keys() & FIRMS else firms_above(rows, kept)
        titles = [] if table.roles.keys() & FIRMS else self._titles(table)
        firms = found or firms_around(rows, kept, titles)
        if firms is None:
            return table
        return with_column(table, "supplier", firms.word, firms.cells, self._letters(place.columns[firms.column]))

    def _with_firm_stated(self, table: Table, place: Place) -> tuple[Table, tuple[Message, ...]]:
        """A firm that is stated above a table sells all of it, and that is said."""
        if not place.main or table.roles.keys() & {"supplier", "seller"}:
            return table, ()
        stated = firm_stated(self._above(place), table.names)
        if stated is None:
            return table, ()
        word, firm = stated
        table = with_column(table, "seller", word, [firm] * table.rows, self._letters(place.columns[0]))
        return table, (Message("datasets.intake.stated", firm=shorten(firm)),)

    def _above(self, place: Place) -> _Rows:
        return self.sheet.frame.slice(place.above, place.header[0] - place.above).rows() if place.header else []

    def _with_head(self, table: Table, place: Place) -> tuple[Table, tuple[Message, ...]]:
        """A head above the list says what its topmost lines go into, and for how many of it their quantities are."""
        head = None if "parent" in table.roles or "supplier" in table.roles else head_above(self._above(place))
        if head is None or id_key(head.product) in {id_key(part) for part in table.texts("part") if part is not None}:
            return table, ()
        levels = table.levels
        top = min((level for level in levels if level is not None), default=None)
        data, notes = for_one_of(table.data, table.names, table.roles, levels, head)
        table = replace(table, data=data)
        for role, value in (("parent", head.product), ("parent_name", head.name)):
            if value is not None:
                cells = [value if level in {top, None} else None for level in levels]
                table = with_column(table, role, head.label, cells, self._letters(place.columns[0]))
        return table, (Message("datasets.intake.head", product=shorten(head.product), label=shorten(head.label)), *notes)

    def _carried(self, table: Table, place: Place, rows: _Rows, kept: list[int]) -> tuple[Table, tuple[Message, ...]]:
        """What a bill says on the first line of a block holds for the lines below, and that is said."""
        told = any(level is not None for level in table.levels)
        inside = table.roles.get("parent", (len(place.names),))[0] < len(place.names)  # and no title of a block
        if table.kind != "bom" or not inside or told:
            return table, ()
        apart = {each.row - place.top - 1 for each in table.set_aside if each.reason in {"total", "heading"}}
        heads, opened = carried(rows, kept, apart, table.roles)
        columns = [i for role in ("parent", "parent_name") for i in table.roles.get(role, ())]
        column = shorten(" ".join(table.names[columns[0]].split()))
        notes = (Message("datasets.intake.not_carried", column=column, count=opened),) if opened else ()
        if not heads:
            return table, notes
        own = {place.top + 1 + n for n in heads.values()} - set(table.numbers_of_rows)
        aside = tuple(replace(each, reason="heading") if each.row in own else each for each in table.set_aside)
        data = filled(table.data, columns, rows, heads, kept)
        return replace(table, data=data, set_aside=aside), (
            Message("datasets.intake.carried", column=column, count=len(heads)),
            *notes,
        )

    def _letters(self, place: int) -> str:
        return column_letters(self.sheet.left, (place,))[0]

    def _form(self, place: Place, names: Sequence[str], wanted: object) -> str:
        """The sheet of the audit workbook that this is, if it is one: by its name, else by what only such a sheet has."""
        if wanted in FORMS:
            return str(wanted)
        if wanted is not None or not place.header:
            return ""
        keys = [form_keys(name) for name in names]
        best: tuple[tuple[bool, int], str] | None = None
        for form, (needs, titles, roles) in forms().items():
            hits = {roles[key] for each in keys for key in each if key in roles}
            titled = bool(self.labels & titles)
            if not all(any(role in hits for role in need) for need in needs):
                continue
            score = (titled, len(hits))
            if best is None or score > best[0]:
                best = score, form
        if best is None:
            return ""
        (titled, hits), form = best
        found = assign(names, [profile([])] * len(names), {})
        others = len([role for role in found.roles if role != "other"])
        if titled:
            lists = hits > 1 and not found.roles.keys() & _OF_LINES  # what a register says beside is of no line
            return form if hits >= others - 1 or lists else ""
        return form if hits >= (3 if form == "company" else 2) and hits > others else ""

    def _filled(self, frame: pl.DataFrame, place: Place, columns: Columns) -> tuple[pl.DataFrame, int]:
        """Values of merged ranges on each of their rows."""
        by_place = {i: role for role, each in columns.roles.items() for i in each}
        count = 0
        for area in self.sheet.merged:
            top, left = area.top - place.top, area.left - self.sheet.left - place.columns[0]
            bottom = min(area.bottom - place.top, frame.height - 1)
            if area.bottom == area.top or top < 0 or bottom <= top or not 0 <= left < frame.width:
                continue
            value = frame.item(top, left)
            if value is not None and by_place.get(left) in _CARRIED:
                name = frame.columns[left]
                index = pl.int_range(pl.len())
                inside = (index > top) & (index <= bottom) & pl.any_horizontal(pl.all().exclude(name).is_not_null())
                count += int(frame.select(inside.sum()).item())
                frame = frame.with_columns(pl.when(inside).then(pl.lit(value)).otherwise(pl.col(name)).alias(name))
        return frame, count

    def _kind(self, table: Table, main: bool, wanted: object) -> str:
        if wanted in {*PARTS, "other"}:
            return str(wanted)
        if table.form:
            return table.form if table.form in {"technologies", "questionnaire"} else "other"
        return kind_of(table, self._titles(table), main, self.titles)

    def _titles(self, table: Table) -> list[str]:
        return [self.sheet.name, *reversed(table.titles), Path(self.sheet.file).stem]


def _lines(table: Table, place: Place) -> list[int]:
    """The rows below the header that are lines of a table still."""
    return [row - place.top - 1 for row in table.numbers_of_rows]


def _columns(form: str, names: Sequence[str], frame: pl.DataFrame, wished: Mapping[str, str]) -> Columns:
    """What the columns of a table are: by the words of its form, else by headers, else by what stands in them."""
    wishes = {" ".join(str(name).split()): role for name, role in wished.items()}
    if form:
        return _formal(form, names, wishes)
    profiles = [profile(frame.to_series(i).to_list()) for i in range(frame.width)]
    columns = assign(names, profiles, wishes)
    product = product_column(columns, names, frame.rows())
    if product is not None:
        columns = assign(names, profiles, wishes, product)
    return columns if columns.roles else by_content(profiles)


def _sorted(
    rows: _Rows, place: Place, form: str, columns: Columns, unsaved: frozenset[tuple[int, int]]
) -> tuple[list[int], list[SetAside]]:
    """The rows that are lines, and what was set aside; those of no table of parts are counted, not judged."""
    naming, roles = _naming(form, columns), columns.roles
    if not naming:
        return [i for i, row in enumerate(rows) if any(cell is not None for cell in row)], []
    shape = Shape(
        naming=naming,
        counting=tuple(roles.get("quantity", ())),
        money=tuple(i for role in (*MONEY, "weight", "other") for i in roles.get(role, ())),
        header=place.names,
        leftmost=min(naming),
        standing=tuple(roles.get("standing", ())),
        of_part=_of_part(roles),
        numbers=tuple(roles.get("number", ())),
        levels=tuple(roles.get("level", ())),
        values=tuple(i for role in ("name", "value") for i in roles.get(role, ()) if "designator" in roles),
        board=tuple(i for role in _BOARD for i in roles.get(role, ()) if "designator" in roles),
        made=tuple(i for role in ("part_maker", "part_supplier", *FIRMS) for i in roles.get(role, ())),
    )
    return sort_rows(rows, place.top + 1, shape, unsaved)


_BOARD = ("name", "part", "value", "footprint")
"""Roles of columns in which the list of a board names what stands at a place."""


def _of_part(roles: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """Columns of a part's own number and name, and of its place in a bill, where makers' numbers stand beside them."""
    if not {"part", "part_maker", "maker"} <= roles.keys() or not roles.keys() & {"level", "designator", "quantity"}:
        return ()
    own = ("part", "name", "value", "spec", "level", "designator", "quantity", "parent", "number", "amount")
    return tuple(i for role in own for i in roles.get(role, ()))


def _formal(form: str, names: Sequence[str], wishes: Mapping[str, str]) -> Columns:
    roles_ = forms()[form][2]
    roles: dict[str, tuple[int, ...]] = {}
    how: dict[int, str] = {}
    for i, name in enumerate(names):
        wished = wishes.get(" ".join(name.split()))
        role = wished or next((roles_[key] for key in form_keys(name) if key in roles_), None)
        if role and role != "ignore" and role not in roles:
            roles[role], how[i] = (i,), "corrected" if wished else "word"
    return Columns(roles, how)


def _naming(form: str, columns: Columns) -> tuple[int, ...]:
    if form:
        wanted = [role for need in forms()[form][0] for role in need]
        return tuple(i for role in wanted[:2] for i in columns.roles.get(role, ()))
    named = tuple(
        i for role in ("part", "name", "part_maker", "part_supplier", "value") for i in columns.roles.get(role, ())
    )
    return tuple(dict.fromkeys(named))


def _answered(
    data: pl.DataFrame, roles: Mapping[str, tuple[int, ...]], aside: list[SetAside]
) -> tuple[pl.DataFrame, list[SetAside]]:
    """Questions without an answer are no lines: the template comes with them."""
    if "answer" not in roles or data.is_empty():
        return data, aside
    answered = data.to_series(roles["answer"][0] + 1).is_not_null()
    more = [SetAside(row, "no_answer") for row in data.filter(~answered)["row"].to_list()]
    return data.filter(answered), sorted([*aside, *more], key=lambda each: each.row)

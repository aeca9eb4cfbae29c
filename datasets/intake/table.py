"""One table of a person's file as it was understood: its columns, lines, units, and what was set aside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from sys import intern
from typing import Any

import polars as pl

from ...graph import Message
from ...graph.contents import WORKBOOKS
from ...graph.errors import shorten
from .columns import BESIDE
from .days import DAY_FIRST, YEAR_FIRST, date, orders
from .lines import SetAside
from .profiles import profile
from .settling import MEASURES
from .sheets import letters
from .values import Unit, decimal_mark, firm_key, is_blank, is_figure, is_seller, level, name, number, unit_in
from .words import COMMA, forms, language, marks, ordinal, plain, speaks_one_of

KINDS = ("bom", "ledger", "sourcing", "price_list", "order", "stock", "master", "technologies", "questionnaire")
KINDS += ("trade", "graph", "card", "result", "other")
"""Kinds of table that a person is told."""
PARTS = ("bom", "ledger", "sourcing", "price_list", "order", "stock", "master")
"""Kinds whose lines are parts."""
USABLE = frozenset((*PARTS, "technologies", "trade", "graph"))
FORMS = tuple(forms())
"""Sheets of the audit workbook that are no tables of parts."""
SHOWN = (
    "part",
    "name",
    "maker",
    "supplier",
    "country",
    "quantity",
    "price",
    "amount",
    "stock",
    "lead_time",
    "level",
    "parent",
    "date",
    "note",
)
"""Roles in the order in which they are shown; others follow."""
DAYS = ("date", "valid_from", "valid_to", "qualified_date")
"""Roles whose cells are days."""
_SPACED = {"fr", "pl", "cs", "ru", "hu"}
"""Those of them that part thousands with a blank: a dot before three digits may be anything."""
_YEAR_FIRST = {"ja", "zh", "ko", "hu"}
"""Languages that write the year first."""
FORMAL = ("revenue", "budget", "cost")
"""Further amounts, of the sheets of the audit workbook."""
_AMOUNT = re.compile(r"[\d.,\s+\-−▲△()']+")
_THREE = re.compile(r"(?<![\d,.])[1-9]\d{0,2},\d{3}(?![\d,.])")
_THREE_BEHIND = re.compile(r"\d+,\d{3}")
_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")
"""1.000: a thousand where the dot parts thousands, else one."""
_TEXTS = ("name", "part", "part_maker", "value", "footprint", "spec", "material", "part_supplier")


@dataclass(frozen=True, eq=False)
class Table:
    """A table that was understood.

    Attributes
    ----------
    header : tuple of int
        Header rows as Excel counts; none for a plain list.
    names : tuple of str
        Headers by column.
    letters : tuple of str
        Excel's letters of the columns.
    roles : mapping
        Positions of columns by role, in the order in which they speak.
    how : mapping
        How a column got its role: a known word, a part of one, a similar one, its content, or a correction.
    units : mapping
        Unit by column, where a header or title names one.
    data : polars.DataFrame
        ``row`` (as Excel counts) and the cells as text, of lines only; a cell of a merged range has its value.
    notes : tuple of Message
        What a person should know: guessed encodings, formulas without a value, refusals.
    """

    file: str
    sheet: str
    kind: str
    form: str = ""
    encoding: str = ""
    guessed: bool = False
    header: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    roles: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    how: Mapping[int, str] = field(default_factory=dict)
    steps: tuple[int, ...] = ()
    units: Mapping[int, Unit] = field(default_factory=dict)
    data: pl.DataFrame = field(default_factory=pl.DataFrame)
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[Message, ...] = ()
    merged: int = 0
    pointed: frozenset[int] = frozenset()
    """Columns with numbers of a workbook that have decimals: their dot parts no thousands, and tells nothing of texts."""
    beside: frozenset[str] = frozenset()
    """How the other tables of a workbook write decimals, where they tell."""
    said: bool = False
    """Whether a person said of what kind it is."""
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The products of cells that name several of what lines go into."""
    counted: int | None = None
    """Rows of a table that another reader reads (trade, graph)."""

    @property
    def rows(self) -> int:
        """Lines of the table."""
        return self.data.height if self.counted is None else self.counted

    def without_lines(self) -> Table:
        """Return the table with the first of its lines alone, and the count of all of them."""
        first = pl.DataFrame(self.data.head(1).rows(), schema=self.data.schema, orient="row")  # a slice would keep them all
        return replace(self, data=first, counted=self.rows)

    @cached_property
    def numbers_of_rows(self) -> list[int]:
        """The row of each line, as Excel counts."""
        return self.data["row"].to_list() if self.data.width else []

    def headers(self, role: str) -> list[str]:
        """Return the headers of a role, or the letters of columns without one."""
        shown = [self.names[i].replace("\n", " ") or self.letters[i] for i in self.roles.get(role, ())]
        return list(dict.fromkeys(shown))

    def cells(self, column: int) -> list[str | None]:
        """Return the cells of a column, as they stand; a text that stands in many of them is one in memory."""
        return [None if cell is None else intern(cell) for cell in self.data.to_series(column + 1).to_list()]

    def texts(self, role: str) -> list[str | None]:
        """Return what the columns of a role say on each line: the first that is filled speaks; dashes say nothing."""
        columns = [self.cells(i) for i in self.roles.get(role, ())]
        if not columns:
            return [None] * self.rows
        if len(columns) == 1:
            return [None if is_blank(cell) else cell for cell in columns[0]]
        return [next((cell for cell in cells if not is_blank(cell)), None) for cells in zip(*columns, strict=True)]

    def numbers(self, role: str) -> list[float | None]:
        """Return the figures of a role in base units; what is no figure is blank."""
        found: list[float | None] = [None] * self.rows
        for i in self.roles.get(role, ())[:1]:
            cells, factor = self.cells(i), self.factor(i)
            comma = self.comma(i)
            found = [number(cell, comma) for cell in cells]
            if factor != 1.0:
                pairs = zip(found, cells, strict=True)
                found = [value * factor if value is not None and is_figure(cell) else value for value, cell in pairs]
        return found

    def factor(self, column: int) -> float:
        """Return how many base units a column's unit is."""
        return self.units[column].factor if column in self.units else 1.0

    def comma(self, column: int) -> bool:
        """Return whether a column's decimals are written with a comma.

        Where its own cells leave it open ("1,000"), those of the other columns tell, else the language of the header.
        """
        mark = self._mark(column)
        return mark == "," or (not mark and (self._commas or self._of_sap(column)))

    def _mark(self, column: int) -> str:
        return "." if column in self.pointed else decimal_mark(self.data.to_series(column + 1).head(5000).to_list())

    def _of_sap(self, column: int) -> bool:
        """Whether figures are quantities of SAP, which have three decimals: 1,000 is one."""
        if plain(self.names[column]) not in marks("sap_quantity"):
            return False
        return all(_THREE_BEHIND.fullmatch(cell.strip()) for cell in self.cells(column) if cell is not None)

    def day_order(self, column: int) -> str | None:
        """Return in which order day, month and year stand in a column (03/04/2025); None where nobody can tell.

        Where its own cells leave it open, those of the other columns of days tell, else the language of the header.
        """
        columns = dict.fromkeys((column, *(i for role in DAYS for i in self.roles.get(role, ()))))
        told = [found for i in columns if (found := orders(self.cells(i))) is not None]
        clear = next((found for found in told if len(found) < 2), None)
        if clear is not None:
            return clear.pop() if clear else None
        first = language(self.names) in _YEAR_FIRST
        return YEAR_FIRST if first else DAY_FIRST if speaks_one_of(self.names, COMMA) else None

    def days(self, role: str) -> list[str | None]:
        """Return the days that the columns of a role say on each line, as ISO text."""
        columns = [(self.cells(i), self.day_order(i)) for i in self.roles.get(role, ())]
        return [
            next((day for cells, order in columns if (day := date(cells[n], order)) is not None), None)
            for n in range(self.rows)
        ]

    def comma_note(self, column: int) -> Message | None:
        """Return how commas and dots in a column were read, where not as all expect, or nobody can tell (1,000; 1.000)."""
        comma, called = self.comma(column), shorten(self.names[column])
        spoken = language(self.names)
        told = self._of_sap(column) or spoken not in {None, "en", *COMMA}
        either = not comma or (spoken in _SPACED and not self.marks and self.encoding not in WORKBOOKS)
        open_ = either and not (told or column in self.pointed or self.marks == {"."})
        dots = [cell.strip() for cell in self.cells(column) if cell and "." in cell] if open_ else []
        if dots and all(map(_DOTTED.fullmatch, dots)):
            value = f"{number(dots[0], comma) or 0:.10g}"
            return Message("datasets.intake.dot_open", column=called, cell=shorten(dots[0]), value=value)
        certain = told or self.encoding in WORKBOOKS or self.marks
        certain = certain or (column in self.roles.get("amount", ()) and not comma)  # no sum of money has three decimals
        three = next((cell.strip() for cell in self.cells(column) if not certain and cell and _THREE.search(cell)), None)
        if three is not None:
            value = f"{number(three, comma) or 0:.10g}"
            return Message("datasets.intake.comma_open", column=called, cell=shorten(three), value=value)
        used = comma and any(cell is not None and "," in cell for cell in self.cells(column))
        return Message("datasets.intake.comma", column=called) if used else None

    @cached_property
    def marks(self) -> frozenset[str]:
        """How the figures of the table write decimals as text, where they tell."""
        columns = [i for role in (*MEASURES, *FORMAL) for i in self.roles.get(role, ()) if i not in self.pointed]
        return frozenset(map(self._mark, columns)) - {""}

    @cached_property
    def _commas(self) -> bool:
        if self.encoding in WORKBOOKS:  # a word of its header may be translated, its figures are not
            return self.beside == {","}
        return self.marks == {","} or (not self.marks and speaks_one_of(self.names, COMMA))

    @cached_property
    def levels(self) -> list[int | None]:
        """The level of each line: of a column, of a number like 1.2.1, of the column that is filled, or of the indent."""
        if "level" in self.roles:
            cells = self.texts("level")
            if any(cell is not None and re.fullmatch(r"\d+(?:\.\d+)*\.[1-9]\d*", cell.strip()) for cell in cells):
                return [None if cell is None else cell.strip(" .").count(".") for cell in cells]
            return [level(cell) for cell in cells]
        if self.steps:
            columns = [self.cells(i) for i in self.steps]
            return [
                next((n for n, cell in enumerate(cells) if cell is not None), None) for cells in zip(*columns, strict=True)
            ]
        if "dotted" in self.roles:
            return [None if cell is None else cell.strip(" .").count(".") for cell in self.texts("dotted")]
        if "indent" in self.roles:
            depths = [
                None if cell is None else len(cell) - len(cell.lstrip(" 　\t・."))
                for cell in self.cells(self.roles["indent"][0])
            ]
            order = {depth: n for n, depth in enumerate(sorted({depth for depth in depths if depth is not None}))}
            return [None if depth is None else order[depth] for depth in depths]
        return [None] * self.rows

    @property
    def drawn(self) -> tuple[int, ...]:
        """The columns that `levels` are read from where none is called so."""
        return () if "level" in self.roles else self.steps or self.roles.get("dotted") or self.roles.get("indent") or ()

    @property
    def parents_told(self) -> bool:
        """Whether a column tells what at least one line goes into."""
        return "parent" in self.roles and any(self.texts("parent"))

    @property
    def structured(self) -> bool:
        """Whether the lines say what they go into; a column for it that is blank all the way down says nothing."""
        return (
            self.parents_told or any(level is not None for level in set(self.levels)) and len(set(self.levels) - {None}) > 1
        )

    @property
    def area(self) -> str:
        """The range of the lines as Excel shows it, from the first to the last."""
        rows = self.numbers_of_rows
        last = max(self.letters, key=lambda letters: (len(letters), letters), default="")
        return f"{self.letters[0]}{rows[0]}:{last}{rows[-1]}" if rows and self.letters else ""

    @cached_property
    def currency_of_rows(self) -> list[str | None]:
        """Currency of the amount, or revenue, of each line."""
        return self.currency_of("amount" if "amount" in self.roles else "revenue")

    def currency_of(self, role: str) -> list[str | None]:
        """Return the currency of a role on each line: as the cell, header, a title, or a column of its own says."""
        columns = self.roles.get(role, ())[:1]
        if not columns:
            return [None] * self.rows
        unit = self.units.get(columns[0])
        stated = unit.currency if unit is not None else None
        cells = zip(self.texts("currency"), self.cells(columns[0]), strict=True)
        return [_currency(_AMOUNT.sub("", amount or "")) or stated or _currency(own) for own, amount in cells]

    @cached_property
    def currencies(self) -> set[str]:
        """Currencies of the amounts."""
        return {each for each in self.currency_of_rows if each is not None}

    @cached_property
    def further(self) -> list[tuple[str, int, dict[str, int]]]:
        """Columns of further firms (``supplier`` or ``maker``), each with the columns of what is told of it, by role."""
        firms = sorted((i, role) for role in ("supplier", "maker") for i in self.roles.get(f"{role}_more", ()))
        found = []
        for n, (i, role) in enumerate(firms):
            stop = firms[n + 1][0] if n + 1 < len(firms) else len(self.names)
            number = ordinal(self.names[i])
            beside = {
                about: j
                for about in BESIDE
                for j in reversed(self.roles.get(f"{about}_more", ()))
                if (ordinal(self.names[j]) == number if number is not None else i < j < stop)
            }
            if self.of_all_sources("switch_days"):
                beside.setdefault("switch_days", self.roles["switch_days"][0])
            found.append((role, i, beside))
        return found

    def of_all_sources(self, role: str) -> bool:
        """Return whether a column without a number, before or behind numbered columns of sources, speaks of all of them."""
        firms = [i for of in ("supplier", "maker") for i in (*self.roles.get(of, ())[:1], *self.roles.get(f"{of}_more", ()))]
        more = [i for of in ("supplier", "maker") for i in self.roles.get(f"{of}_more", ())]
        told = self.roles.get(role, ())[:1]
        numbered = bool(more) and all(ordinal(self.names[i]) is not None for i in more)
        return numbered and any(ordinal(self.names[i]) is None and not min(firms) < i < max(firms) for i in told)

    @property
    def spellings(self) -> list[list[str]]:
        """Firms that are spelled in several ways, with their spellings."""
        found: dict[str, dict[str, None]] = {}
        for role in ("supplier", "seller", "maker"):
            for firm in dict.fromkeys(self.texts(role)):
                if firm is not None:
                    found.setdefault(firm_key(firm), {})[name(firm)] = None
        return [list(each) for each in found.values() if len(each) > 1]

    @cached_property
    def suppliers(self) -> list[str]:
        """Firms that sell, each once however it is spelled."""
        more = [cell for i in self.roles.get("supplier_more", ()) for cell in self.cells(i) if not is_blank(cell)]
        return _joined([*self.texts("supplier"), *self.texts("seller"), *more])

    @cached_property
    def makers(self) -> list[str]:
        """Firms that make, each once however it is spelled."""
        more = [cell for i in self.roles.get("maker_more", ()) for cell in self.cells(i) if not is_blank(cell)]
        return _joined([*self.texts("maker"), *more])

    @cached_property
    def totals(self) -> dict[str, float]:
        """Sums of amount and quantity in base units, of the lines that have one; none over several currencies or units."""
        found = {"amount": self.amounts, "quantity": self.quantities}
        return {role: next(iter(sums.values())) for role, sums in found.items() if len(sums) == 1}

    @cached_property
    def unread(self) -> dict[str, list[str]]:
        """Cells of amounts and quantities that are filled and say no figure: they are in no sum."""
        found: dict[str, list[str]] = {}
        for role in ("amount", "quantity") if self.kind in PARTS else ():
            for i in self.roles.get(role, ())[:1]:
                pairs = zip(self.cells(i), self.numbers(role), strict=True)
                found[role] = [cell for cell, value in pairs if value is None and cell is not None and not is_blank(cell)]
        return {role: cells for role, cells in found.items() if cells}

    @cached_property
    def amounts(self) -> dict[str, float]:
        """Sums of the amounts by their currency, in order; "" stands for those that name none."""
        found: dict[str, float] = {}
        known = "amount" in self.roles and self.kind in PARTS
        for value, currency in zip(self.numbers("amount"), self.currency_of_rows, strict=True) if known else ():
            if value is not None:
                found[currency or ""] = found.get(currency or "", 0.0) + value
        return {currency: round(total, 6) for currency, total in sorted(found.items())}

    @cached_property
    def quantities(self) -> dict[str, float]:
        """Sums of quantities by their unit, in order; "" stands for those that name none; metres and pieces have none."""
        found: dict[str, float] = {}
        for value, unit in zip(self.numbers("quantity"), self.texts("unit"), strict=True) if self.kind in PARTS else ():
            if value is not None:
                found[plain(unit or "")] = found.get(plain(unit or ""), 0.0) + value
        return {unit: round(total, 6) for unit, total in sorted(found.items())}

    def speech(self) -> list[str | None]:
        """Return all that the text columns say on each line, the name first; columns of no known role speak last."""
        columns = [self.texts(role) for role in _TEXTS if role in self.roles]
        if "name" in self.roles and len(self.roles["name"]) > 1:
            columns += [self.cells(i) for i in self.roles["name"][1:]]
        columns += [self.cells(i) for i in (*self.roles.get("spec", ())[1:], *self._unnamed())]
        if not columns:
            return [None] * self.rows
        return [
            " ".join(dict.fromkeys(cell.strip() for cell in cells if not is_blank(cell) and cell is not None)) or None
            for cells in zip(*columns, strict=True)
        ]

    def _unnamed(self) -> list[int]:
        """Columns of no known role that hold words."""
        unknown = [i for i, name in enumerate(self.names) if name and i not in self.how]
        seen = {i: profile(self.cells(i)) for i in unknown}
        return [
            i
            for i, each in seen.items()
            if each.length >= 2 and each.numeric < 0.5 and each.dates < 0.5 and each.links < 0.5
        ]

    def samples(self, column: int, most: int = 3) -> list[str]:
        """Return the first different values of a column."""
        seen: dict[str, None] = {}
        for cell in self.data.to_series(column + 1) if self.data.width else []:
            if not is_blank(cell) and cell is not None:
                seen[" ".join(cell.split())] = None
                if len(seen) == most:
                    break
        return list(seen)

    def units_by_role(self) -> dict[str, Any]:
        """Return the units as they are written, by role."""
        found: dict[str, Any] = {}
        for role, columns in self.roles.items():
            words = [self.units[i].word for i in columns if i in self.units]
            if words:
                found[role] = words[0] if len(words) == 1 else words
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the table as plain data, as ``kanmon check --json`` prints it."""
        header = self.header[0] if len(self.header) == 1 else list(self.header) or None
        order = [role for role in (*SHOWN, *self.roles) if role in self.roles and role not in {"other", "dotted", "indent"}]
        columns = {
            role: (found[0] if len(found) == 1 else found) for role in dict.fromkeys(order) if (found := self.headers(role))
        }
        if "seller" in columns and "supplier" not in columns:
            columns["supplier"] = columns.pop("seller")
        return {
            "file": self.file,
            "sheet": self.sheet,
            "kind": self.kind,
            "encoding": self.encoding,
            "header_row": header,
            "columns": columns,
            "units": self.units_by_role(),
            "rows": self.rows,
            "set_aside": [{"row": each.row, "reason": each.reason} for each in self.set_aside],
            "totals": self.totals,
            "amounts": self.amounts,
            "quantities": self.quantities,
            "suppliers": self.suppliers,
            "makers": self.makers,
        }


def _joined(firms: list[str | None]) -> list[str]:
    seen: dict[str, str] = {}
    for firm in dict.fromkeys(firms):
        if firm is not None:
            seen.setdefault(firm_key(firm), name(firm))
    return list(seen.values())


@lru_cache(4096)
def _currency(word: str | None) -> str | None:
    unit = unit_in(f"({word})") if word else None
    return None if unit is None else unit.currency


def written_alike(tables: Sequence[Table]) -> list[Table]:
    """Tables of one workbook: a figure that could be either (400.000) is written as the others are, and that is said."""
    beside = frozenset(mark for table in tables for mark in table.marks)
    found = []
    for table in tables:
        after = replace(table, beside=beside)
        notes = [note for note in table.notes if len(beside) != 1 or note.key != "datasets.intake.dot_open"]
        for i in (i for role in (*MEASURES, *FORMAL) for i in table.roles.get(role, ()) if after.comma(i) > table.comma(i)):
            cell = next((cell for cell in table.cells(i) if cell is not None and _DOTTED.fullmatch(cell.strip())), None)
            if cell is not None:
                value = f"{number(cell, comma=True) or 0:,.0f}"
                notes.append(Message("datasets.intake.dot_alike", column=shorten(table.names[i]), cell=cell, value=value))
        found.append(replace(after, notes=tuple(notes)))
    return found


def known_sellers(table: Table) -> frozenset[str]:
    """Return the firms of a table that only sell: its column says so, or they are known for it."""
    stated = {firm_key(firm) for firm in table.texts("seller") if firm is not None}
    return frozenset(stated | {firm_key(firm) for firm in table.suppliers if is_seller(firm)})


def column_letters(left: int, columns: tuple[int, ...]) -> tuple[str, ...]:
    """Return Excel's letters of columns of a sheet that has ``left`` blank columns before them."""
    return tuple(letters(left + i) for i in columns)

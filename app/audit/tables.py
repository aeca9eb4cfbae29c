"""The report as a workbook: every finding with its evidence rows, every table in full; text is always text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...graph.messages import text
from ...graph.packaged import packaged_rows
from ..excel import FONT, new_book, on_paper, set_height, write_cell
from .words import called, days_of, say

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_WIDE = {
    "text",
    "why",
    "scenario",
    "gained",
    "finding",
    "would_change",
    "remark",
    "source",
    "evidence",
    "basis",
    "measure",
    "sources_title",
}

_NAMES = {"item", "document", "wording", "product", "technology", "where", "first_stop"}


_AMOUNTS = ("loss", "loss_low", "loss_high", "loss_open", "year", "year_low", "year_high", "market")
_BOARD = (72, 18, 18, 18, 18, 44, 18, 18)
"""Widths of the columns of the board page."""
_BETWEEN = {"thresholds_says": "; ", "notes": " "}
"""What stands between the words of a list; a comma else."""


def write_report_workbook(path: Path, content: dict[str, Any]) -> None:
    """Write the report's tables to an .xlsx file."""
    # A row of a large company's sheets is written beside the file as soon as the next one begins: rows stand in order.
    title = text("app.audit_page.title", content["lang"])
    with new_book(path, title, result=True, constant_memory=True, tmpdir=str(path.parent)) as book:
        _Book(book, content).write()


class _Book:
    def __init__(self, book: Workbook, content: dict[str, Any]) -> None:
        self.book, self.content, self.lang = book, content, content["lang"]
        base = {"font_name": FONT, "font_size": 10, "valign": "top", "text_wrap": True}
        self.cell = book.add_format(base)
        self.said = book.add_format(base | {"align": "right"})  # so that "10" and "30+ days" keep apart
        self.money = book.add_format(base | {"num_format": "#,##0", "text_wrap": False})
        self.part = book.add_format(base | {"num_format": "0.0%", "text_wrap": False})
        ratio = book.add_format(base | {"num_format": "#,##0.0", "text_wrap": False})
        self.formats = {"money": self.money, "days": self.money, "part": self.part, "ratio": ratio, "": self.cell}
        self.head = book.add_format(base | {"bold": True, "bg_color": "#23424F", "font_color": "#FFFFFF", "border": 1})
        self.title = book.add_format(base | {"bold": True, "font_size": 14, "text_wrap": False})

    def t(self, name: str, **values: Any) -> str:
        return text(f"app.audit_page.{name}", self.lang, **values)

    def write(self) -> None:
        self._board()
        self._try()
        self._tables()
        self._about()

    def _table(self, sheet: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], formats: Sequence[str] = ()) -> None:
        page = self.book.add_worksheet(self.t(f"sheet_{sheet}"))
        widths = [52 if head in _WIDE else 36 if head in _NAMES else 18 for head in heads]
        titles = [self.t(head) if head != "id" else "ID" for head in heads]
        for j, (title, width) in enumerate(zip(titles, widths, strict=True)):
            page.write_string(0, j, title, self.head)
            page.set_column(j, j, width)
        set_height(page, 0, zip(titles, widths, strict=True))
        names, last = formats or [""] * len(heads), 0
        for last, row in enumerate(rows, start=1):
            for j, value in enumerate(row):
                if value is None:  # one in six of a large company's cells: no format of theirs would be seen
                    continue
                words = self.said if names[j] else self.cell
                write_cell(page, last, j, value, words if isinstance(value, str) else self.formats[names[j]])
            set_height(page, last, zip(row, widths, strict=True))
        page.freeze_panes(1, 1)
        if last:
            page.autofilter(0, 0, last, len(heads) - 1)
        on_paper(page)
        page.repeat_rows(0)
        page.set_footer("&C&8&P / &N")

    def _board(self) -> None:
        content, page = self.content, self.book.add_worksheet(self.t("sheet_board"))
        for j, width in enumerate(_BOARD):
            page.set_column(j, j, width)
        page.set_row(0, 22)
        page.write_string(0, 0, self.t("title"), self.title)
        plain = self.book.add_format({"font_name": FONT, "font_size": 10})
        section = self.book.add_format({"font_name": FONT, "font_size": 11, "bold": True})
        beside = self.book.add_format({"font_name": FONT, "font_size": 10, "valign": "top", "text_wrap": True, "indent": 1})
        lines: list[tuple[Any, tuple[Any, ...]]] = [
            (section, (content["company"],)),
            (plain, (self.t("as_of", date=content["meta"]["as_of"] or "–"),)),
            *([(plain, (self.t("amounts_in", currency=content["currency"]),))] if content["currency"] else []),
            (plain, ()),
            (section, (self.t("how_much"),)),
        ]
        names = {"tile_revenue": "revenue_linked", "tile_country": "spend_country_known", "tile_tier2": "tier2_own"}
        lines += [(self.cell, (self.t(name), content["coverage"][f"{key}_says"])) for name, key in names.items()]
        lines += [(plain, ()), (section, (self.t("if_stops", days=f"{content['horizon']:g}"),))]
        for name, key, count in zip(
            ("worst", "worst_makers"), ("countries", "makers"), content["board"]["counts"], strict=True
        ):
            heads = [self.t(head) for head in ("certain", "possible", "first_day", "first_stop", "lasts", "switch")]
            if content["board"][key]:
                lines += [(plain, ()), (self.head, (f"{self.t(name)} {count}".strip(), content["board"]["loss"], *heads))]
            losses = [f"{'loss' if content['revenue'] else 'part'}{end}" for end in ("", "_low", "_high")]
            shown = ("label", *losses, "day_says", "first_says", "stock", "switch")
            for row in content["board"][key]:
                about = row | {"first_says": row["first_part"] and called(row["first_part"], row["first_name"])}
                about |= _amounts(row, content, self.t)
                about |= _days_of_first(row)
                lines += [(self.cell, tuple(about[column] for column in shown))]
                lines += [(plain, (content["narrowing"][row["node"]],))] if row["node"] in content["narrowing"] else []
        board = content["board"]
        lines += [(plain, (note,)) for note in [board["nothing"], *board["none"], *board["notes"]] if note]
        lines += [(plain, ()), (section, (self.t("flagged"),)), (plain, (content["board"]["technologies"],)), (plain, ())]
        lines += [(section, (self.t("what_first"),))]
        for step in content["board"]["first"]:
            lines += [(plain, (step["says"],))]
            lines += [(self.cell, (line["says"], line["cost"], line["owner"], line["due"])) for line in step["items"]]
        lines += [(plain, ()), (plain, (self.t("position"),))]
        for i, (style, line) in enumerate(lines, start=1):
            if style not in (plain, section):
                set_height(page, i, zip(line, _BOARD, strict=False))
            for j, value in enumerate(line):
                figure = self.money if content["revenue"] or j > 3 else self.part
                found = figure if isinstance(value, float) else beside if style is self.cell else style
                write_cell(page, i, j, value, found if j else style)
        on_paper(page, tall=1)

    def _try(self) -> None:
        """A sheet to work on: days, stocks, switching times and weights may be changed, and the rest follows.

        The formulas hold cells of this sheet alone, never a word of the company's files.
        """
        content, page = self.content, self.book.add_worksheet(self.t("sheet_try"))
        widths = (30, 30, 16, 16, 16, 16, 16, 36)
        for j, width in enumerate(widths):
            page.set_column(j, j, width)
        free = self.book.add_format({"font_name": FONT, "font_size": 10, "bg_color": "#FFF6CC", "num_format": "#,##0.##"})
        page.set_row(0, 22)
        page.write_string(0, 0, self.t("try_help"), self.title)
        priced = [part for part in content["parts"] if part["revenue"] is not None]
        exact = [part for part in priced if None not in (part["stock_days"], part["switch_days"])]
        if left := len(priced) - len(exact):  # what is blank, or a range, is no number to reckon with
            plain = self.book.add_format({"font_name": FONT, "font_size": 10})
            page.write_string(1, 0, self.t("try_left", count=left), plain)
        page.write_string(2, 0, self.t("try_days"), self.cell)
        page.write_number(2, 1, content["horizon"], free)
        row = 4
        scenarios = [one for one in content["scenarios"] if one["loss"] is not None and not one.get("yearly")]
        scenarios = scenarios if content["revenue"] else []
        self._heads(page, row, ("try_scenarios", "try_weight", "loss", "certain", "possible"), widths)
        first = row + 2
        for one in scenarios:
            row += 1
            write_cell(page, row, 0, one["title"], self.cell)
            write_cell(page, row, 1, one["weight"], free)
            for j, name in enumerate(("loss", "loss_low", "loss_high"), start=2):
                write_cell(page, row, j, one[name] if one[name] is not None else self.t("no_bound"), self.money)
        last, row = row + 1, row + 1
        if scenarios:
            page.write_string(row, 0, self.t("try_mean"), self.cell)
            total = sum(one["weight"] for one in scenarios) or 1.0
            for j, (letter, name) in enumerate(zip("CDE", ("loss", "loss_low", "loss_high"), strict=True), start=2):
                mean = sum(one["weight"] * (one[name] or 0.0) for one in scenarios) / total
                if any(one[name] is None for one in scenarios):
                    page.write_string(row, j, self.t("no_bound"), self.cell)
                    continue
                cells, weights = f"{letter}{first}:{letter}{last}", f"B{first}:B{last}"
                formula = f"=IF(SUM({weights})=0,0,SUMPRODUCT({cells},{weights})/SUM({weights}))"
                page.write_formula(row, j, formula, self.money, mean)  # pyright: ignore[reportArgumentType]
        row += 2
        self._heads(page, row, ("part", "item", "revenue", "stock", "switch", "try_short", "try_loss", "where"), widths)
        for part in exact:
            row += 1
            shown = (part["part"], part["name"], part["revenue"])
            for j, value in enumerate(shown):
                write_cell(page, row, j, value, self.money if j == 2 else self.cell)
            page.write_number(row, 3, part["stock_days"], free)
            page.write_number(row, 4, part["switch_days"], free)
            short = max(0.0, min(content["horizon"], part["switch_days"]) - part["stock_days"])
            at = row + 1
            page.write_formula(row, 5, f"=MAX(0,MIN($B$3,E{at})-D{at})", self.money, short)  # pyright: ignore[reportArgumentType]
            page.write_formula(row, 6, f"=C{at}*F{at}/365", self.money, part["revenue"] * short / 365)
            write_cell(page, row, 7, ", ".join(part["refs"][:3]), self.cell)
        on_paper(page)

    def _heads(self, page: Worksheet, row: int, heads: Sequence[str], widths: Sequence[float]) -> None:
        titles = [self.t(head) for head in heads]
        for j, title in enumerate(titles):
            page.write_string(row, j, title, self.head)
        set_height(page, row, zip(titles, widths, strict=False))

    def _tables(self) -> None:
        rows = _rows(self.content, self.t)
        for sheet, columns in _columns().items():
            cells = ([_cell(row[one["value"]], one["value"]) for one in columns] for row in rows[sheet])
            self._table(sheet, [column["head"] for column in columns], cells, [column["format"] for column in columns])

    def _about(self) -> None:
        content, meta = self.content, self.content["meta"]
        world = meta["world"]
        says = self.t(
            "data_says",
            version=meta["version"],
            hash=meta["input_sha256"],
            files=", ".join(meta["input_files"]),
            items=world["items"],
            facts=world["facts"],
            newest=world["newest"],
        )
        rows = [[line, None] for line in (self.t("date", date=meta["date"]), says, *content["assumptions"])]
        if spend := content["spend"]:
            rows.append([spend["help_says"], self.t("through_title")])
        rows += [[row["id"], row["says"]] for row in content["thresholds"]]
        rows += [[r["title"], " ".join(filter(None, (r["publisher"], r["date"], r["url"])))] for r in content["sources"]]
        self._table("about", ("sources_title", "basis"), rows)


@cache
def _columns() -> dict[str, list[dict[str, str]]]:
    """Return the columns of each sheet that is a table: its head, the field that it shows, and how, in their order."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in packaged_rows("app", "templates", "audit", "tables.csv"):
        found.setdefault(row["sheet"], []).append(row)
    return found


def _rows(content: dict[str, Any], t: Callable[..., str]) -> dict[str, Iterable[dict[str, Any]]]:
    """Return the rows of each sheet: those of the content, but where a sheet shows them from another side, one by one."""
    findings = [found for theme in content["themes"] for found in theme["findings"]]
    replies = content["replies"]["rows"] if content["replies"] else []
    open_, bases = {"high_was": t("no_bound"), "high": t("no_bound")}, {False: t("basis_own"), True: t("basis_market")}
    return content | {
        "findings": findings,
        "evidence": (
            row | {"id": one["id"], "status_says": one["status_says"]} for one in findings for row in one["evidence"]
        ),
        "parts": (
            row
            | {name: _one(row[f"{name}_least"], row[f"{name}_most"], row[f"{name}_says"]) for name in ("stock", "switch")}
            | {"gap": _one(row["gap_low"], row["gap_high"], say(days_of(row["gap_low"], row["gap_high"]), content["lang"]))}
            for row in content["parts"]
        ),
        **{name: [_stop(row) | _amounts(row, content, t) for row in content[name]] for name in ("countries", "makers")},
        "scenarios": [row | _amounts(row, content, t) for row in content["scenarios"]],
        "through": content["spend"]["shares"] if content["spend"] else [],
        "times": (
            one | {"label": row["label"]}
            for sheet in ("countries", "makers")
            for row in content[sheet]
            for one in row["products"]
        ),
        "diamonds": [row | {"basis": bases[row["market"]]} for row in content["diamonds"]],
        "leakage": content["technologies"],
        "measures": [
            row
            | {"chosen": "●" if row["chosen"] else None}
            | ({} if row["lead_stated"] else {"removed_estimate": row["removed_says"]})
            for row in (content["mitigation"]["rows"] if content["mitigation"] else [])
        ],
        "replies": [row | {name: word for name, word in open_.items() if row[name] is None} for row in replies],
        "mapping": [row | {"how": t(f"how_{row['how']}")} for row in content["mapping"]],
    }


def _stop(row: dict[str, Any]) -> dict[str, Any]:
    where = {"label": f"{row['label']} ({row['country_name']})"} if row["maker"] else {}
    return row | where | _days_of_first(row)


def _days_of_first(row: dict[str, Any]) -> dict[str, Any]:
    """The stock of the first part to run out, and its switching time."""
    switch = _one(row["first_switch_least"], row["first_switch_most"], row["switch_says"])
    return {"stock": _one(row["first_least"], row["first_most"], row["stock_says"]), "switch": switch}


def _amounts(row: dict[str, Any], content: dict[str, Any], t: Callable[..., str]) -> dict[str, Any]:
    """The amounts of a stop that are no number: blank where nothing has a price, in words where there is no bound."""
    if row.get("beyond"):  # a country in no row of the company
        return {name: None for name in _AMOUNTS if name != "market" or not content["revenue"]}
    bounds = {name: t("no_bound") for name in ("loss_high", "loss_open", "year_high") if name in row and row[name] is None}
    if row.get("yearly") or content["revenue"]:
        return bounds | ({"loss": t("no_estimate")} if row["loss"] is None else {})
    return {name: None for name in _AMOUNTS if name in row}


def _one(low: float | None, high: float | None, says: str) -> float | str | None:
    """A figure; in words where only its ends are known."""
    return low if low == high else None if low is None else says


def _cell(value: Any, name: str) -> Any:
    return _BETWEEN.get(name, ", ").join(value) if isinstance(value, list | tuple) else value

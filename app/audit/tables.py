"""The report as a workbook: every finding with its evidence rows, every table in full; text is always text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...graph.messages import text
from .workbook import EPOCH, FONT, write_cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_FINDING = ("id", "document", "wording", "text", "status", "finding", "threshold", "people", "evidence", "date_column")
_FINDING += ("would_change",)
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


def write_report_workbook(path: Path, content: dict[str, Any]) -> None:
    """Write the report's tables to an .xlsx file."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": text("app.audit_page.title", content["lang"]), "created": EPOCH})
        _Book(book, content).write()


class _Book:
    def __init__(self, book: Workbook, content: dict[str, Any]) -> None:
        self.book, self.content, self.lang = book, content, content["lang"]
        base = {"font_name": FONT, "font_size": 10, "valign": "top", "text_wrap": True}
        self.cell = book.add_format(base)
        self.money = book.add_format(base | {"num_format": "#,##0", "text_wrap": False})
        self.part = book.add_format(base | {"num_format": "0.0%", "text_wrap": False})
        self.head = book.add_format(base | {"bold": True, "bg_color": "#23424F", "font_color": "#FFFFFF", "border": 1})
        self.title = book.add_format(base | {"bold": True, "font_size": 14, "text_wrap": False})

    def t(self, name: str, **values: Any) -> str:
        return text(f"app.audit_page.{name}", self.lang, **values)

    def write(self) -> None:
        self._board()
        self._try()
        self._findings()
        self._tables()
        self._about()

    def _table(self, sheet: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], money: Sequence[int] = ()) -> None:
        page = self.book.add_worksheet(self.t(f"sheet_{sheet}"))
        for j, head in enumerate(heads):
            page.write_string(0, j, self.t(head) if head != "id" else "ID", self.head)
            page.set_column(j, j, 52 if head in _WIDE else 36 if head in _NAMES else 18)
        for i, row in enumerate(rows, start=1):
            for j, value in enumerate(row):
                write_cell(page, i, j, value, self.money if j in money else self.cell)
        page.freeze_panes(1, 1)
        if rows:
            page.autofilter(0, 0, len(rows), len(heads) - 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.set_footer("&C&8&P / &N")

    def _board(self) -> None:
        content, page = self.content, self.book.add_worksheet(self.t("sheet_board"))
        page.set_column(0, 0, 34)
        page.set_column(1, 7, 20)
        page.write_string(0, 0, self.t("title"), self.title)
        lines: list[tuple[Any, ...]] = [(content["company"],), (self.t("as_of", date=content["meta"]["as_of"] or "–"),), ()]
        coverage = content["coverage"]
        lines += [(self.t("how_much"),)]
        names = {"tile_revenue": "revenue_linked", "tile_country": "spend_country_known", "tile_tier2": "tier2_own"}
        lines += [(self.t(name), coverage[f"{key}_says"]) for name, key in names.items()]
        for name, key in (("worst", "countries"), ("worst_makers", "makers")):
            heads = ("loss", "certain", "possible", "first_day", "first_stop", "lasts", "switch")
            lines += [(), (self.t(name), *(self.t(head) for head in heads))]
            shown = ("label", "loss", "loss_low", "loss_high", "day_says", "first_name", "first_stock", "first_switch")
            lines += [tuple(row[column] for column in shown) for row in content["board"][key]]
        lines += [(note,) for note in content["board"]["notes"]]
        lines += [(), (self.t("flagged"),), (content["board"]["technologies"],), (), (self.t("what_first"),)]
        for step in content["board"]["first"]:
            lines += [(step["says"],)]
            lines += [(line["says"], line["cost"], line["owner"], line["due"]) for line in step["items"]]
        lines += [(), (self.t("position"),)]
        plain = self.book.add_format({"font_name": FONT, "font_size": 10})
        for i, line in enumerate(lines, start=1):
            for j, value in enumerate(line):
                style = self.money if isinstance(value, float) and j else plain
                write_cell(page, i, j, value, style)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 1)

    def _try(self) -> None:
        """A sheet to work on: days, stocks, switching times and weights may be changed, and the rest follows.

        The formulas hold cells of this sheet alone, never a word of the company's files.
        """
        content, page = self.content, self.book.add_worksheet(self.t("sheet_try"))
        page.set_column(0, 1, 30)
        page.set_column(2, 8, 16)
        free = self.book.add_format({"font_name": FONT, "font_size": 10, "bg_color": "#FFF6CC", "num_format": "#,##0.##"})
        page.write_string(0, 0, self.t("try_help"), self.title)
        page.write_string(2, 0, self.t("try_days"), self.cell)
        page.write_number(2, 1, content["horizon"], free)
        row = 4
        scenarios = [one for one in content["scenarios"] if one["loss"] is not None and not one.get("yearly")]
        for j, head in enumerate(("try_scenarios", "try_weight", "loss", "certain", "possible")):
            page.write_string(row, j, self.t(head), self.head)
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
        heads = ("part", "item", "revenue", "stock", "switch", "try_short", "try_loss", "where")
        for j, head in enumerate(heads):
            page.write_string(row, j, self.t(head), self.head)
        for part in content["parts"]:
            if part["revenue"] is None or part["stock_days"] is None or part["switch_days"] is None:
                continue  # what is blank is no number to reckon with: it stands in the sheet of parts
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
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)

    def _findings(self) -> None:
        refs = lambda row: ", ".join(row["refs"])  # noqa: E731
        findings = [found for theme in self.content["themes"] for found in theme["findings"]]
        shown = ("id", "document", "wording_says", "text", "status_says", "says")
        rows = [
            [
                *(found[name] for name in shown),
                "; ".join(found["thresholds_says"]),
                found["answer"],
                found["answer_evidence"],
                found["answer_date"],
                found["change"],
            ]
            for found in findings
        ]
        self._table("findings", _FINDING, rows)
        evidence = [
            [found["id"], found["status_says"], row["what"], row["says"], row["money"], row["days"]]
            + [", ".join(row["refs"]), ", ".join(row["files"])]
            for found in findings
            for row in found["evidence"]
        ]
        self._table(
            "evidence", ("id", "status", "item", "finding", "revenue", "gap", "where", "file"), evidence, money=(4, 5)
        )
        names = ("id", "text", "how_says", "status_says", "why")
        self._plain("guideline", ("id", "text", "handled", "status", "why"), names)
        names = (
            "title",
            "days",
            "loss",
            "loss_low",
            "loss_high",
            "day",
            "below_90_says",
            "below_50_says",
            "gained",
            "weight",
        )
        rows = [[*(row[name] for name in names), " ".join(row["notes"]), refs(row)] for row in self.content["scenarios"]]
        heads = ("scenario", "lasting", "loss", "certain", "possible", "first_day", "below_90", "below_50", "gained")
        self._table("scenarios", (*heads, "try_weight", "remark", "where"), rows, money=(2, 3, 4))

    def _tables(self) -> None:
        content = self.content
        refs = lambda row: ", ".join(row["refs"])  # noqa: E731
        heads = ("part", "item", "source", "one_maker", "alternatives", "revenue", "place", "top_low", "top_high", "stock")
        names = ("part", "name", "sources_says", "single_says", "alternatives", "revenue", "top_country_name")
        names += ("top_share_low", "top_share_high", "stock_days", "switch_days", "gap_days")
        rows = [[*(row[name] for name in names), refs(row)] for row in content["parts"]]
        self._table("parts", (*heads, "switch", "gap", "where"), rows, money=(5,))
        heads = ("place", "loss", "certain", "possible", "possible_open", "first_day", "lost", "lost_certain")
        heads += ("lost_possible", "with_market", "parts_here", "first_stop", "stock", "switch", "where")
        names = ("loss", "loss_low", "loss_high", "loss_open", "day", "year", "year_low", "year_high", "market")
        for sheet in ("countries", "makers"):
            rows = [
                [
                    row["label"] if sheet == "countries" else f"{row['label']} ({row['country_name']})",
                    *(row[name] for name in names),
                    ", ".join(row["parts"]),
                    row["first_part"],
                    row["first_stock"],
                    row["first_switch"],
                    refs(row),
                ]
                for row in content[sheet]
            ]
            self._table(sheet, heads, rows, money=(1, 2, 3, 4, 6, 7, 8, 9))
        names = ("place", "direct_low", "direct_high", "quantity_low", "quantity_high", "all_low", "all_high")
        rows = [[row[name] for name in names] for row in (content["spend"] or {"shares": []})["shares"]]
        self._table("through", names, rows)
        rows = [
            [row["label"], one["product"], one["day_low"], one["day"], one["day_high"], one["lost"]]
            for sheet in ("countries", "makers")
            for row in content[sheet]
            for one in row["products"]
        ]
        self._table("times", ("stops_here", "product", "day_least", "first_day", "day_most", "lost_part"), rows)
        bases = {False: self.t("basis_own"), True: self.t("basis_market")}
        rows = [[row["part"], row["name"], row["node"], bases[row["market"]], refs(row)] for row in content["diamonds"]]
        self._table("diamonds", ("part", "item", "meets", "basis", "where"), rows)
        rows = [[row["part"], row["name"], row["product_name"], row["by_name"], refs(row)] for row in content["critical"]]
        self._table("critical", ("part", "item", "product", "basis", "where"), rows)
        names = ("text", "technology", "technology_name", "verdict_says", "reason")
        rows = [[*(row[name] for name in names), refs(row)] for row in content["flags"]]
        self._table("flags", ("part", "id", "technology", "how", "basis", "where"), rows)
        names = ("technology", "site", "country_name", "partner", "partner_country_name", "control", "transfer")
        rows = [
            [*(row.get(name) for name in names), row["destination_name"], row.get("decision_date"), refs(row)]
            for row in content["technologies"]
        ]
        heads = ("technology", "site", "place", "partner", "place", "control", "planned", "place", "decision", "where")
        self._table("leakage", heads, rows)
        measures = content["mitigation"]["rows"] if content["mitigation"] else []
        heads = ("part", "item", "measure", "removed", "removed_certain", "removed_possible", "cost", "per_cost", "in_plan")
        heads += ("owner", "due")
        names = ("part", "name", "says", "removed_estimate", "removed_low", "removed_high", "cost", "removed_per_cost")
        rows = [
            [*(row[name] for name in names), "●" if row["chosen"] else None, row["owner"], row["due"]] for row in measures
        ]
        self._table("measures", heads, rows, money=(3, 4, 5, 6))
        names = ("item", "name", "top_supplier", "top_share_low", "top_share_high", "year_says", "source")
        self._plain("market", ("id", "item", "place", "legend_low", "legend_high", "year", "source"), names)
        names = ("order", "says", "who", "gain")
        rows = [[*(row[name] for name in names), refs(row)] for row in content["questions"]]
        self._table("questions", ("order", "asked", "who_answers", "gain", "where"), rows)
        names = ("label", "low_was", "high_was", "low", "high", "change_says")
        open_ = {name: self.t("no_bound") for name in ("high_was", "high")}
        shown = (content["replies"] or {"rows": []})["rows"]
        rows = [[open_.get(name) if row[name] is None else row[name] for name in names] for row in shown]
        heads = ("stops_here", "certain_was", "possible_was", "certain", "possible", "change")
        self._table("replies", heads, rows, money=(1, 2, 3, 4))
        names = ("file", "sheet", "header_row", "column", "read_as_says")
        rows = [[*(row[name] for name in names), self.t(f"how_{row['how']}")] for row in content["mapping"]]
        self._table("mapping", ("file", "sheet", "row", "column", "read_as", "how"), rows)
        names = ("part", "relation_says", "item_name", "says", "evidence")
        self._plain("links", ("part", "how", "item", "basis", "evidence"), names)
        self._plain("remarks", ("sheet", "row", "column", "remark"), ("sheet", "row", "column_says", "says"))

    def _plain(self, sheet: str, heads: Sequence[str], names: Sequence[str]) -> None:
        """A sheet whose rows are rows of the content."""
        self._table(sheet, heads, [[row[name] for name in names] for row in self.content[sheet]])

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
            about = {"total": spend["total_says"], **{name: spend[name] for name in ("parts", "blank", "pieces")}}
            rows.append([self.t("through_help", **about), self.t("through_title")])
        rows += [[row["id"], row["says"]] for row in content["thresholds"]]
        rows += [[r["title"], " ".join(filter(None, (r["publisher"], r["date"], r["url"])))] for r in content["sources"]]
        self._table("about", ("sources_title", "basis"), rows)

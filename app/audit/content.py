"""An audit in words: one plain structure in one language, that the page, the workbook and the JSON file all show."""

from __future__ import annotations

from typing import Any

from ...datasets import technologies, thresholds
from ...datasets.guideline import guideline_items
from ...datasets.layout import sheets
from ...graph.ages import dated
from ...graph.messages import spoken, text
from ..survey.loop import shown
from .board import BoardWriter
from .findings import THEMES
from .guideline import guideline_table
from .mapping import columns_read
from .places import with_cells
from .report import Audit
from .since import changes
from .words import BLANK, column_name, percent, span

CASES = ("AMA-02", "AMA-06", "AMA-14")
ASSUMPTIONS = (
    "complete_list",
    "apart",
    "only_source",
    "spend_shares",
    "switching",
    "stock",
    "blank_country",
    "upstream_stock",
    "maker",
    "halt",
    "home",
    "market",
    "horizon",
    "even_use",
)


PLACED = ("themes", "groups")
"""What names cells as it is written: evidence knows which columns it rests on."""


def content(audit: Audit, lang: str, since: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the report as plain data in ``lang``, with what changed ``since`` an earlier one: numbers as numbers."""
    writer, places = _Writer(audit, lang), audit.places
    shown = {name: value if name in PLACED else with_cells(value, places) for name, value in writer.content().items()}
    return shown | {"since": None if since is None else writer.since(changes(since, shown))}


class _Writer(BoardWriter):
    def _read_as(self, row: dict[str, Any]) -> dict[str, str]:
        """What a column was read as, as the workbook calls it."""
        sheet = sheets().get(row["kind"])
        kind = BLANK
        if row["kind"]:
            kind = sheet.title[self.lang] if sheet else text(f"app.check.kind_{row['kind']}", self.lang)
        column = column_name(row["kind"], row["read_as"], self.lang)
        return {"read_as_says": f"{kind}: {column}" if column else kind}

    def content(self) -> dict[str, Any]:
        """Return all of it, in the order in which a reader of the JSON file meets it."""
        return self._judged() | self._reckoned() | self._to_do() | self._grounds()

    def _judged(self) -> dict[str, Any]:
        """The board page, the findings, and what stops in which scenario."""
        return {
            "lang": self.lang,
            "company": self.company.name or BLANK,
            "meta": self.audit.meta,
            "coverage": self._coverage(),
            "board": self._board(),
            "themes": [
                {"id": theme, "title": self.t(theme), "findings": [self._finding(f) for f in self._of(theme)]}
                for theme in THEMES
            ],
            "groups": self._groups(),
            "guideline": guideline_table(self.audit.findings, self.lang),
            "scenarios": [self._scenario(row) for row in self.audit.scenarios],
            "described": self.company.described,
            "own_scenarios": bool(self.company.scenarios),
            "unknowns": [self._unknown(row) for row in self.audit.unknowns],
        }

    def _reckoned(self) -> dict[str, Any]:
        """The figures, row by row."""
        return {
            "horizon": self.company.stop_days,
            "currency": self.company.currency,
            "apart": self._apart(),
            "revenue": self.figures.revenue,
            "summary": self._summary(),
            "parts": [self._part(row) for row in self.figures.parts],
            "countries": [self._node(row) for row in sorted(self.figures.countries, key=self._order)],
            "makers": [self._node(row) for row in self.figures.makers],
            "diamonds": [
                row | {"node": row["node_name"] or self.place(row["country"]), "country": self.place(row["country"])}
                for row in self.figures.diamonds
            ],
            "market": [
                row
                | {
                    "name": spoken(row, "name", self.lang),
                    "top_supplier": self.place(row["top_supplier"]),
                    "year_says": dated(row["year"], self.lang),
                }
                for row in self.figures.market
            ],
            "spend": self._spend(),
            "unsourced": [{"part": part, "name": self.company.parts[part].name} for part in self.figures.unsourced],
            "flags": self._flags(),
            "critical": [
                row | {"product_name": spoken(row, "product", self.lang), "by_name": self.item(row["by"])}
                for row in self.figures.critical
            ],
        }

    def _to_do(self) -> dict[str, Any]:
        """Whom to ask, what to look after, and what to buy."""
        return {
            **shown(self.audit.questions, self.audit.progress, self.company, self.figures, self.lang),
            "technologies": [self._technology(row) for row in self.company.technologies],
            "smelters": self._smelters(),
            "mitigation": self._mitigation(),
            "antitrust": self._antitrust(),
        }

    def _grounds(self) -> dict[str, Any]:
        """What all of it rests on: sources and assumptions, and what was read as what."""
        mapping = columns_read(self.audit.found)
        kinds = {row["sheet"]: row["kind"] for row in mapping}
        return {
            "thresholds": self._thresholds(),
            "sources": self._sources(),
            "assumptions": [self.t(f"assume_{name}", days=f"{self.company.stop_days:g}") for name in ASSUMPTIONS],
            "mapping": [row | self._read_as(row) for row in mapping],
            "links": [
                {"part": link.part, "item": link.item, "relation": link.relation, "how": link.how, "evidence": link.evidence}
                | {"item_name": self.item(link.item)}
                | {"says": self.t(f"link_{link.how}"), "relation_says": self.t(f"relation_{link.relation}")}
                for link in self.audit.links
            ],
            "remarks": [
                {
                    "sheet": remark.sheet,
                    "row": remark.row,
                    "column": remark.column,
                    "column_says": column_name(kinds.get(remark.sheet), remark.column, self.lang),
                    "severity": remark.severity,
                    "says": self.say(remark.message),
                }
                for remark in self.company.remarks
            ],
        }

    def since(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return what changed, with amounts in words."""
        stops = []
        for row in found["stops"]:
            here = [name for name in ("was", "is") if row[name] is not None]
            says = {f"{name}_says": self._since(row, name) for name in ("was", "is")}
            widths = " → ".join(self._most(row[f"width_{name}"]) for name in here)
            stops.append(row | says | {"width_says": widths})
        differs = [self.t(f"since_{name}", was=was, now=now) for name, was, now in found["differs"]]
        says = self.t("since_differs", which=self.t("comma").join(differs)) if differs else ""
        return found | {"stops": stops, "differs_says": says}

    def _since(self, row: dict[str, Any], name: str) -> str:
        """An estimate then or now; the least it is where a product that is hit has no stated revenue."""
        if row[name] is None:
            return self.t("since_absent")
        amount = self.money(row[name])
        return self.t("since_least", amount=amount) if row[f"width_{name}"] is None else amount

    def _coverage(self) -> dict[str, Any]:
        known = self.figures.coverage
        names = (
            "revenue_linked",
            "supplier_known",
            "spend_stated",
            "country_known",
            "spend_country_known",
            "tier2_own",
            "tier2_market",
        )
        shown = {f"{name}_says": percent(known[name]) for name in (*names, "tier2_unknown", "stock_known", "switch_known")}
        return known | shown | {"revenue_says": self.money(known["revenue"]), "spend_says": self.money(known["spend"])}

    def _summary(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for found in self.audit.findings:
            counts[found.status] = counts.get(found.status, 0) + 1
        return counts

    def _part(self, row: dict[str, Any]) -> dict[str, Any]:
        return row | {
            "top_country_name": self.place(row["top_country"]),
            "top_share_says": span(row["top_share_low"], row["top_share_high"]),
            "single_says": self.t(f"single_{row['single']}"),
            "stock_says": self._stated(row["part"], row["stock_least"], row["stock_most"]),
            "switch_says": self._stated(row["part"], row["switch_least"], row["switch_most"]),
            "sources_says": "; ".join(self._source(source) for source in row["sources"]),
            "revenue_says": self.money(row["revenue"]),
        }

    def _source(self, source: dict[str, Any]) -> str:
        name = source["maker"] or (source["vendor"] and self.t("through", vendor=source["vendor"])) or "?"
        share = self.t("share_unknown") if source["share"] is None else percent(source["share"])
        where = self.place(source["country"]) if source["country"] else self.t("place_unknown")
        return f"{name} ({where}, {share})"

    def _flags(self) -> list[dict[str, Any]]:
        names = {row["number"]: spoken(row, "name", self.lang) for row in technologies().iter_rows(named=True)}
        return [
            row | {"technology_name": names[row["technology"]], "verdict_says": self.t(f"verdict_{row['verdict']}")}
            for row in self.figures.flags
        ]

    def _technology(self, row: dict[str, Any]) -> dict[str, Any]:
        shown = {name: self.place(row.get(name)) for name in ("country", "partner_country", "destination")}
        blank = dict.fromkeys(("technology", "site", "partner", "control", "transfer", "destination", "decision_date"))
        told = {name: value for name, value in row.items() if not name.startswith("_")}
        return blank | told | {f"{name}_name": value for name, value in shown.items()} | {"refs": [row["_ref"]]}

    def _smelters(self) -> list[dict[str, Any]]:
        return [
            {
                "metal": row["metal"],
                "smelter": row["smelter"] or self.t("smelter_unnamed"),
                "country": self.place(row.get("country")),
                "refs": [row["_ref"]],
            }
            for row in self.company.smelters
        ]

    def _mitigation(self) -> dict[str, Any] | None:
        found = self.audit.mitigation
        if found is None:
            return None
        plan = found.plan
        return {
            "nothing": found.nothing,
            "nothing_says": self._three(found.nothing),
            "together": found.together,
            "together_says": self.t("together", before=self._three(found.nothing), after=self._three(found.together)),
            "beside_says": self.t("beside_help") if any(map(self._hidden, found.rows)) else "",
            "own": found.own,
            "threats": [self._threat(node) for node in found.threats],
            "rows": [
                row
                | {
                    "says": self._measure(row),
                    "removed_says": self._taken(row),
                    "removed_bounds": self._removed(row),
                    "cost_says": self.stated(row["cost"]),
                    "owner_says": row["owner"] or self.t("open"),
                    "due_says": row["due"] or self.t("open"),
                    "chosen": plan is not None and row["measure"] in plan.chosen,
                }
                for row in found.rows
            ],
            "proven": found.proven,
            "left_out_says": self.t("left_out_measures", count=found.left_out) if found.left_out else "",
            "budget": found.budget,
            "budget_says": self.stated(found.budget),
            "plan": None
            if plan is None
            else {
                "chosen": list(plan.chosen),
                "cost": plan.cost,
                "after": plan.after,
                "cost_says": self.money(plan.cost),
                "before_says": self.money(found.nothing["estimate"]),
                "after_says": self._three(plan.after),
                "saved_says": self.money(found.nothing["estimate"] - plan.after["estimate"]),
            },
        }

    def _threat(self, node: str) -> str:
        if self.audit.mitigation is not None and self.audit.mitigation.own:
            return next((self.say(row["title"]) for row in self.audit.scenarios if row["id"] == node), node)
        return self.place(node) if "@" not in node else self.audit.built.name(node)

    def _antitrust(self) -> list[dict[str, Any]]:
        rows = {row["id"]: row for row in guideline_items().iter_rows(named=True)}
        return [{"section": rows[id]["section"], "text": spoken(rows[id], "text", self.lang)} for id in CASES]

    def _thresholds(self) -> list[dict[str, Any]]:
        used = {id for found in self.audit.findings for id in found.thresholds}
        return [
            {"id": row["id"], "says": self.threshold(row["id"]), "year": row["year"]}
            for row in thresholds().iter_rows(named=True)
            if row["id"] in used
        ]

    def _sources(self) -> list[dict[str, Any]]:
        return self.audit.built.graph.sources.select("id", "title", "publisher", "date", "url", "reliability").to_dicts()

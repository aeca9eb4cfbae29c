"""An audit in words: one plain structure in one language, that the page, the workbook and the JSON file all show."""

from __future__ import annotations

from typing import Any

from ...datasets import technologies, thresholds
from ...datasets.guideline import guideline_items
from ...datasets.layout import sheets
from ...graph.ages import dated
from ...graph.messages import spoken, text
from ..survey.loop import narrowest, shown
from .checks import provided_abroad
from .company import YEAR
from .findings import THEMES, FindingsWriter
from .guideline import guideline_table
from .measures import stated_measures
from .places import with_cells
from .report import Audit
from .since import changes
from .words import BLANK, called, column_name, days_of, percent, span
from .writer import parts_lost

BOARD = 5
"""Rows of the board page's tables."""
NOTES = 2
"""Questions under the stops of a table of the board page, of two lines each."""
LINES, NARROW, WIDE = 9, 26, "\u2e7f"
"""Lines of such a table, letters of a name that a line holds, and the letter behind which all are twice as wide."""
MOST = 3
"""Names of a line of what to do first, and measures that only need a price."""
PLAN = 4
"""Measures of the best set that the board page lists, less what stands before them."""
FEW = 0.5
"""Where fewer parts than this state their days of stock, or of switching, the board page says so."""
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


class _Writer(FindingsWriter):
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
        kinds = {row["sheet"]: row["kind"] for row in self.audit.mapping}
        return {
            "thresholds": self._thresholds(),
            "sources": self._sources(),
            "assumptions": [self.t(f"assume_{name}", days=f"{self.company.stop_days:g}") for name in ASSUMPTIONS],
            "mapping": [row | self._read_as(row) for row in self.audit.mapping],
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

    def _board(self) -> dict[str, Any]:
        priced = bool(self.figures.revenue)
        countries = [row for row in self.figures.countries if self._hurts(row)]
        makers = [row for row in self.figures.makers if self._hurts(row)]
        if not priced:
            for rows in (countries, makers):
                rows.sort(key=lambda row: [-round(part, 9) for part in parts_lost(row).values()])
        shown = self._fitting(countries[:BOARD]), self._fitting(makers[: BOARD - 1])
        own = {row["subject"] for row in self.figures.flags if row["own_technology"]}
        parts = {row["subject"] for row in self.figures.flags if not row["own_technology"]}
        planned = [row for row in self.company.technologies if provided_abroad(row)]
        return {
            "headline": self._headline(countries, makers),
            "loss": self.t("loss" if priced else "loss_part"),
            "countries": [self._node(row) | self._parted(row) for row in shown[0]],
            "makers": [self._node(row) | self._parted(row) for row in shown[1]],
            "counts": [self._counted(rows, here) for rows, here in zip((countries, makers), shown, strict=True)],
            "narrowing": [node for rows in shown for node in self._told(rows)],
            "nothing": "" if countries or makers else self._nothing(priced),
            "notes": self._notes([*countries, *makers]) if priced or countries or makers else [],
            "technologies": self.t("board_technologies", own=len(own), parts=len(parts), planned=len(planned)),
            "first": self._first(),
        }

    def _fitting(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of a table that fit on the page with what stands under them: names of several lines take their room."""
        lines, fitting = 0, []
        for row in rows:
            label = "".join((row["name"] or "", *(self.place(code) for code in row["countries"])))
            lines += -(-sum(2 if letter > WIDE else 1 for letter in label) // NARROW) if row["name"] else 1
            fitting.append(row)
            if len(fitting) > 1 and lines + 2 * len(self._told(fitting)) > LINES:
                return fitting[:-1]
        return fitting

    def _told(self, rows: list[dict[str, Any]]) -> list[str]:
        """The stops of a table under which stands what narrows them most: a question once, and no more than fit."""
        found, told = narrowest(self.audit.questions, self.figures), {}
        for node, (_, one) in ((row["node"], found[row["node"]]) for row in rows if row["node"] in found):
            told.setdefault((one.kind, one.supplier, one.parts), node)
        return list(told.values())[:NOTES]

    def _nothing(self, priced: bool) -> str:
        """Why the tables have no row."""
        if not priced:
            return self.t("nothing_priced") if self.company.described else self.t("nothing_made") + self._bought()
        named = any(one.active and (one.country or one.maker) for rows in self.company.sources.values() for one in rows)
        return self.t("nothing_lost" if named else "nothing_found", days=f"{self.company.stop_days:g}")

    def _bought(self) -> str:
        """What purchases tell without a bill of materials: in which countries it was made."""
        found = self._spend()
        if found is None:
            return ""
        places = [f"{row['place']} {row['direct_says']}" for row in found["shares"] if row["direct_low"] > 0][:MOST]
        places.append(f"{self.t('place_unknown')} {found['direct_says']}")
        return " " + self.t("nothing_bought", total=found["total_says"], places=self.t("comma").join(places))

    def _notes(self, rows: list[dict[str, Any]]) -> list[str]:
        """What the figures leave out, and what it could add."""
        notes = []
        behind = self.figures.coverage["tier2_own"]
        if behind is not None and behind < 1:
            notes.append(self.t("note_scope", unknown=percent(1 - behind)))
        # What others put together is in the figures, by what goes into it; only parts with nothing below them are left out.
        left_out = set(self.figures.unsourced) - set(self.company.nameless)
        if left_out:
            worth = self.company.stop_days / YEAR
            whole = None if self.figures.unpriced else worth * sum(self.figures.revenue.values())
            most = [row["loss_open"] for row in rows] or [whole]
            bound = None if None in most else max(most)
            notes.append(self._up_to("note_unsourced", bound, count=len(left_out)))
        stock, switch = (self.figures.coverage[name] for name in ("stock_known", "switch_known"))
        if rows and min(stock or 0.0, switch or 0.0) < FEW:
            notes.append(self.t("note_days", stock=percent(stock), switch=percent(switch)))
        unseen = {kind: most for kind, most in self.figures.unseen.items() if most != 0}
        if len(unseen) > 1 and len(set(unseen.values())) == 1:
            unseen = {"both": next(iter(unseen.values()))}
        notes += [self._up_to(f"note_unseen_{kind}", most) for kind, most in unseen.items()]
        if not self.figures.revenue:
            notes.insert(0, self.t("note_part"))
        elif self.figures.unpriced:
            notes.append(self.t("note_unpriced", **self._listed(self.figures.unpriced)))
        if self.company.bare:
            notes.append(self.t("note_bare", **self._listed(self.company.bare)))
        return notes

    def _first(self) -> list[dict[str, Any]]:
        """What to do first: state what no loss has an amount without, take the best measures, and ask suppliers."""
        steps = [{"says": says, "items": []} for says in self._first_stated()]
        mitigation = self.audit.mitigation
        if not self.figures.revenue and (stated := stated_measures(self.company)):
            steps.append({"says": self.t("first_own"), "items": [self._step(row) for row in stated[:PLAN]]})
        if mitigation is not None:
            useful = sorted(mitigation.rows, key=lambda row: -(row["removed_estimate"] or 0.0))
            plan = mitigation.plan
            if plan is not None and plan.chosen:
                fields = {"cost": self.money(plan.cost), "budget": self.stated(mitigation.budget), "more": ""}
                fields["saved"] = self.money(mitigation.nothing["estimate"] - plan.after["estimate"])
                rows = [row for row in useful if row["measure"] in plan.chosen]
                room = PLAN - len(steps)
                if len(rows) > room:
                    fields["more"] = self.t("first_others", count=len(rows) - room)
                steps.append({"says": self.t("first_plan", **fields), "items": [self._step(row) for row in rows[:room]]})
            rest = [row for row in useful if row["cost"] is None and row["removed_estimate"]]
            best = list({row["part"]: row for row in reversed(rest)}.values())[::-1][: 2 if steps else MOST]
            if best:
                steps.append({"says": self.t("first_proposals"), "items": [self._step(row) for row in best]})
        if any(provided_abroad(row) for row in self.company.technologies):
            steps.append({"says": self.t("first_transfer"), "items": []})
        return [*steps, *({"says": says, "items": []} for says in self._first_asked())]

    def _first_stated(self) -> list[str]:
        """What the company itself has to state before a loss has an amount, or an upper bound."""
        if not self.company.described:
            return [self.t("first_made")]
        bare = [self.t("first_bare", **self._listed(self.company.bare))] if self.company.bare else []
        if not (ids := self.figures.unpriced):
            return bare
        named = self._listed([called(id, self.company.parts[id].name) for id in ids], MOST)
        return [*bare, self.t("first_bounded" if self.figures.revenue else "first_priced", **named)]

    def _first_asked(self) -> list[str]:
        """What to ask suppliers, and which of them first."""
        known = self.figures.coverage
        place, behind = (None if known[name] is None else 1.0 - known[name] for name in ("country_known", "tier2_own"))
        if not place and not behind:
            return []
        if not self.company.sources:
            return [self.t("first_named", count=len(self.company.bought))]
        asked = (one.supplier for one in self.audit.questions if one.who == "supplier" and one.supplier)
        names = list(dict.fromkeys(asked))[:MOST]
        first = self.t("first_whom", names=self.t("comma").join(names)) if names else ""
        return [
            self.t("first_origin" if place else "first_coverage", place=percent(place), unknown=percent(behind), first=first)
        ]

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

    def _node(self, row: dict[str, Any]) -> dict[str, Any]:
        places, most = [self.place(code) for code in row["countries"]], row["first_most"]
        money = self._amounts(row, "loss") | self._amounts(row, "year")
        money |= {"loss_open_says": self._most(row["loss_open"]), "market_says": self._most(row["market"], "estimate")}
        return (
            row
            | money
            | {
                "beyond": not row["maker"] and self._beyond(row),
                "label": row["name"] or places[0],
                "country_name": text("graph.words.between", self.lang).join(places) or self.t("place_unknown"),
                "day_says": self._days(row["day_low"], row["day"]),
                "first_name": None if row["first_part"] is None else self.company.parts[row["first_part"]].name,
                "stock_says": self._stated(row["first_part"], row["first_least"], row["first_most"]),
                "switch_says": self._stated(row["first_part"], row["first_switch_least"], row["first_switch_most"]),
                "short": None not in (most, row["first_switch_least"]) and most < row["first_switch_least"],
                "partly": None not in (most, row["day_low"]) and row["day_low"] >= most + 1,
            }
        )

    def _stated(self, part: str | None, least: float | None, most: float | None) -> str:
        """Days of a part as a file states them, or that none does."""
        said = days_of(least, most)
        return said.text(self.lang) if said is not None else BLANK if part is None else self.t("not_stated")

    def _spend(self) -> dict[str, Any] | None:
        found = self.figures.spend
        if found is None:
            return None
        shares = [
            row
            | {
                "place": self.place(row["country"]),
                "direct_says": span(row["direct_low"], row["direct_high"]),
                "all_says": span(row["all_low"], row["all_high"]),
                "quantity_says": span(row["quantity_low"], row["quantity_high"]),
            }
            for row in found["shares"]
        ]
        unknown = {f"{name}_says": percent(value) for name, value in found["unknown"].items()}
        total, blank, pieces = self.money(found["total"]), found["blank"], found["pieces"]
        fields = {"total": total, "parts": found["parts"], "blank": self.t("through_blank", count=blank) if blank else ""}
        fields["pieces"] = self.t("through_pieces", count=pieces) if pieces else self.t("through_no_pieces")
        help_says = self.t("through_help", **fields)
        return found | {"shares": shares, "total_says": total, "help_says": help_says} | unknown

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

"""The board page in words: the worst stops, what the figures leave out, and what to do first."""

from __future__ import annotations

from typing import Any

from ..survey.loop import narrowest
from .checks import provided_abroad
from .company import YEAR
from .findings import FindingsWriter
from .measures import stated_measures
from .words import BLANK, called, percent
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
LARGE = 0.1
"""A stop that costs this part of a year's revenue is counted on the board page."""


class BoardWriter(FindingsWriter):
    """Puts the board page into words."""

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

    def _counted(self, rows: list[Any], shown: list[Any]) -> str:
        """How many stops of a table there are, where it shows fewer."""
        return self.t("of_all", shown=len(shown), all=len(rows)) if len(shown) < len(rows) else ""

    def _listed(self, products: list[str], most: int = 6) -> dict[str, str]:
        """The first of some products, and how many more there are."""
        more = self.t("first_more", count=len(products) - most) if len(products) > most else ""
        return {"products": self.t("comma").join(products[:most]), "more": more}

    def _up_to(self, name: str, most: float | None, **values: Any) -> str:
        """A sentence about a loss of up to an amount, of one that has no upper bound, or where nothing has a price."""
        if not self.figures.revenue:
            return self.t(f"{name}_part", **values)
        return self.t(f"{name}_open", **values) if most is None else self.t(name, most=self.money(most, "most"), **values)

    def _parted(self, row: dict[str, Any]) -> dict[str, Any]:
        """What a stop takes in parts of the output of the product hit most, where nothing has a price."""
        found = {} if self.figures.revenue else parts_lost(row)
        return found | {name.replace("part", "loss") + "_says": percent(part) for name, part in found.items()}

    def _step(self, row: dict[str, Any]) -> dict[str, Any]:
        """One action: what, its cost, who sees to it, and until when."""
        return {
            "says": f"{called(row['part'], row['name'])}: {self._measure(row)}",
            "cost": self.t("no_cost") if row["cost"] is None else self.stated(row["cost"]),
            "owner": row["owner"] or self.t("open"),
            "due": row["due"] or self.t("open"),
        }

    def _headline(self, countries: list[dict[str, Any]], makers: list[dict[str, Any]]) -> list[str]:
        """The page in two or three sentences: the worst stop, how many hurt, what a budget takes off."""
        worst = [row for row in [*countries, *makers] if row["loss"] > 0]
        if not worst:
            return []
        first = max(worst, key=lambda row: row["loss"])
        revenue = sum(self.figures.revenue.values())
        fields = {"stop": first["name"] or self.place(first["node"]), "days": f"{self.company.stop_days:g}"}
        year = self.t("year_stated" if self.figures.unpriced or self.company.bare else "year_all")
        fields |= {"part": percent(first["loss"] / revenue), "year": year}
        bounds = {"estimate": first["loss"], "low": first["loss_low"], "high": first["loss_high"]}
        fields |= {"loss": self._three(bounds)}
        fields |= {"day": self._days(first["day_low"], first["day"])}
        lines = [self.t("headline_worst", **fields)]
        large = sum(row["loss"] >= LARGE * revenue for row in worst)
        lines.append(self.t("headline_count", count=large, part=percent(LARGE), year=year))
        found = self.audit.mitigation
        if found is not None and found.plan is not None and found.plan.chosen:
            saved = found.nothing["estimate"] - found.plan.after["estimate"]
            part = percent(saved / found.nothing["estimate"]) if found.nothing["estimate"] else BLANK
            lines.append(self.t("headline_plan", cost=self.money(found.plan.cost), saved=self.money(saved), part=part))
        return lines

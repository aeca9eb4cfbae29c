"""Words for figures, and the sections of the report about what the board asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ...datasets import measures
from ...datasets.guideline import guideline_documents
from ...graph import Message
from ...graph.interval import at_least, at_most
from ...graph.messages import spoken, text
from ..ask import worded
from .checks import CONCENTRATED, HALF
from .company_graph import SELF
from .figures import NOTHING
from .measures import describe
from .report import Audit
from .unknowns import Unknown
from .words import BLANK, called, days, days_of, money, percent, place, say, span

ACTS = 3
"""Acts in force that are named in a line."""


def parts_lost(row: dict[str, Any]) -> dict[str, float]:
    """Return what a stop takes of the output of the product that it hits most: estimate, certain, possible (0..1)."""
    return {f"part{end}": max((one[f"lost{end}"] for one in row["products"]), default=0.0) for end in ("", "_low", "_high")}


class Writer:
    """An audit and a language."""

    def __init__(self, audit: Audit, lang: str) -> None:
        self.audit, self.lang = audit, lang
        self.company, self.figures = audit.company, audit.figures
        rows = audit.built.graph.sources.select("id", "title").iter_rows()
        self.titles: dict[str, str] = {id: title for id, title in rows if not id.startswith(f"{SELF}:")}
        self._acts: dict[str, tuple[str, str]] | None = None
        self.documents = {row["id"]: row for row in guideline_documents().iter_rows(named=True)}

    def t(self, name: str, **values: Any) -> str:
        """Return a sentence of the report."""
        return text(f"app.audit_page.{name}", self.lang, **values)

    def say(self, value: Message | str | None) -> str:
        """Return words that may have chosen no language yet."""
        return say(value, self.lang)

    def money(self, value: float | None, kind: str = "estimate") -> str:
        """Return an amount as boards read it."""
        return money(value, self.company.currency, self.lang, kind)

    def stated(self, value: float | None) -> str:
        """Return an amount that the company itself states."""
        return self.money(value, "stated")

    def ends(self, low: float, high: float | None) -> tuple[str, str]:
        """Return the certain and the possible amount: told outwards, where they do not meet."""
        if high is None:
            return self.money(low, "least"), self.t("no_bound")
        if high - low <= NOTHING * high:
            return self.money(low), self.money(high)
        return self.money(low, "least"), self.money(high, "most")

    def _amounts(self, row: dict[str, Any], name: str) -> dict[str, str]:
        """An estimate and its ends, as they are shown."""
        low, high = self.ends(row[f"{name}_low"], row[f"{name}_high"]) if self.figures.revenue else (BLANK, BLANK)
        return {f"{name}_says": self._most(row[name], "estimate"), f"{name}_low_says": low, f"{name}_high_says": high}

    def place(self, code: str | None) -> str:
        """Return a country's name."""
        return self.say(place(code))

    def item(self, id: str) -> str:
        """The name of a bundled item."""
        names = self.audit.names.get(id)
        return id if names is None else names.get(self.lang) or names["en"]

    def threshold(self, id: str) -> str:
        """Return what a threshold is; where the company states its own limit, that one."""
        own = self.company.limits
        if id == HALF and "country_limit" in own:
            return text("app.audit_threshold.own_country", self.lang, limit=percent(own["country_limit"]))
        if id == CONCENTRATED and "hhi_limit" in own:
            return text("app.audit_threshold.own_hhi", self.lang, limit=f"{own['hhi_limit']:.2f}")
        return text(f"app.audit_threshold.{id}", self.lang)

    def _most(self, value: float | None, kind: str = "most") -> str:
        """An amount that may have no upper bound."""
        if not self.figures.revenue:
            return BLANK
        return self.t("no_bound") if value is None else self.money(value, kind)

    def _hurts(self, row: dict[str, Any]) -> bool:
        """Whether a stop may cost revenue, and more or otherwise than that of a country of which nothing is known here."""
        if not self.figures.revenue:
            return bool(row["parts"]) and parts_lost(row)["part_high"] > NOTHING
        return row["loss"] > 0 or (row["loss_high"] != 0 and not self._beyond(row))

    def _beyond(self, row: dict[str, Any]) -> bool:
        """Whether a country is in no row of the company: its stop may do what any does where a country is blank."""
        unseen = self.figures.unseen
        return not row["parts"] and row["loss"] == 0 and "country" in unseen and row["loss_high"] == unseen["country"]

    def _order(self, row: dict[str, Any]) -> tuple[bool, float]:
        """Countries as the figures rank them; behind them those that only lead a market."""
        return (True, -row["market"]) if self._beyond(row) else (False, 0.0)

    def _days(self, least: float | None, estimate: float | None) -> str:
        """The day of the first shortage: estimate, and the earliest that is possible."""
        if least is None:
            return self.t("does_not_stop")
        if estimate is None:
            return self.t("from_day", low=at_least(least, ".0f"))
        shown = days(estimate, self.lang)
        return shown if estimate - least < 0.5 else self.t("day_worst", day=shown, worst=at_least(least, ".0f"))

    def _three(self, value: Mapping[str, float | None]) -> str:
        """An estimate with what is certain and what is possible, where these differ."""
        shown = self.money(value["estimate"])
        bounds = self.ends(value["low"] or 0.0, value["high"])
        return shown if set(bounds) == {shown} else self.t("three", estimate=shown, low=bounds[0], high=bounds[1])

    def _removed(self, row: dict[str, Any]) -> str:
        """What a measure takes off the certain and the possible loss; twice nothing is no figure where no lead time is."""
        ends = row["removed_low"], row["removed_high"]
        said = dict.fromkeys(map(self.money, ends))
        return " / ".join(said) if row["lead_stated"] or any(ends) else BLANK

    def _taken(self, row: dict[str, Any]) -> str:
        """What a measure takes off the estimate; where other parts are short as long, what it does beside the others."""
        if not row["lead_stated"]:
            return self.t("lead_blank" if row["ready_least"] is None else "lead_open")
        alone = self.money(row["removed_estimate"])
        if not self._hidden(row):
            return alone
        return self.t("removed_others", alone=alone, beside=self.money(row["removed_beside"]))

    def _hidden(self, row: dict[str, Any]) -> bool:
        """Whether a measure does nothing as long as nothing is done for other parts."""
        return row["removed_estimate"] == 0.0 and bool(row["removed_beside"])

    def _measure(self, row: dict[str, Any]) -> str:
        return self.say(describe(row, {row["country"]: place(row["country"])}))

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

    def _scenario(self, row: dict[str, Any]) -> dict[str, Any]:
        """A scenario in words; where nothing limits a loss it says so, and where nobody can estimate it too."""
        money = self._amounts(row, "loss")
        money["loss_says"] = self.t("no_estimate") if row["loss"] is None else self.money(row["loss"])
        if row.get("yearly"):  # what is bought has its price, whatever the products sell for
            money |= dict(
                zip(("loss_low_says", "loss_high_says"), self.ends(row["loss_low"], row["loss_high"]), strict=True)
            )
        elif not self.figures.revenue:
            money["loss_says"] = BLANK
        gained = self._gained(row["id"])
        notes = []
        if row["reached"]:
            notes.append(self.t("reached", companies=", ".join(row["reached"][:6])))
        if row["unknown_owners"] and row["unknown_owners"][0]:
            notes.append(self.t("owners_unknown", count=row["unknown_owners"][0], known=row["unknown_owners"][1]))
        if row.get("acts"):
            acts = self.t("comma").join(self._act(id) for id in row["acts"][:ACTS])
            notes.append(self.t("acts", count=len(row["acts"]), acts=acts))
        if row["kind"] == "controls":
            linked = {link.part for link in self.audit.links if link.used}
            left = sum(part not in linked for part in self.company.direct)
            notes.append(self.t("controls_note", left=left, parts=len(self.company.direct)))
        if row.get("yearly"):
            notes.append(self._period("tariff_note", blank=row["blank"]))
        below = {f"{name}_says": self._below(row[name]) for name in ("below_90", "below_50")}
        return (
            row
            | money
            | below
            | {
                "says": self.say(row["title"]),
                "title": self.say(row["title"]),
                "lasts_says": self._period("a_year") if row.get("yearly") else days(row["days"], self.lang),
                "day_says": BLANK if row["kind"] in {"controls", "tariff"} else self._days(row["day_low"], row["day"]),
                "first_name": None if row["first_part"] is None else self.company.parts[row["first_part"]].name,
                "notes": notes,
                "gained": gained,
            }
        )

    def _period(self, name: str, **values: Any) -> str:
        """A sentence about what is bought in a year, or in the time that the ledgers cover."""
        time = self.company.period
        if time is None:
            return self.t(name, **values)
        span = {"first": time.first, "last": time.last, "days": time.days, "span": days(time.days, self.lang)}
        return self.t(f"{name}_ledger", **span, **values)

    def _act(self, id: str) -> str:
        """Who restricts what."""
        if self._acts is None:
            rows = measures(self.audit.meta["date"]).iter_rows(named=True)
            self._acts = {row["id"]: (row["issuer"], str(spoken(row, "name", self.lang))) for row in rows}
        issuer, name = self._acts.get(id, (None, id))
        return self.t("act", issuer=self.place(issuer), what=name)

    def _below(self, found: dict[str, float] | None) -> str:
        if found is None:
            return BLANK
        shown = days(found["estimate"], self.lang)
        if found["high"] - found["low"] < NOTHING:
            return shown
        ends = at_least(found["low"], ",.0f"), at_most(found["high"], ",.0f")
        return self.t("between", shown=shown, low=ends[0], high=ends[1])

    def _gained(self, scenario: str) -> str:
        """The measure that gains most days in a scenario."""
        found = self.audit.mitigation
        if found is None:
            return BLANK
        rows = found.gains.filter(pl.col("threat") == scenario, pl.col("days_gained") >= 0.5)
        if not rows.height:
            return BLANK
        best = rows.sort(-pl.col("days_gained"), "measure").row(0, named=True)
        about = next(row for row in found.rows if row["measure"] == best["measure"])
        return self.t("gains", days=f"{best['days_gained']:,.0f}", measure=f"{about['part']} {self._measure(about)}")

    def _unknown(self, row: Unknown) -> dict[str, Any]:
        facts = worded(self.audit.built.graph, row.facts, {SELF: self.t("the_company")})
        return {
            "says": self.t(
                "unknown_says", place=self.place(row.node), product=row.product, low=percent(row.low), high=percent(row.high)
            ),
            "facts": [
                {
                    "says": fact[f"text_{self.lang}"],
                    "who": self._makers(fact["item"]) or fact[f"who_{self.lang}"],
                }
                for fact in facts.iter_rows(named=True)
            ],
        }

    def _makers(self, item: str) -> str:
        """Who makes a bought part, by name; blank for what the company does not buy itself."""
        part = item.removeprefix(f"{SELF}:")
        if part in self.company.told:  # whoever told of it knows it
            return self.company.told[part].supplier
        sources = self.company.sources.get(part, [])
        names = dict.fromkeys(source.maker or source.vendor for source in sources if source.active)
        return self.t("comma").join([name for name in names if name][:4])

    def _apart(self) -> dict[str, Any] | None:
        """Parts of little spend, set apart."""
        if self.company.c_spend is None:
            return None
        parts = self.company.apart
        spend = sum(self.company.spend(part) or 0.0 for part in parts)
        shown = {"limit": self.stated(self.company.c_spend), "count": len(parts), "spend": self.money(spend)}
        if self.company.period is not None:
            shown["part"] = self.money(self.company.c_limit)
        return {
            "says": self._period("apart_says", **shown),
            "parts": [called(part, self.company.parts[part].name) for part in parts],
        }

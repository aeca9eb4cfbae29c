"""An audit in a language: how its amounts, days, names and sentences are told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ...datasets import measures
from ...graph import Message
from ...graph.interval import at_least
from ...graph.messages import spoken, text
from .evidence import CONCENTRATED, HALF
from .figures import NOTHING
from .report import Audit
from .words import BLANK, days, days_of, money, percent, place, say


class Wording:
    """The words of an audit's report in one language, which all its sections share."""

    def __init__(self, audit: Audit, lang: str) -> None:
        self.audit, self.lang = audit, lang
        self.company, self.figures = audit.company, audit.figures

    @cached_property
    def acts(self) -> dict[str, tuple[str, str]]:
        """Who issued each measure in force, and what it is called."""
        rows = measures(self.audit.meta["date"]).iter_rows(named=True)
        return {row["id"]: (row["issuer"], str(spoken(row, "name", self.lang))) for row in rows}

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

    def ends(self, low: float, high: float | None, priced: float | None = None) -> tuple[str, str]:
        """Return the certain and the possible amount: told outwards, where they do not meet.

        Where a product without a stated revenue leaves the latter without a bound, ``priced`` is that of the others.
        """
        if high is None:
            most = self.t("priced", most=self.money(priced, "most")) if priced else self.t("no_bound")
            return self.money(low, "least"), most
        if high - low <= NOTHING * high:
            return self.money(low), self.money(high)
        return self.money(low, "least"), self.money(high, "most")

    def amounts(self, row: dict[str, Any], name: str) -> dict[str, str]:
        """An estimate and its ends, as they are shown."""
        told = row[f"{name}_low"], row[f"{name}_high"], row.get(f"{name}_high_priced")
        low, high = self.ends(*told) if self.figures.revenue else (BLANK, BLANK)
        return {f"{name}_says": self.most(row[name], "estimate"), f"{name}_low_says": low, f"{name}_high_says": high}

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

    def most(self, value: float | None, kind: str = "most") -> str:
        """An amount that may have no upper bound."""
        if not self.figures.revenue:
            return BLANK
        return self.t("no_bound") if value is None else self.money(value, kind)

    def first_day(self, row: Mapping[str, Any]) -> str:
        """The day of the first shortage in a stop: its estimate, and the earliest that is possible.

        Where the estimate is the earliest day and a later one is possible, somebody's stock is not stated: it says no more.
        """
        least, estimate, latest = row["day_low"], row["day"], row["day_high"]
        if least is None:
            return self.t("does_not_stop")
        low = at_least(least, ".0f")
        if estimate is None:
            return self.t("from_day", low=low)
        if estimate - least >= 0.5:
            return self.t("day_worst", day=days(estimate, self.lang), worst=low)
        exact = latest is not None and latest - least < 0.5
        return days(estimate, self.lang) if exact else self.t("day_earliest", low=low)

    def three(self, value: Mapping[str, float | None]) -> str:
        """An estimate with what is certain and what is possible, where these differ."""
        shown = self.money(value["estimate"])
        bounds = self.ends(value["low"] or 0.0, value["high"], value.get("priced"))
        return shown if set(bounds) == {shown} else self.t("three", estimate=shown, low=bounds[0], high=bounds[1])

    def days(self, part: str | None, least: float | None, most: float | None) -> str:
        """Days of a part as a file states them, or that none does."""
        said = days_of(least, most)
        return said.text(self.lang) if said is not None else BLANK if part is None else self.t("not_stated")

    def period(self, name: str, **values: Any) -> str:
        """A sentence about what is bought in a year, or in the time that the ledgers cover."""
        time = self.company.period
        if time is None:
            return self.t(name, **values)
        span = {"first": time.first, "last": time.last, "days": time.days, "span": days(time.days, self.lang)}
        return self.t(f"{name}_ledger", **span, **values)

    def listed(self, products: list[str], most: int = 6) -> dict[str, str]:
        """The first of some products, and how many more there are."""
        more = self.t("first_more", count=len(products) - most) if len(products) > most else ""
        return {"products": self.t("comma").join(products[:most]), "more": more}

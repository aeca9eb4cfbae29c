"""What the data says on each guideline item: finding, no finding, or not enough data, with the rows behind it.

A check never decides a legal question and never says that an item of the guideline is met: it says what was found, which
threshold was used, and what would change the finding. What only people can answer comes from the questionnaire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ...datasets import thresholds
from ...datasets.guideline import guideline_items
from ...datasets.layout import sheets
from ...graph import Message
from ...graph.ages import aged
from ...graph.interval import at_least, at_most
from ...graph.packaged import packaged_rows
from .company import HOME, Company
from .figures import NOTHING, Figures
from .parts import PartRow, SourceRow
from .words import Name, Words, called, days_of, percent, place, span

FINDING, CLEAR, UNKNOWN = "finding", "no_finding", "not_enough_data"
HALF, TWO_THIRDS, CONCENTRATED, INDISPENSABLE = "PRJ-COUNTRY-50", "PRJ-COUNTRY-65", "PRJ-HHI-40", "JP-NEDO-60"
MOST = 60
"""Evidence rows of one finding that the page shows; the workbook holds all."""


@dataclass(frozen=True)
class Evidence:
    """One row behind a finding: what, how much, and where it stands (sheet!row, or a source)."""

    what: str
    says: Message | str
    refs: tuple[str, ...]
    money: float | None = None
    """Yearly revenue that certainly hangs on it."""
    days: float | None = None
    """Days of switching beyond what is in stock, at most; None where nobody bounds them."""
    columns: tuple[str, ...] = ()
    """Columns of the rows that it rests on."""
    about: str = ""
    """What it is about, by its id: in a later report a part with another name is the same one."""


@dataclass(frozen=True)
class Finding:
    """What is found on one guideline item.

    ``status``: finding, no_finding, not_enough_data; of what people answer: answered_yes, answered_partly, answered_no,
    does_not_apply, not_answered.
    """

    item: dict[str, Any]
    check: str
    status: str
    says: Message
    change: Message
    evidence: tuple[Evidence, ...] = ()
    thresholds: tuple[str, ...] = ()
    answer: dict[str, Any] = field(default_factory=dict)


_COLUMNS = {
    "single": ("supplier", "maker"),
    "qualified": ("qualified", "qualified_date"),
    "country": ("country",),
    "site_country": ("country",),
    "site_copied": ("country",),
    "concentration": ("share",),
    "stock": ("stock", "stock_days"),
}
"""The columns that a check of parts looks at."""
_Result = tuple[str, Message, list[Evidence]]


def findings(company: Company, figures: Figures) -> list[Finding]:
    """Return a finding for every item whose text is at hand and that data or people can answer, in the table's order."""
    checks, names = _Checks(company, figures), _assigned()
    results: dict[str, _Result] = {}
    found = []
    for item in guideline_items().iter_rows(named=True):
        if item["answerable"] == "none" or item["text_en"] is None or item["wording"] == "unverified":
            continue
        if item["theme"] == "antitrust":
            continue  # a note of its own: what to settle before talking to competitors
        name = names.get(item["id"], "")
        used = tuple(filter(None, (item["thresholds"] or "").split("|")))
        answer = company.answers.get(item["id"], {})
        if name:
            if name not in results:
                results[name] = getattr(checks, name)()
            status, says, evidence = results[name]
            if status == UNKNOWN and says.values.get("known") == 0:  # "0 of 0" says nothing
                says = _say("nothing_stated", **says.values)
        else:
            status, says, evidence = _answered(answer), Message(f"app.audit_checks.{_answered(answer)}"), []
        change = Message(f"app.audit_checks.{name or 'people'}_change")
        found.append(Finding(item, name, status, says, change, tuple(evidence), used, answer))
    return found


def _answered(answer: dict[str, Any]) -> str:
    word = answer.get("answer")
    return {"not_applicable": "does_not_apply", None: "not_answered"}.get(word, f"answered_{word}")


@cache
def _assigned() -> dict[str, str]:
    return {row["item"]: row["check"] for row in packaged_rows("app", "templates", "audit", "checks.csv")}


@cache
def limit(threshold: str) -> float:
    """Return the lower bound of a threshold of the bundled table."""
    return float(thresholds().filter(id=threshold)["low"].item())


def _range(low: float | None, high: float | None) -> Message | str:
    if low is not None and high is not None and f"{low:.2f}" == f"{high:.2f}":
        return f"{low:.2f}"
    ends = ("–" if end is None else bound(end, ".2f") for bound, end in ((at_least, low), (at_most, high)))
    return _say("range", **dict(zip(("low", "high"), ends, strict=True)))


def _say(name: str, **values: Any) -> Message:
    return Message(f"app.audit_checks.{name}", **values)


def _more(name: str, possible: Sized) -> Message | str:
    """What a sentence says of those that may be meant as well; nothing where there is none."""
    return _say(f"{name}_more", count=len(possible)) if possible else ""


def _blank(row: dict[str, Any], column: str) -> bool:
    """Whether a cell says nothing: neither a value, nor that there is none."""
    return row.get(column) is None and not _none(row, column)


def _none(row: dict[str, Any], *columns: str) -> bool:
    """Whether one of some cells says that there is none."""
    return bool(row.get("_none", set()) & set(columns))


def provided_abroad(row: dict[str, Any]) -> bool | None:
    """Whether a technology is planned to be provided abroad; None where nobody said to which country."""
    if row.get("destination"):
        return row["destination"] != HOME
    return False if _none(row, "destination", "transfer") else None


def _used(part: PartRow) -> list[SourceRow]:
    """The sources of a part that deliver today."""
    return [source for source in part["sources"] if source["share"] is None or source["share"] > 0]


def _above(figure: float | None, bound: float) -> bool:
    """Whether a figure is known, and above a bound."""
    return figure is not None and figure > bound


def _title(column: str) -> Name:
    """What a column of the technology sheet is called."""
    return Name(**sheets()["technologies"][column].title)


class _Checks:
    """One method per check; each returns status, sentence and evidence."""

    def __init__(self, company: Company, figures: Figures) -> None:
        self.company, self.figures = company, figures
        self.parts, self.known = figures.parts, figures.coverage

    def _of_parts(
        self,
        name: str,
        known: Iterable[PartRow],
        test: Callable[[PartRow], bool],
        maybe: Callable[[PartRow], bool],
        **values: Any,
    ) -> _Result:
        """A check that asks the same of every part of which something is known: what is certain, and what may be."""
        known = list(known)
        bad = [part for part in known if test(part)]
        possible = [part for part in known if not test(part) and maybe(part)]
        left = len(self.parts) - len(known)
        status = FINDING if bad else UNKNOWN if possible or left or not known else CLEAR
        values["more"] = _more(name, possible)
        values["left"] = _say("left_days" if name == "stock" else "left", count=left) if left else ""
        says = _say(name, count=len(bad), possible=len(possible), known=len(known), **values)
        return status, says, [self._part(name, part) for part in bad]

    def _part(self, name: str, part: PartRow) -> Evidence:
        used = _used(part)
        if name == "country":  # who makes it elsewhere does not belong beside that country
            used = [source for source in used if source["country"] in {part["foreign_country"], None}]
        fields = {
            "country": place(part["foreign_country"]),
            "share": span(part["foreign_low"], part["foreign_high"]),
            "hhi": _range(part["hhi_low"], part["hhi_high"]),
            "stock": days_of(part["stock_least"], part["stock_most"]) or _say("days_blank"),
            "switch": days_of(part["switch_least"], part["switch_most"]) or _say("days_blank"),
            "makers": ", ".join(list(dict.fromkeys(one["maker"] or one["vendor"] or "?" for one in used))[:4]) or "–",
            "products": ", ".join(part["products"][:6]) or "–",
        }
        says = _say(f"{name}_row", **fields)
        about, columns = called(part["part"], part["name"]), _COLUMNS.get(name, ())
        return Evidence(about, says, tuple(part["refs"]), part["revenue"], part["gap_high"], columns, part["part"])

    def coverage(self) -> _Result:
        linked, whole = self.known["revenue_linked"], self.known["products_linked"]
        status = CLEAR if whole and whole == self.known["products"] else UNKNOWN if linked is None else FINDING
        name = "coverage_unpriced" if linked is None else "coverage"
        return status, _say(name, linked=percent(linked), whole=whole, products=self.known["products"]), []

    def site_country(self) -> _Result:
        part, spend = self.known["country_known"], self.known["spend_country_known"]
        status = UNKNOWN if part is None else CLEAR if part >= 1 - NOTHING else FINDING
        rests = self.company.rests
        unknown = [row for row in self.parts if row["part"] in rests or any(s["country"] is None for s in _used(row))]
        evidence = [self._part("site_country", row) for row in unknown]
        copied = [row for row in self.parts if any(self._copied(source) for source in row["sources"])]
        evidence += [self._part("site_copied", row) for row in copied]
        says = _say("site_country", parts=percent(part), spend=percent(spend), more=_more("site_country", copied))
        return (FINDING if copied and status == CLEAR else status), says, evidence

    def _copied(self, source: SourceRow) -> bool:
        """Whether a place of production may only be the billing address of a company that sells."""
        firm = self.company.firms.get(source["vendor"] or "", {})
        sells = firm.get("kind") == "vendor" and not source["maker"]
        return sells and source["country"] is not None and firm.get("billing_country") == source["country"]

    def dialogue(self) -> _Result:
        """When each supplier was last talked to about supply risk."""
        firms = {name: row for name, row in self.company.firms.items() if row.get("kind") != "vendor"}
        dated = {name: row["dialogue_date"] for name, row in firms.items() if row.get("dialogue_date")}
        silent = [row for name, row in firms.items() if name not in dated]
        used = [one for sources in self.company.sources.values() for one in sources if one.active]
        left = self.company.rests or self.figures.unsourced or any(one.maker not in self.company.firms for one in used)
        status = UNKNOWN if not dated else FINDING if silent else UNKNOWN if left else CLEAR
        evidence = [Evidence(row["supplier"], _say("dialogue_row"), (row["_ref"],)) for row in silent]
        oldest = min(dated.values(), default="–")
        return status, _say("dialogue", count=len(dated), known=len(firms), oldest=oldest), evidence

    def visibility(self) -> _Result:
        own, market = self.known["tier2_own"], self.known["tier2_market"]
        status = UNKNOWN if own is None else CLEAR if own >= 1 - NOTHING else FINDING
        fields = {"own": percent(own), "market": percent(market), "unknown": percent(self.known["tier2_unknown"])}
        return status, _say("visibility", supplier=percent(self.known["supplier_known"]), **fields), []

    def single(self) -> _Result:
        return self._of_parts(
            "single",
            (part for part in self.parts if part["active"]),
            lambda part: part["single"] == "certain",
            lambda part: part["single"] == "possible",
        )

    def qualified(self) -> _Result:
        known = [part for part in self.parts if part["active"]]
        certain = sum(part["single"] == "certain" for part in known)
        return self._of_parts(
            "qualified",
            known,
            lambda part: part["single"] == "certain" and not part["alternatives_high"],
            # Where a maker is blank, it may be the only one.
            lambda part: part["single"] != "no" and not part["alternatives"],
            single=certain,
        )

    def country(self) -> _Result:
        known = (part for part in self.parts if part["active"])
        bound = self.company.limits.get("country_limit", limit(HALF))
        return self._of_parts(
            "country",
            known,
            lambda part: _above(part["foreign_low"], bound + NOTHING),
            # Where a country is blank, the part may depend on any.
            lambda part: part["foreign_most"] > bound + NOTHING,
            limit=percent(bound),
        )

    def concentration(self) -> _Result:
        known = (part for part in self.parts if part["hhi_low"] is not None)
        bound = self.company.limits.get("hhi_limit", limit(CONCENTRATED))
        return self._of_parts(
            "concentration",
            known,
            lambda part: _above(part["hhi_low"], bound),
            lambda part: _above(part["hhi_high"], bound),
            limit=f"{bound:.2f}",
        )

    def stock(self) -> _Result:
        known = (part for part in self.parts if part["gap_low"] is not None)
        return self._of_parts("stock", known, lambda part: _above(part["gap_low"], 0), lambda part: part["gap_high"] != 0)

    def minerals(self) -> _Result:
        bound = limit(TWO_THIRDS)
        above = [row for row in self.figures.market if row["kind"] in {"mineral", "material"}]
        bad = [row for row in above if row["top_share_low"] > bound]
        status = FINDING if bad else UNKNOWN  # what else stands upstream nobody said
        evidence = [
            Evidence(
                row["item"],
                _say(
                    "minerals_row",
                    country=place(row["top_supplier"]),
                    share=percent(row["top_share_low"]),
                    year=aged(row["year"]) or "–",
                ),
                (row["source"],),
            )
            for row in bad
        ]
        return status, _say("minerals", count=len(bad), known=len(above), limit=percent(bound)), evidence

    def diamonds(self) -> _Result:
        several = [part for part in self.parts if part["active"] > 1]
        rows = self.figures.diamonds
        names = len({row["part"] for row in rows})
        status = FINDING if rows else UNKNOWN
        evidence = [
            Evidence(
                called(row["part"], row["name"]),
                _say(
                    "diamonds_market_row" if row["market"] else "diamonds_row",
                    node=row["node_name"] or place(row["country"]),
                ),
                tuple(row["refs"]),
                about=f"{row['part']} {row['node_name'] or row['country']}",
            )
            for row in rows
        ]
        return status, _say("diamonds", count=names, known=len(several)), evidence

    def scenarios(self) -> _Result:
        revenue, stopping = self.figures.revenue, self._stopping()
        short = [
            (row, product)
            for row in self.figures.countries
            for product in row["products"]
            if product["day_high"] is not None
        ]
        whole = {
            product["product"]
            for row in self.figures.countries
            for product in row["products"]
            if product["stops_low"] > 1 - NOTHING
        }
        possible = any(one["stops_high"] > NOTHING for row in self.figures.countries for one in row["products"])
        unseen = "country" in self.figures.unseen or bool(self.figures.unsourced)
        bare = self.company.bare or not self.company.products
        status = FINDING if stopping else UNKNOWN if possible or unseen or bare else CLEAR
        evidence = [
            Evidence(
                product["product"],
                _say("scenarios_row", country=place(row["node"]), days=at_most(product["day_high"], ".0f")),
                tuple(row["refs"]),
                about=f"{product['product']} {row['node']}",
                money=None if (value := revenue.get(product["product"])) is None else product["stops_low"] * value,
            )
            for row, product in short
        ]
        return status, _say("scenarios", count=len(stopping), products=len(whole)), evidence

    def _stopping(self) -> list[dict[str, Any]]:
        """Countries without whose supply some product certainly cannot be made in full, whatever it sells for."""
        return [row for row in self.figures.countries if any(one["stops_low"] > NOTHING for one in row["products"])]

    def dependencies(self) -> _Result:
        single = sum(1 for part in self.parts if part["single"] == "certain")
        return (FINDING if single else UNKNOWN), _say("dependencies", single=single, countries=len(self._stopping())), []

    def critical(self) -> _Result:
        rows = self.figures.critical
        evidence = [
            Evidence(
                called(row["part"], row["name"]),
                _say(
                    "critical_row", product=Name(row["product_en"], row["product_ja"]), item=Name(row["by_en"], row["by_ja"])
                ),
                tuple(row["refs"]),
                about=f"{row['part']} {row['product_en']}",
            )
            for row in rows
        ]
        status = FINDING if rows else UNKNOWN
        return status, _say("critical", count=len({row["part"] for row in rows})), evidence

    def technologies(self) -> _Result:
        own = [row for row in self.figures.flags if row["own_technology"]]
        parts = [row for row in self.figures.flags if not row["own_technology"]]
        says = _say("technologies", own=len({row["subject"] for row in own}), parts=len({row["subject"] for row in parts}))
        evidence = [
            Evidence(
                row["text"],
                _say(f"technologies_{row['verdict']}_row", number=row["technology"]),
                tuple(row["refs"]),
                about=f"{row['subject']} {row['technology']}",
            )
            for row in [*own, *parts]
        ]
        return (FINDING if own else UNKNOWN), says, evidence

    def _technology_rows(
        self, name: str, test: Callable[[dict[str, Any]], bool | None], needs: Callable[[dict[str, Any]], Iterable[str]]
    ) -> _Result:
        """What is said of technologies: ``test`` is None where it hangs on a blank among what it ``needs``."""
        rows = self.company.technologies
        results = [test(row) for row in rows]
        bad = [row for row, result in zip(rows, results, strict=True) if result]
        maybe = [row for row, result in zip(rows, results, strict=True) if result is None]
        status = FINDING if bad else UNKNOWN if maybe or not rows else CLEAR
        evidence = [
            Evidence(
                row["technology"],
                _say(
                    f"{name}_row",
                    partner=row.get("partner") or "–",
                    country=place(row.get("partner_country") or row.get("country")),
                    site=row.get("site") or "–",
                    control=row.get("control") or "–",
                    transfer=row.get("transfer") or "–",
                    destination=place(row.get("destination")),
                    date=row.get("decision_date") or "–",
                    reported=row.get("report_date") or "–",
                ),
                (row["_ref"],),
            )
            for row in bad
        ]
        for row in maybe:
            missing = tuple(column for column in needs(row) if _blank(row, column))
            says = _say("technology_open_row", columns=Words(_title(column) for column in missing))
            evidence.append(Evidence(row["technology"], says, (row["_ref"],), columns=missing))
        counts = {"count": len(bad), "possible": len(maybe), "known": len(rows) - len(maybe)}
        return status, _say(name, more=_more(name, maybe), **counts), evidence

    def leakage(self) -> _Result:
        def seen(row: dict[str, Any]) -> bool | None:
            if row.get("partner") or row.get("partner_country"):
                return True
            return False if _none(row, "partner", "partner_country") else None

        return self._technology_rows("leakage", seen, lambda row: ("partner",))

    def abroad(self) -> _Result:
        def outside(row: dict[str, Any]) -> bool | None:
            return None if row.get("country") is None else row["country"] != HOME

        return self._technology_rows("abroad", outside, lambda row: ("country",))

    def transfers(self) -> _Result:
        return self._technology_rows("transfers", provided_abroad, lambda row: ("destination",))

    def dates(self) -> _Result:
        def unreported(row: dict[str, Any]) -> bool | None:
            abroad, decided, reported = provided_abroad(row), row.get("decision_date"), row.get("report_date")
            if abroad is False or (reported and decided and reported <= decided):
                return False
            # The column of the report is for one that was made: a blank one is none on record.
            return None if abroad is None or (reported and not decided) else True

        return self._technology_rows("dates", unreported, lambda row: ("destination", "decision_date"))

    def own_share(self) -> _Result:
        bound = limit(INDISPENSABLE)
        known = [(id, row) for id, row in self.company.products.items() if row.get("own_share") is not None]
        strong = [(id, row) for id, row in known if row["own_share"] >= bound]
        evidence = [
            Evidence(id, _say("own_share_row", share=percent(row["own_share"])), (row["_ref"],)) for id, row in strong
        ]
        status = FINDING if strong else self._of_all(known)
        return status, _say("own_share", count=len(strong), known=len(known), limit=percent(bound)), evidence

    def _of_all(self, known: Sized) -> str:
        """What is found where nothing is among the products of which something is stated."""
        return CLEAR if known and len(known) == len(self.company.products) else UNKNOWN

    def sole_customers(self) -> _Result:
        known = [(id, row) for id, row in self.company.products.items() if row.get("sole_customers") is not None]
        rows = [(id, row) for id, row in known if row["sole_customers"] > 0]
        evidence = [
            Evidence(id, _say("sole_customers_row", count=f"{row['sole_customers']:.0f}"), (row["_ref"],))
            for id, row in rows
        ]
        status = FINDING if rows else self._of_all(known)
        return status, _say("sole_customers", count=len(rows), known=len(known)), evidence

    def data_age(self) -> _Result:
        date = self.company.as_of
        return (UNKNOWN if date is None else CLEAR), _say("data_age", date=date or "–"), []

    def recorded(self) -> _Result:
        return CLEAR, _say("recorded"), []

"""What a company's rows and figures say of its supply: a check each, with the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from typing import Any

from ...graph import Message
from ...graph.ages import aged
from ...graph.interval import at_least, at_most
from .company import Company
from .evidence import (
    CLEAR,
    CONCENTRATED,
    FINDING,
    HALF,
    INDISPENSABLE,
    TWO_THIRDS,
    UNKNOWN,
    Evidence,
    Result,
    limit,
    more,
    said_of,
    sentence,
)
from .figures import NOTHING, Figures
from .parts import PartRow, SourceRow
from .words import Name, Span, called, days_of, percent, place

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


def _of_parts(
    figures: Figures,
    name: str,
    known: Iterable[PartRow],
    test: Callable[[PartRow], bool],
    maybe: Callable[[PartRow], bool],
    **values: Any,
) -> Result:
    """A check that asks the same of every part of which something is known: what is certain, and what may be."""
    known = list(known)
    bad = [part for part in known if test(part)]
    possible = [part for part in known if not test(part) and maybe(part)]
    left = len(figures.parts) - len(known)
    status = FINDING if bad else UNKNOWN if possible or left or not known else CLEAR
    values["more"] = more(name, possible)
    values["left"] = sentence("left_days" if name == "stock" else "left", count=left) if left else ""
    says = sentence(name, count=len(bad), possible=len(possible), known=len(known), **values)
    return status, says, [_part(name, part) for part in bad]


def _part(name: str, part: PartRow) -> Evidence:
    used = _used(part)
    if name == "country":  # who makes it elsewhere does not belong beside that country
        used = [source for source in used if source["country"] in {part["foreign_country"], None}]
    fields: dict[str, Callable[[], Message | str]] = {
        "country": lambda: place(part["foreign_country"]),
        "share": lambda: Span(part["foreign_low"], part["foreign_high"]),
        "hhi": lambda: _range(part["hhi_low"], part["hhi_high"]),
        "stock": lambda: days_of(part["stock_least"], part["stock_most"]) or sentence("days_blank"),
        "switch": lambda: days_of(part["switch_least"], part["switch_most"]) or sentence("days_blank"),
        "makers": lambda: ", ".join(list(dict.fromkeys(one["maker"] or one["vendor"] or "?" for one in used))[:4]) or "–",
        "products": lambda: ", ".join(part["products"][:6]) or "–",
    }
    said = said_of(f"{name}_row")  # of all parts of a large company what no sentence says takes more room than the rest
    says = sentence(f"{name}_row", **{field: value() for field, value in fields.items() if field in said})
    about, columns = called(part["part"], part["name"]), _COLUMNS.get(name, ())
    return Evidence(about, says, tuple(part["refs"]), part["revenue"], part["gap_high"], columns, part["part"])


def coverage(company: Company, figures: Figures) -> Result:
    """Whether of every product it is known who delivers what goes into it."""
    linked, whole = figures.coverage["revenue_linked"], figures.coverage["products_linked"]
    status = CLEAR if whole and whole == figures.coverage["products"] else UNKNOWN if linked is None else FINDING
    name = "coverage_unpriced" if linked is None else "coverage"
    return status, sentence(name, linked=percent(linked), whole=whole, products=figures.coverage["products"]), []


def site_country(company: Company, figures: Figures) -> Result:
    """Whether it is known where each part is made, and not only from where it is billed."""
    part, spend = figures.coverage["country_known"], figures.coverage["spend_country_known"]
    status = UNKNOWN if part is None else CLEAR if part >= 1 - NOTHING else FINDING
    rests = company.rests
    unknown = [row for row in figures.parts if row["part"] in rests or any(s["country"] is None for s in _used(row))]
    evidence = [_part("site_country", row) for row in unknown]
    copied = [row for row in figures.parts if any(_copied(company, source) for source in row["sources"])]
    evidence += [_part("site_copied", row) for row in copied]
    says = sentence("site_country", parts=percent(part), spend=percent(spend), more=more("site_country", copied))
    return (FINDING if copied and status == CLEAR else status), says, evidence


def _copied(company: Company, source: SourceRow) -> bool:
    """Whether a place of production may only be the billing address of a company that sells."""
    firm = company.firms.get(source["vendor"] or "", {})
    sells = firm.get("kind") == "vendor" and not source["maker"]
    return sells and source["country"] is not None and firm.get("billing_country") == source["country"]


def dialogue(company: Company, figures: Figures) -> Result:
    """When each supplier was last talked to about supply risk."""
    firms = {name: row for name, row in company.firms.items() if row.get("kind") != "vendor"}
    dated = {name: row["dialogue_date"] for name, row in firms.items() if row.get("dialogue_date")}
    silent = [row for name, row in firms.items() if name not in dated]
    used = company.all_used
    left = company.rests or figures.unsourced or any(one.maker not in company.firms for one in used)
    status = UNKNOWN if not dated else FINDING if silent else UNKNOWN if left else CLEAR
    evidence = [Evidence(row["supplier"], sentence("dialogue_row"), (row["_ref"],)) for row in silent]
    oldest = min(dated.values(), default="–")
    return status, sentence("dialogue", count=len(dated), known=len(firms), oldest=oldest), evidence


def visibility(company: Company, figures: Figures) -> Result:
    """Whether the company knows more than its first tier."""
    own, market = figures.coverage["tier2_own"], figures.coverage["tier2_market"]
    status = UNKNOWN if own is None else CLEAR if own >= 1 - NOTHING else FINDING
    fields = {"own": percent(own), "market": percent(market), "unknown": percent(figures.coverage["tier2_unknown"])}
    return status, sentence("visibility", supplier=percent(figures.coverage["supplier_known"]), **fields), []


def single(company: Company, figures: Figures) -> Result:
    """Which parts have one maker."""
    return _of_parts(
        figures,
        "single",
        (part for part in figures.parts if part["active"]),
        lambda part: part["single"] == "certain",
        lambda part: part["single"] == "possible",
    )


def qualified(company: Company, figures: Figures) -> Result:
    """Which parts have one maker, and no qualified alternative."""
    known = [part for part in figures.parts if part["active"]]
    certain = sum(part["single"] == "certain" for part in known)
    return _of_parts(
        figures,
        "qualified",
        known,
        lambda part: part["single"] == "certain" and not part["alternatives_high"],
        # Where a maker is blank, it may be the only one.
        lambda part: part["single"] != "no" and not part["alternatives"],
        single=certain,
    )


def country(company: Company, figures: Figures) -> Result:
    """Which parts hang on one country abroad by more than a limit."""
    known = (part for part in figures.parts if part["active"])
    bound = company.limits.get("country_limit", limit(HALF))
    return _of_parts(
        figures,
        "country",
        known,
        lambda part: _above(part["foreign_low"], bound + NOTHING),
        # Where a country is blank, the part may depend on any.
        lambda part: part["foreign_most"] > bound + NOTHING,
        limit=percent(bound),
    )


def concentration(company: Company, figures: Figures) -> Result:
    """Which parts have an HHI over their makers above a limit."""
    known = (part for part in figures.parts if part["hhi_low"] is not None)
    bound = company.limits.get("hhi_limit", limit(CONCENTRATED))
    return _of_parts(
        figures,
        "concentration",
        known,
        lambda part: _above(part["hhi_low"], bound),
        lambda part: _above(part["hhi_high"], bound),
        limit=f"{bound:.2f}",
    )


def stock(company: Company, figures: Figures) -> Result:
    """Which parts run out before another source delivers."""
    known = (part for part in figures.parts if part["gap_low"] is not None)
    return _of_parts(figures, "stock", known, lambda part: _above(part["gap_low"], 0), lambda part: part["gap_high"] != 0)


def minerals(company: Company, figures: Figures) -> Result:
    """Which minerals and materials upstream come from one country by more than two thirds."""
    bound = limit(TWO_THIRDS)
    above = [row for row in figures.market if row["kind"] in {"mineral", "material"}]
    bad = [row for row in above if row["top_share_low"] > bound]
    status = FINDING if bad else UNKNOWN  # what else stands upstream nobody said
    evidence = [
        Evidence(
            row["item"],
            sentence(
                "minerals_row",
                country=place(row["top_supplier"]),
                share=percent(row["top_share_low"]),
                year=aged(row["year"]) or "–",
            ),
            (row["source"],),
        )
        for row in bad
    ]
    return status, sentence("minerals", count=len(bad), known=len(above), limit=percent(bound)), evidence


def diamonds(company: Company, figures: Figures) -> Result:
    """Which parts of several sources stop with one place or maker behind them."""
    several = [part for part in figures.parts if part["active"] > 1]
    rows = figures.diamonds
    names = len({row["part"] for row in rows})
    status = FINDING if rows else UNKNOWN
    evidence = [
        Evidence(
            called(row["part"], row["name"]),
            sentence(
                "diamonds_market_row" if row["market"] else "diamonds_row",
                node=row["node_name"] or place(row["country"]),
            ),
            tuple(row["refs"]),
            about=f"{row['part']} {row['node_name'] or row['country']}",
        )
        for row in rows
    ]
    return status, sentence("diamonds", count=names, known=len(several)), evidence


def scenarios(company: Company, figures: Figures) -> Result:
    """Which countries' stop leaves a product that certainly cannot be made in full, and from which day."""
    revenue, stopping = figures.revenue, _stopping(figures)
    short = [(row, product) for row in figures.countries for product in row["products"] if product["day_high"] is not None]
    whole = {
        product["product"] for row in figures.countries for product in row["products"] if product["stops_low"] > 1 - NOTHING
    }
    possible = any(one["stops_high"] > NOTHING for row in figures.countries for one in row["products"])
    unseen = "country" in figures.unseen or bool(figures.unsourced)
    bare = company.bare or not company.products
    status = FINDING if stopping else UNKNOWN if possible or unseen or bare else CLEAR
    evidence = [
        Evidence(
            product["product"],
            sentence("scenarios_row", country=place(row["node"]), days=at_most(product["day_high"], ".0f")),
            tuple(row["refs"]),
            about=f"{product['product']} {row['node']}",
            money=None if (value := revenue.get(product["product"])) is None else product["stops_low"] * value,
        )
        for row, product in short
    ]
    return status, sentence("scenarios", count=len(stopping), products=len(whole)), evidence


def _stopping(figures: Figures) -> list[dict[str, Any]]:
    """Countries without whose supply some product certainly cannot be made in full, whatever it sells for."""
    return [row for row in figures.countries if any(one["stops_low"] > NOTHING for one in row["products"])]


def dependencies(company: Company, figures: Figures) -> Result:
    """Whether anything hangs on one maker or one country."""
    single = sum(1 for part in figures.parts if part["single"] == "certain")
    return (FINDING if single else UNKNOWN), sentence("dependencies", single=single, countries=len(_stopping(figures))), []


def critical(company: Company, figures: Figures) -> Result:
    """Which parts are tagged with a specified critical product."""
    rows = figures.critical
    evidence = [
        Evidence(
            called(row["part"], row["name"]),
            sentence(
                "critical_row", product=Name(row["product_en"], row["product_ja"]), item=Name(row["by_en"], row["by_ja"])
            ),
            tuple(row["refs"]),
            about=f"{row['part']} {row['product_en']}",
        )
        for row in rows
    ]
    status = FINDING if rows else UNKNOWN
    return status, sentence("critical", count=len({row["part"] for row in rows})), evidence


def own_share(company: Company, figures: Figures) -> Result:
    """Which products the company has the larger part of the market of."""
    bound = limit(INDISPENSABLE)
    known = [(id, row) for id, row in company.products.items() if row.get("own_share") is not None]
    strong = [(id, row) for id, row in known if row["own_share"] >= bound]
    evidence = [
        Evidence(id, sentence("own_share_row", share=percent(row["own_share"])), (row["_ref"],)) for id, row in strong
    ]
    status = FINDING if strong else _of_all(company, known)
    return status, sentence("own_share", count=len(strong), known=len(known), limit=percent(bound)), evidence


def _of_all(company: Company, known: Sized) -> str:
    """What is found where nothing is among the products of which something is stated."""
    return CLEAR if known and len(known) == len(company.products) else UNKNOWN


def sole_customers(company: Company, figures: Figures) -> Result:
    """Which products have customers without another source."""
    known = [(id, row) for id, row in company.products.items() if row.get("sole_customers") is not None]
    rows = [(id, row) for id, row in known if row["sole_customers"] > 0]
    evidence = [
        Evidence(id, sentence("sole_customers_row", count=f"{row['sole_customers']:.0f}"), (row["_ref"],))
        for id, row in rows
    ]
    status = FINDING if rows else _of_all(company, known)
    return status, sentence("sole_customers", count=len(rows), known=len(known)), evidence


def data_age(company: Company, figures: Figures) -> Result:
    """Whether the company says of which day its data is."""
    date = company.as_of
    return (UNKNOWN if date is None else CLEAR), sentence("data_age", date=date or "–"), []


def recorded(company: Company, figures: Figures) -> Result:
    """That the audit itself is a record."""
    return CLEAR, sentence("recorded"), []


def _used(part: PartRow) -> list[SourceRow]:
    """The sources of a part that deliver today."""
    return [source for source in part["sources"] if source["share"] is None or source["share"] > 0]


def _above(figure: float | None, bound: float) -> bool:
    """Whether a figure is known, and above a bound."""
    return figure is not None and figure > bound


def _range(low: float | None, high: float | None) -> Message | str:
    if low is not None and high is not None and f"{low:.2f}" == f"{high:.2f}":
        return f"{low:.2f}"
    ends = ("–" if end is None else bound(end, ".2f") for bound, end in ((at_least, low), (at_most, high)))
    return Message("graph.words.range_in_words", **dict(zip(("low", "high"), ends, strict=True)))


CHECKS = (
    coverage,
    site_country,
    dialogue,
    visibility,
    single,
    qualified,
    country,
    concentration,
    stock,
    minerals,
    diamonds,
    scenarios,
    dependencies,
    critical,
    own_share,
    sole_customers,
    data_age,
    recorded,
)

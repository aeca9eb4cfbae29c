"""From the tables of a company to the company: each row of each sheet put where it belongs, with every assumption said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...datasets.intake.mapping import check_corrections
from ...datasets.intake.understanding import Understanding
from .amounts import currencies_of, currency_of, period_of, planned
from .catalogue import Catalogue
from .company import LONGEST, STOP_DAYS, Company, Need
from .names import Names
from .needs import needs_of
from .owners import owners, stakes_of
from .plans import measures_of, scenarios_of
from .remarks import Remarks
from .resellers import Makers, leave_open
from .rows import Row, rows_of, share_of
from .sourcing import sources_of

_LIMITS = ("country_limit", "hhi_limit")


def company_from(found: Understanding, corrections: Mapping[str, Any] | None = None, date: str | None = None) -> Company:
    """Return the company that the tables describe; what was assumed or set aside is among its remarks.

    ``date`` is the day on which they are read; without it a time that a title states counts as over.

    Raises
    ------
    InputError
        A correction names a sheet or column that does not exist, or no table holds parts.
    """
    check_corrections(found, dict(corrections or {}))
    remarks = Remarks()
    rows = rows_of(found, date, remarks)
    about = next((row for row in rows["company"] if row.get("company")), {})
    currency = currency_of(found, rows, about, remarks)
    parts = Catalogue(Names(rows))
    # The order is that of the names: what was written first stands for what follows.
    products = _products(rows["products"], parts)
    firms = _firms(rows["suppliers"], parts.names)
    makers = Makers(rows, firms, parts.names)
    sources = sources_of(rows["sourcing"], firms, makers, parts, remarks)
    needs = needs_of(rows["bom"], parts, remarks)
    leave_open(sources, needs, makers, remarks)
    for row in rows["listed"]:  # price lists and orders: no place in a product, and nothing about who else delivers
        if (id := parts.names.id(row)) is not None:
            parts.mention(id, row)
    products = products or _tops(needs, parts, remarks)
    stakes = stakes_of(rows["suppliers"], parts.names.firm, remarks.say)
    return Company(
        name=about.get("company") or "",
        currency=currency,
        as_of=about.get("as_of"),
        budget=planned(about, "budget", currency, remarks),
        products=products,
        parts=dict(parts),
        needs=needs,
        sources=sources,
        firms=firms,
        owners=owners(stakes),
        stakes=stakes,
        technologies=[row for row in rows["technologies"] if row.get("technology")],
        measures=measures_of(rows["measures"], parts, currency, remarks),
        answers={row["item"]: row for row in rows["questionnaire"] if row.get("item") and row.get("answer")},
        smelters=[row for row in rows["smelters"] if row.get("metal") and row.get("smelter")],
        remarks=remarks,
        scenarios=scenarios_of(rows["scenarios"], parts, remarks),
        stop_days=min(about.get("stop_days") or STOP_DAYS, LONGEST),
        period=period_of(found, date),
        mixed=len(currencies_of(found, about)) > 1,
        c_spend=about.get("c_spend"),
        limits={name: value for name in _LIMITS if (value := share_of(about.get(name))) is not None},
    )


def _products(rows: Iterable[Row], parts: Catalogue) -> dict[str, Row]:
    products: dict[str, Row] = {}
    for row in rows:
        id = parts.names.id(row, "product")
        if id is not None:
            parts.take(id, row)
            products.setdefault(id, row)
    return products


def _firms(rows: Iterable[Row], names: Names) -> dict[str, Row]:
    firms: dict[str, Row] = {}
    for row in rows:
        if row.get("supplier"):
            firms.setdefault(names.firm(row["supplier"]), row)
    return firms


def _tops(needs: Iterable[Need], parts: Catalogue, remarks: Remarks) -> dict[str, Row]:
    """Without a list of products: what nothing else needs."""
    inner = {need.part for need in needs}
    tops = dict.fromkeys(need.parent for need in needs if need.parent not in inner)
    if tops:
        remarks.say("tops", products=", ".join(list(tops)[:8]), severity="warning")
    return {top: {"product": top, "_ref": parts[top].refs[0]} for top in tops}

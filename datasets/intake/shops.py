"""Countries of suppliers beside makers: a supplier's is that of production only where it makes the part itself."""

from __future__ import annotations

from dataclasses import replace

from ...graph import Message
from ...graph.errors import shorten
from .reckoned import with_column
from .table import Table
from .values import firm_key


def with_makers_that_sell(table: Table) -> Table:
    """Return a table in which the country of a supplier is that of production where the supplier is the maker.

    So it is on each line that names one firm as both, and on all lines where the column of makers is blank.
    """
    if table.form or "country" in table.roles or not {"billing_country", "maker"} <= table.roles.keys():
        return table
    (at, *_), makers = table.roles["billing_country"], table.texts("maker")
    sellers = table.texts("supplier" if "supplier" in table.roles else "seller")
    named = any(makers)
    own = [
        cell if not named or (maker and seller and firm_key(maker) == firm_key(seller)) else None
        for cell, maker, seller in zip(table.cells(at), makers, sellers, strict=True)
    ]
    called = shorten(table.headers("billing_country")[0])
    notes = (*table.notes, *([Message("datasets.intake.shop_country", column=called)] if named else []))
    if not any(own):
        return replace(table, notes=notes)
    roles = {role: columns for role, columns in table.roles.items() if role != "billing_country"}
    return with_column(replace(table, roles=roles, notes=notes), "country", table.names[at], own, table.letters[at])

"""The cells of a table of parts as they are meant: one step after the other, and what each has to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from ...graph import Message
from .bases import for_one, without_lots
from .cancellations import without_cancelled
from .reversals import with_reversals
from .spoiled import without_cut_numbers
from .stand_ins import with_dittos, without_customers, without_itself, without_nobody
from .standing import of_ended, of_given
from .words import FIRMS


def cleaned(
    data: pl.DataFrame, names: Sequence[str], roles: Mapping[str, Sequence[int]], carried: frozenset[str], *, form: bool
) -> tuple[pl.DataFrame, tuple[Message, ...]]:
    """Return lines with what stands in their cells as it is meant, and what was done; of a ``form`` only dittos.

    Parameters
    ----------
    data : polars.DataFrame
        The number of the row, and the cells.
    names : sequence of str
        Headers of the cells' columns.
    roles : mapping of role to columns
        What the columns are.
    carried : frozenset of str
        Roles in which a ditto is what stands above it.
    form : bool
        Whether it is a sheet of the audit workbook that is no table of parts.
    """
    data, same = with_dittos(data, names, [i for role in carried for i in roles.get(role, ())])
    if form:
        return data, same
    firms = [i for role in sorted(FIRMS) for i in roles.get(role, ())]
    data, nobody = without_nobody(data, names, firms)
    data, given = without_customers(data, names, firms)
    data, own = without_itself(data, names, firms, roles.get("country", ()))
    data, shared = for_one(data, names, roles.get("quantity", ()), roles.get("base", ()), "date" in roles)
    data, lots = without_lots(data, names, roles.get("quantity", ()))
    data, back = with_reversals(data, names, roles)
    data, off = without_cancelled(data, names, roles)
    data, cut = without_cut_numbers(data, names, roles)
    standing = roles.get("standing", ())
    said = (*of_ended(data, names, standing), *of_given(data, names, standing))
    return data, (*same, *nobody, *given, *own, *shared, *lots, *back, *off, *cut, *said)

"""Several rows of one source as one, and one source as each of its sellers has it."""

from __future__ import annotations

from dataclasses import replace

from .cells import either
from .company import Source


def absorb(known: Source, more: Source) -> None:
    """Two rows of one source: amounts and shares add up, a blank is what the other says, of two times either holds.

    An amount that one leaves blank the other does not say: what is spent is then at least the one that is stated. Who else
    sells it stays known: each of them speaks of its own part.
    """
    if known.traded or None not in (known.vendor, more.vendor) and known.vendor != more.vendor:
        known.traded = known.traded or {known.vendor: replace(known, refs=[*known.refs], tellers=[])}
        mine = replace(more, refs=[*more.refs])
        if known.traded.setdefault(more.vendor, mine) is not mine:
            absorb(known.traded[more.vendor], mine)
        known.tellers += [more.vendor] if more.vendor and not known.is_of(more.vendor) else []
    known.refs += more.refs
    known.spend_open = known.spend_open or more.spend_open
    stated = [spend for spend in (known.spend, more.spend) if spend is not None]
    known.spend = sum(stated) if stated else None
    known.share_open = known.share_open or more.share_open
    if known.share_open:
        known.share, known.basis = None, "unknown"
    elif known.share is not None and more.share is not None:
        known.share += more.share
    else:
        known.share, known.basis = (known.share, known.basis) if known.share is not None else (more.share, more.basis)
    for name in ("vendor", "qualified", "qualified_date"):
        if getattr(known, name) is None:
            setattr(known, name, getattr(more, name))
    known.lead_days = either([known.lead_days, more.lead_days])
    known.switch_days = either([known.switch_days, more.switch_days])


def by_seller(source: Source) -> list[Source]:
    """A source as one for each who sells it: of its share and amount they have what their rows say, if all of them do.

    A time is that of a seller's own rows; where these leave it blank, what the others say of the plant.
    """
    rows = source.traded.values()
    weights = [row.spend if source.basis == "spend" else row.share for row in rows]
    total = sum(weight or 0.0 for weight in weights)
    told = None not in weights and total > 0 and source.share is not None
    return [
        replace(
            source,
            vendor=row.vendor,
            share=(source.share or 0.0) * (weight or 0.0) / total if told else None,
            basis=source.basis if told else "unknown",
            lead_days=source.lead_days if row.lead_days is None else row.lead_days,
            switch_days=source.switch_days if row.switch_days is None else row.switch_days,
            spend=row.spend,
            spend_open=row.spend_open,
            refs=[*row.refs],
            tellers=[],
            traded={},
        )
        for row, weight in zip(rows, weights, strict=True)
    ]

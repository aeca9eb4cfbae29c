"""Several rows of one source as one, several sources of which nobody said which it is, and a source as its sellers have it.

What rows state is told in one way: one statement holds; of two times either does, or one between them; of a yes and a no
nobody knows which. A blank beside them adds nothing where all rows speak of one source. Where each of them speaks of its own
it may be anything, until a row of the one that it turns out to be says what: then that holds, or what the others stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .cells import either
from .company import Source


def _said(rows: Sequence[Source], *, apart: bool) -> dict[str, Any]:
    """What rows say of the qualification and times of one source; ``apart``: it is one of theirs, nobody said which.

    What only some of several sources state is not known of the one that is theirs. It is kept (``perhaps``): of what a
    further row states of that one, and of this, either may hold.
    """
    told: dict[str, Any] = {"perhaps": {}}
    for name, of in (("qualified", _same), ("qualified_date", max), ("lead_days", either), ("switch_days", either)):
        values = [getattr(row, name) for row in rows]
        stated = [value for value in values if value is not None]
        each = [*stated, *(row.perhaps[name] for row in rows if name in row.perhaps)]
        every = of(each) if each else None
        known = None not in values if apart else bool(stated)
        if name == "qualified_date":  # the latest of one source's rows; of several sources the one that all of them state
            known = known and {every} == (set(values) if apart else {max(stated)})
        told[name] = every if known else None
        if every is not None and not known:
            told["perhaps"][name] = every
        if name == "qualified":
            told["qualified_open"] = any(row.qualified_open for row in rows) or len(set(each)) > 1
    if told["qualified_open"]:
        told["qualified"] = None
    return told


def _same(answers: Sequence[bool]) -> bool | None:
    return answers[0] if len(set(answers)) == 1 else None


def joined(one: Source, more: Source) -> Source:
    """Return two rows of one source as one: amounts and shares add up, and what one leaves blank the other says.

    An amount that one leaves blank the other does not say: what is spent is then at least the one that is stated. Who else
    sells it stays known: each of them speaks of its own part.
    """
    spent = [spend for spend in (one.spend, more.spend) if spend is not None]
    shares = [share for share in (one.share, more.share) if share is not None]
    open_ = one.share_open or more.share_open
    vendor = more.vendor if one.vendor is None else one.vendor
    known = {one.maker, vendor, *one.tellers}
    others = dict.fromkeys(name for name in (more.vendor, *more.tellers) if name and name not in known)
    return replace(
        one,
        vendor=vendor,
        share=None if open_ or not shares else sum(shares),
        basis="unknown" if open_ else more.basis if one.share is None else one.basis,
        spend=sum(spent) if spent else None,
        spend_open=one.spend_open or more.spend_open,
        share_open=open_,
        refs=list(dict.fromkeys([*one.refs, *more.refs])),
        tellers=[*one.tellers, *others],
        traded=_traded(one, more),
        **_said((one, more), apart=False),
    )


def _traded(one: Source, more: Source) -> dict[str | None, Source]:
    """What each seller's rows say, where there are several of them."""
    if not (one.traded or more.traded) and (None in (one.vendor, more.vendor) or one.vendor == more.vendor):
        return {}
    rows = dict(one.traded or {one.vendor: replace(one, tellers=[])})
    for vendor, row in (more.traded or {more.vendor: more}).items():
        rows[vendor] = joined(rows[vendor], row) if vendor in rows else row
    return rows


def any_of(sources: Sequence[Source]) -> Source:
    """Return one source in place of several of which nobody said which it is: it has all of their shares and amounts."""
    first = sources[0]
    if len(sources) == 1:
        return replace(first, refs=[*first.refs], tellers=[*first.tellers])
    each = {name: {getattr(one, name) for one in sources} for name in ("maker", "vendor", "country")}
    agreed = {name: values.pop() if len(values) == 1 else None for name, values in each.items()}
    shares, spends = [one.share for one in sources], [one.spend for one in sources if one.spend is not None]
    return replace(
        first,
        maker=agreed["maker"] or "",
        vendor=agreed["vendor"],
        country=agreed["country"],
        share=None if None in shares else sum(filter(None, shares)),
        spend=sum(spends) if spends else None,
        spend_open=any(one.spend_open for one in sources) or 0 < len(spends) < len(sources),
        refs=list(dict.fromkeys(ref for one in sources for ref in one.refs)),
        tellers=list(dict.fromkeys(name for one in sources for name in one.tellers)),
        **_said(sources, apart=True),
    )


def by_seller(source: Source) -> list[Source]:
    """Return a source as one for each who sells it: of its share and amount each has what its rows say, if all of them do.

    Times and qualification are those of a seller's own rows: what the others say is of the plant that they sell from.
    """
    rows = source.traded.values()
    weights = [row.spend if source.basis == "spend" else row.share for row in rows]
    total = sum(weight or 0.0 for weight in weights)
    told = None not in weights and total > 0 and source.share is not None
    return [
        replace(
            row,
            maker=source.maker,
            country=source.country,
            share=(source.share or 0.0) * (weight or 0.0) / total if told else None,
            basis=source.basis if told else "unknown",
            share_open=source.share_open,
            refs=[*row.refs],
            tellers=[],
            traded={},
        )
        for row, weight in zip(rows, weights, strict=True)
    ]

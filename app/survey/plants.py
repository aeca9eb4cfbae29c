"""Places of makers: each is one source of a part, however many rows and replies speak of it."""

from __future__ import annotations

from ..audit.cells import either
from ..audit.company import Source
from ..audit.company_graph import plant_id


def one_each(sources: list[Source]) -> list[Source]:
    """Sources of which each place of a maker is one; what two rows say of it adds up, and of two times either holds."""
    found: dict[str, Source] = {}
    for source in sources:
        known = found.setdefault(plant_id(source), source)
        if known is not source:
            parts = (known.share, source.share)
            known.share = None if None in parts else sum(share or 0.0 for share in parts)
            known.basis = "unknown" if known.share is None else known.basis
            spends = [one.spend for one in (known, source) if one.spend is not None]
            known.spend = sum(spends) if spends else None
            known.spend_open = known.spend_open or source.spend_open or len(spends) == 1
            known.lead_days = either([known.lead_days, source.lead_days])
            known.switch_days = either([known.switch_days, source.switch_days])
            known.refs = list(dict.fromkeys([*known.refs, *source.refs]))
            known.tellers += [name for name in (source.vendor, *source.tellers) if name and not known.is_of(name)]
    return list(found.values())

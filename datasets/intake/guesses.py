"""What columns without a known header are, from their cells alone."""

from __future__ import annotations

from collections.abc import Sequence

from .columns import CONTENT, Columns
from .profiles import Profile
from .settling import MOSTLY


def by_content(profiles: Sequence[Profile]) -> Columns:
    """Return what columns without a known header are taken for, from their cells alone: numbers of parts, names, a count.

    >>> from kanmon.datasets.intake.profiles import profile
    >>> table = [["X-1", "X-2"], ["Ruuvi", "Mutteri"], ["4", "8"]]
    >>> by_content([profile(column) for column in table]).roles
    {'part': (0,), 'name': (1,), 'quantity': (2,)}
    """
    roles: dict[str, tuple[int, ...]] = {}
    codes = [i for i, seen in enumerate(profiles) if seen.codes > MOSTLY and seen.distinct > 0.8 and seen.dates < 0.5]
    if codes:
        roles["part"] = (codes[0],)
    texts = [
        i
        for i, seen in enumerate(profiles)
        if seen.length > 1
        and seen.codes <= MOSTLY
        and seen.links < 0.5
        and seen.numeric < 0.5
        and seen.countries < 0.5
        and seen.dates < 0.5
    ]
    if texts:
        roles["name"] = (max(texts, key=lambda i: (profiles[i].fill * profiles[i].distinct * profiles[i].length, -i)),)
    counts = [i for i, seen in enumerate(profiles) if seen.integer > 0.9 and not seen.sequential and seen.dates < 0.5]
    if len(counts) == 1:
        roles["quantity"] = (counts[0],)
    if not texts and codes:
        roles["name"] = roles.pop("part")
    return Columns(roles, {i: CONTENT for places in roles.values() for i in places})

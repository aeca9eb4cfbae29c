"""What a supplier hands on about a stop, without saying why: how much of its output stops, from which day, how much is lost.

Three figures of one output under a stop of ``length`` days, each with a least and a greatest value:

- ``stops``: the part of the output that is missing once no stock is left (0..1);
- ``lost``: the part of the output of those days that is lost (0..1);
- ``day``: the first day of a shortage (``length``: none).

The buyer turns them back into what its own network can work with: a source behind the supplier that loses a **rate** of its
output, and a **stock** there. One plant that loses the rate r of a requirement and holds s days of it runs short from day
s / r, and loses r L - s days of L.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from .changes import Change, reduce, stockpile

Bounds = tuple[float, float]
"""Least and greatest."""
_LEAST = 1e-9


@dataclass(frozen=True)
class HandedOn:
    """What a stop of ``length`` days does to an output, each figure as (least, greatest)."""

    stops: Bounds
    lost: Bounds
    day: Bounds
    length: float

    def at_most(self) -> HandedOn:
        """Return what it says of a threat that takes no more, or that lasts longer: no loss is certain, and none earlier."""
        return HandedOn((0.0, self.stops[1]), (0.0, self.stops[1]), (self.day[0], self.length), self.length)

    def changes(self, source: str, item: str, later: tuple[str, str], days: float = math.inf) -> list[Change]:
        r"""Return it as changes for a ``source`` whose ``item`` the supplier cannot do without, and of another such pair.

        The stop that they are part of lasts ``days`` where these are fewer: nothing goes on when it is over.

        What the course in between was, nobody was told. The highest course that the figures allow begins on the earliest day
        at the highest rate, until the most is lost that may be; the lowest one loses as late as it can. With L the length,
        the source loses a rate in ``stops`` until day t, and the stock behind it lies between

        .. math::

            s_{least} = stops_{high} \cdot day_{low}, \qquad
            s_{most} = \max\left(s_{least}, L \cdot stops_{low} \left(1 - \frac{lost_{low}}{stops_{high}}\right)\right),

            t = day_{low} + L \cdot \frac{lost_{high}}{stops_{high}}

        so that no loss which the figures allow is above the possible loss worked out with it. Where t is before the end, the
        ``later`` pair carries the lowest course, which goes on: so that none is below the certain loss, either.

        >>> half = HandedOn((0.5, 0.5), (0.25, 0.25), (90.0, 90.0), 180.0)
        >>> [(change.kind, change.share, change.days) for change in half.changes("behind", "ore", ("last", "salt"))]
        [('reduce', 0.5, 0.0), ('stockpile', 1.0, 45.0)]

        Somebody else delivers from day 100 on, of which only what is lost tells:

        >>> back = HandedOn((1.0, 1.0), (0.375, 0.375), (25.0, 25.0), 200.0)
        >>> [(change.item, change.lasts, change.days) for change in back.changes("behind", "ore", ("last", "salt"))]
        [('ore', 100.0, 0.0), ('ore', None, (25.0, 125.0)), ('salt', None, 0.0), ('salt', None, 125.0)]
        """
        low, high = self.stops
        if high <= _LEAST:
            return []
        first = min(self.day[0], self.length)
        least = high * first
        most = max(least, self.length * low * (1.0 - min(1.0, self.lost[0] / high)))
        until = first + self.length * self.lost[1] / high
        rate, stock = (low if low == high else (low, high)), (least if least == most else (least, most))
        if until >= min(days, self.length) - _LEAST:
            return [reduce(source, rate, item=item), stockpile(item, stock)]
        soonest = [reduce(source, rate, item=item, lasts=until), stockpile(item, stock)]
        return [*soonest, reduce(later[0], low, item=later[1]), stockpile(later[1], most)]


def joined(figures: Iterable[HandedOn]) -> HandedOn:
    """Return bounds that hold for whichever of the figures is the true one: the least and the greatest of each."""
    found = list(figures)

    def ends(each: list[Bounds]) -> Bounds:
        return min(low for low, _ in each), max(high for _, high in each)

    return HandedOn(
        ends([one.stops for one in found]),
        ends([one.lost for one in found]),
        ends([one.day for one in found]),
        found[0].length,
    )

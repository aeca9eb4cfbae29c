"""Changes: what may happen to a supplier, a country or an item, and when; the parts of a scenario."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...graph import InputError
from ...graph.arguments import check_flags, checked, named
from ...graph.errors import shorten

Share = float | tuple[float, float]
KINDS = ("halt", "embargo", "reduce", "add_source", "substitute", "stockpile", "spare_capacity")
STOPPING = ("halt", "embargo", "reduce")
"""Kinds that take something away."""
OPENING = ("add_source", "substitute", "spare_capacity")
"""Kinds that bring something: their start is the day when they are ready, and their ramp leads up to it."""


@checked()
@dataclass(frozen=True, slots=True)
class Change:
    """One change; use the functions of this module (`halt`, `embargo`, ...) to make one.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    node : str or None
        The supplier, country or item that the change is about.
    item : str or None
        Only this item (default: everything that the node supplies).
    to : tuple of str
        Buyers that an embargo is aimed at: countries or companies; empty for everybody abroad.
    share : float or (float, float)
        How much: part of the output lost or cut, or added as a part of today's market (0..1, spare capacity any); a pair
        where only its bounds are known.
    days : float or (float, float)
        Days of stock at today's use; a pair where only its bounds are known.
    by : str or None
        The item that substitutes.
    inputs : bool
        Whether an added source needs the item's usual inputs (recycling does not).
    start : float
        The day from which the change is there: a threat begins, a source or a stock is ready.
    lasts : float or None
        Days until it is over (None: for good).
    ramp : float
        Days until everything is at its full again: after a threat, or from the start of a source.
    holder : str or None
        Who holds the stock: a country or company (None: the users of the item, each its own).
    release : float or None
        Most that a holder's stock gives, as a part of its place's use a day (None: as much as is short).
    """

    kind: str
    node: str | None = None
    item: str | None = None
    to: tuple[str, ...] = ()
    share: Share = 1.0
    days: Share = 0.0
    by: str | None = None
    inputs: bool = True
    start: float = 0.0
    lasts: float | None = None
    ramp: float = 0.0
    holder: str | None = None
    release: float | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest ``share`` (of a stock: ``days``)."""
        value = self.days if self.kind == "stockpile" else self.share
        return value if isinstance(value, tuple) else (value, value)

    def steps(self) -> list[tuple[float, float]]:
        """Return from which day on the change is in force by how much (0..1); before the first day not at all.

        A ramp of n days has n + 1 equal steps, one a day, and the area of a straight line.

        >>> from kanmon.risk import halt
        >>> halt("CHN", lasts=30, ramp=2).steps()
        [(0.0, 1.0), (30.0, 0.6666666666666667), (31.0, 0.33333333333333337), (32.0, 0.0)]
        """
        count = math.ceil(self.ramp)
        parts = [(self.ramp * i / count, (i + 1) / (count + 1)) for i in range(count)]
        if self.kind in OPENING:
            found = [(self.start + day, part) for day, part in parts] + [(self.start + self.ramp, 1.0)]
            if self.lasts is None:
                return found
            end = self.start + self.lasts
            return [step for step in found if step[0] < end] + [(end, 0.0)]
        found = [(self.start, 1.0)]
        if self.lasts is not None:
            end = self.start + self.lasts
            found += [(end + day, 1.0 - part) for day, part in parts] + [(end + self.ramp, 0.0)]
        return found


@named
def halt(node: str, *, item: str | None = None, start: float = 0, lasts: float | None = None, ramp: float = 0) -> Change:
    """Return a halt: ``node`` stops, a supplier, everybody in a country, or all production of an item; exports and home use.

    Parameters
    ----------
    node : str
        Who stops.
    item : str, optional
        Only its production of that item stops.
    start, lasts, ramp : float
        The day when it begins; the days that it lasts (default: for good); the days until all is back after it, in equal
        daily steps. `embargo` and `reduce` take the same.

    Raises
    ------
    InputError
        A node or item that is no name, days that are negative or not finite, or a ramp without an end.

    Examples
    --------
    >>> halt("CHN", item="ndfeb_magnet", lasts=30).steps()
    [(0.0, 1.0), (30.0, 0.0)]
    """
    return Change("halt", *_whose("halt", node, item), **_time("halt", start, lasts, ramp))


@named
def reduce(
    node: str, share: Share, *, item: str | None = None, start: float = 0, lasts: float | None = None, ramp: float = 0
) -> Change:
    """Return a reduction: ``node`` loses ``share`` (0..1) of its output, with ``item`` only of that item.

    Parameters
    ----------
    node : str
        A supplier, a country, or an item (all production of it).
    share : float or (float, float)
        Part of the output that is lost, 0..1, or its least and greatest part.
    item : str, optional
        Only this item.
    start, lasts, ramp : float
        As in `halt`.

    Raises
    ------
    InputError
        A share outside 0..1 (`embargo`, `add_source` and `substitute` raise it too), or names and days as in `halt`.

    Examples
    --------
    >>> reduce("CHN", (0.2, 0.5), item="gallium_primary").bounds
    (0.2, 0.5)
    """
    names = _whose("reduce", node, item)
    return Change("reduce", *names, share=_part("reduce", share), **_time("reduce", start, lasts, ramp))


@named
def embargo(
    node: str,
    *,
    item: str | None = None,
    to: str | Iterable[str] | None = None,
    share: Share = 1.0,
    start: float = 0,
    lasts: float | None = None,
    ramp: float = 0,
) -> Change:
    """Return an embargo: ``node`` (a country or a supplier) cuts ``share`` (0..1) of its exports.

    Parameters
    ----------
    node : str
        Who stops selling; its own country's industry goes on.
    item : str, optional
        Only this item.
    to : str or iterable of str, optional
        Countries or companies that are cut off (default: everybody abroad).
    share : float or (float, float)
        Part of the sales that is cut, 0..1, or the least and greatest part where it is not known.
    start, lasts, ramp : float
        As in `halt`; errors are those of `reduce`.

    >>> embargo("CHN", item="ndfeb_magnet", to="JPN", share=(0.5, 1.0)).bounds
    (0.5, 1.0)
    """
    buyers = () if to is None else tuple(to) if isinstance(to, Iterable) and not isinstance(to, str) else (to,)
    buyers = tuple(_name("embargo", "to", buyer) for buyer in buyers)
    names = _whose("embargo", node, item)
    return Change("embargo", *names, buyers, _part("embargo", share), **_time("embargo", start, lasts, ramp))


@named
def add_source(
    item: str,
    share: Share,
    *,
    node: str | None = None,
    recycling: bool = False,
    ready: float = 0,
    lasts: float | None = None,
    ramp: float = 0,
) -> Change:
    """Return a new source of ``item`` that can deliver ``share`` (0..1) of today's market.

    Parameters
    ----------
    item : str
        What it delivers.
    share : float
        How much, as a part of the market that it delivers to, 0..1.
    node : str, optional
        The country or company where it stands; it then shares that place's fate. Default: a place that no scenario touches.
    recycling : bool
        A secondary source: it needs none of the item's usual inputs.
    ready, lasts, ramp : float
        The day of its first delivery; the days that it delivers (default: for good); the days until it delivers all of its
        share, in equal daily steps. Errors are those of `reduce`.

    >>> add_source("ndfeb_magnet", 0.2, node="JPN", ready=90, ramp=1).steps()
    [(90.0, 0.5), (91.0, 1.0)]
    """
    when = _time("add_source", ready, lasts, ramp, "ready")
    check_flags("add_source", recycling=recycling)
    node, item = _name("add_source", "node", node, needed=False), _name("add_source", "item", item)
    return Change("add_source", node, item, share=_part("add_source", share), inputs=not recycling, **when)


@named
def substitute(item: str, by: str, share: Share, *, ready: float = 0, lasts: float | None = None, ramp: float = 0) -> Change:
    """Return a substitution: where ``item`` is short, item ``by`` can stand in for ``share`` (0..1) of its market.

    ``ready``, ``lasts`` and ``ramp`` are those of `add_source`, errors those of `reduce`.

    >>> substitute("ndfeb_magnet", "ferrite_magnet", 0.3, ready=180).steps()
    [(180.0, 1.0)]
    """
    when = _time("substitute", ready, lasts, ramp, "ready")
    item, by = _name("substitute", "item", item), _name("substitute", "by", by)
    return Change("substitute", None, item, share=_part("substitute", share), by=by, **when)


@named
def stockpile(
    item: str, days: Share, *, start: float = 0, holder: str | None = None, release: float | None = None
) -> Change:
    """Return a stock of ``item``, full on day ``start``.

    Parameters
    ----------
    item : str
        What is held. A stock of the product that is asked about is held by whoever buys it.
    days : float or (float, float)
        Its size in days of today's use, 0 or more; a pair where only its bounds are known.
    start : float
        The day from which it is there.
    holder : str, optional
        Default: the users of the item, each days of its own. A country or company: a reserve for those who stand there.
    release : float, optional
        Most that the reserve of a ``holder`` gives, as a part of its place's use a day (default: whatever is short).

    Raises
    ------
    InputError
        Days that are negative or not finite, no item, a release of 0 or less, or a release without a holder.

    >>> stockpile("ndfeb_magnet", (30, 60)).bounds
    (30.0, 60.0)
    """
    if not isinstance(item, str) or not item:
        raise InputError("risk.scenario.stock_item")
    if release is not None and holder is None:
        raise InputError("risk.scenario.release_holder", item=shorten(item))
    if release is not None and _number("stockpile", "release", release) == 0:
        raise InputError("risk.scenario.release", value=shorten(release))
    pair = days if isinstance(days, (tuple, list)) else (days,)
    bounds = [_number("stockpile", "days", one) for one in pair]
    if len(bounds) not in {1, 2} or bounds[0] > bounds[-1]:
        raise InputError("risk.scenario.days", kind="stockpile", name="days", value=shorten(days))
    size = bounds[0] if bounds[0] == bounds[-1] else (bounds[0], bounds[1])
    start = _number("stockpile", "start", start)
    part = None if release is None else float(release)
    holder = _name("stockpile", "holder", holder, needed=False)
    return Change("stockpile", None, item, days=size, start=start, holder=holder, release=part)


@named
def spare_capacity(
    node: str, share: Share, *, item: str | None = None, ready: float = 0, lasts: float | None = None, ramp: float = 0
) -> Change:
    """Return spare capacity: ``node`` can raise its output by ``share`` (0.2 is a fifth).

    A plant whose sourcing is known finds the inputs for it, as far as it gets those of today; the makers of a market have
    no more of what they need than there is. It is of the output that is stated as the node's: what the node may hold besides
    of supply that nobody is named for makes no more. With ``item`` only its output of that item; ``ready``, ``lasts`` and
    ``ramp`` are those of `add_source`.

    Raises
    ------
    InputError
        A share that is negative or not finite, or days as in `halt`.

    Examples
    --------
    >>> spare_capacity("JPN", 0.2, item="ndfeb_magnet", ready=30).bounds
    (0.2, 0.2)
    """
    when = _time("spare_capacity", ready, lasts, ramp, "ready")
    names = _whose("spare_capacity", node, item)
    return Change("spare_capacity", *names, share=_part("spare_capacity", share, float("inf")), **when)


def _name(kind: str, key: str, value: Any, needed: bool = True) -> Any:
    """Return an id, or raise; None would be read as everybody, or as somebody whom nobody names."""
    if (needed or value is not None) and not (isinstance(value, str) and value):
        raise InputError("risk.scenario.name", kind=kind, key=key, value=shorten(value))
    return value


def _whose(kind: str, node: Any, item: Any) -> tuple[str, str | None]:
    """Return the node and the item of a change, checked."""
    return _name(kind, "node", node), _name(kind, "item", item, needed=False)


def _time(kind: str, start: Any, lasts: Any, ramp: Any, begins: str = "start") -> dict[str, Any]:
    """Return the days of a change, checked."""
    when = {
        "start": _number(kind, begins, start),
        "lasts": None if lasts is None else _number(kind, "lasts", lasts),
        "ramp": _number(kind, "ramp", ramp),
    }
    if when["ramp"] and lasts is None and kind not in OPENING:
        raise InputError("risk.scenario.ramp_end", kind=kind)
    return when


def _number(kind: str, name: str, value: Any) -> float:
    """Return a number of days, or raise."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if isinstance(value, bool) or not 0 <= number < math.inf:
        raise InputError("risk.scenario.days", kind=kind, name=name, value=shorten(value))
    return number


def _part(kind: str, share: Any, most: float = 1.0) -> Share:
    """Return a part, or its bounds, as numbers."""
    try:
        bounds = [float(one) for one in share] if isinstance(share, (tuple, list)) else [float(share)]
    except (TypeError, ValueError, OverflowError):
        bounds = []
    if (
        len(bounds) not in {1, 2}
        or not all(0 <= one <= most and one < float("inf") for one in bounds)
        or bounds[0] > bounds[-1]
    ):
        raise InputError("risk.scenario.part" if most == 1 else "risk.scenario.size", kind=kind, value=shorten(share))
    return bounds[0] if bounds[0] == bounds[-1] else (bounds[0], bounds[1])

"""Intervals: a figure and how much of it is not known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .arguments import checked
from .errors import InputError, did_you_mean, nearest, shorten


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval ``[low, high]`` that contains the true figure; a point when nothing is missing.

    Sum and product are those of interval arithmetic: the exact range when the operands vary independently.

    Raises
    ------
    InputError
        ``low > high``, or a bound that is not a number.

    >>> Interval(0.3856, 0.4432)
    Interval(0.3856, 0.4432)
    >>> 0.4 in Interval(0.3856, 0.4432), Interval.point(0.5).exact
    (True, True)
    >>> f"{Interval(0.3856, 0.4432):.2f}"
    '0.39–0.44'
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        try:
            wrong = math.isnan(self.low) or math.isnan(self.high) or self.low > self.high
        except (TypeError, OverflowError):
            wrong = True
        if wrong:
            raise InputError("graph.interval.reversed", low=shorten(self.low), high=shorten(self.high))

    @classmethod
    def point(cls, value: float) -> Interval:
        """Return the interval that holds one value."""
        return cls(value, value)

    @classmethod
    @checked()
    def of(cls, row: Any, figure: str) -> Interval:
        """Return the interval of a figure in a row: its ``{figure}_low`` and ``{figure}_high``.

        Parameters
        ----------
        row : mapping or frame of one row
            What ``frame.row(0, named=True)`` gives, or the frame itself.
        figure : str
            ``"kept"``, ``"hhi"``, ``"loss"``, ...

        Raises
        ------
        InputError
            The frame has another number of rows, or the row has no such figure.

        >>> Interval.of({"hhi_low": 0.25, "hhi_high": 0.5}, "hhi")
        Interval(0.25, 0.5)
        """
        if hasattr(row, "iter_rows"):
            if row.height != 1:
                raise InputError("graph.interval.rows", count=row.height)
            row = row.row(0, named=True)
        if not hasattr(row, "get"):
            raise InputError("graph.interval.no_row", kind=type(row).__name__)
        low, high = row.get(f"{figure}_low"), row.get(f"{figure}_high")
        if low is None or high is None:
            known = sorted(name[:-4] for name in row if str(name).endswith("_low"))
            hint = did_you_mean(nearest(figure, known))
            raise InputError("graph.interval.figure", figure=shorten(figure), hint=hint)
        return cls(low, high)

    @property
    def exact(self) -> bool:
        """Whether nothing is missing: both bounds are equal."""
        return self.low == self.high

    @property
    def width(self) -> float:
        """How much is not known: ``high - low``."""
        return self.high - self.low

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __iter__(self) -> Iterator[float]:
        yield self.low
        yield self.high

    def __add__(self, other: Interval | float) -> Interval:
        other = _interval(other)
        return Interval(self.low + other.low, self.high + other.high)

    __radd__ = __add__

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | float) -> Interval:
        return self + -_interval(other)

    def __rsub__(self, other: float) -> Interval:
        return -self + other

    def __mul__(self, other: Interval | float) -> Interval:
        other = _interval(other)
        products = [a * b for a in self for b in other]
        return Interval(min(products), max(products))

    __rmul__ = __mul__

    def __format__(self, spec: str) -> str:
        low, high = format(self.low, spec), format(self.high, spec)
        return low if low == high else f"{low}–{high}"

    def _repr_html_(self) -> str:
        return f"<b>{self:.4g}</b>"

    def __repr__(self) -> str:
        return f"Interval({self.low:.10g}, {self.high:.10g})"


def _interval(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval.point(float(value))

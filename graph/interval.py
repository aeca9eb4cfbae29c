"""Intervals: a figure and how much of it is not known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import InputError


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
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise InputError("graph.interval.reversed", low=self.low, high=self.high)

    @classmethod
    def point(cls, value: float) -> Interval:
        """Return the interval that holds one value."""
        return cls(value, value)

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

    def __repr__(self) -> str:
        return f"Interval({self.low:.10g}, {self.high:.10g})"


def _interval(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval.point(float(value))

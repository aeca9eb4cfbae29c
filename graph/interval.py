"""Intervals: a figure and how much of it is not known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .arguments import checked
from .errors import InputError, did_you_mean, nearest, shorten
from .messages import text

NOISE = 1e-9
"""What a sum of parts may be out by: less than this is nothing, and all but this is all."""


def in_percent(part: float, bound: str | None = None) -> str:
    """Return a part of 1 (or its ``bound`` as text) in whole percent: a little is not nothing, nor nearly all of it all.

    >>> [in_percent(part) for part in (0.424, 0.005, 0.995, 1e-12, 1.0)]
    ['42%', '<1%', '>99%', '0%', '100%']
    """
    shown = f"{part:.0%}" if bound is None else bound
    if shown == "0%" and part > NOISE:
        return "<1%"
    return ">99%" if shown == "100%" and part < 1 - NOISE else shown


def at_least(value: float, spec: str = ".0%") -> str:
    """Return a lower bound as text, never above what it is.

    >>> at_least(0.667), at_most(0.661), at_least(0.3856, ".2f"), at_most(1234.2, ",.0f"), at_least(0.006)
    ('66%', '67%', '0.38', '1,235', '0%')
    """
    return _outward(value, spec, -1)


def at_most(value: float, spec: str = ".0%") -> str:
    """Return an upper bound as text, never below what it is."""
    return _outward(value, spec, 1)


def _outward(value: float, spec: str, way: int) -> str:
    """Return a number as text, not below it (way 1) or not above (way -1): one unit of its last place further if need be."""
    # With "#" zeros at the end stay: the last place of 0.40004 in ".4g" is its fourth.
    digits = format(value, "#" + spec.lstrip("<>^=+- 0123456789")).replace(",", "")
    unit = 0.01 if digits.endswith("%") else 1.0
    mantissa, _, power = digits.rstrip("%").partition("e")
    step = unit * 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    # From what is shown, not from the value: 0.6% less one per cent would be "-0%".
    shown = float(digits.rstrip("%")) * unit
    return format(shown + way * step if way * (value - shown) > 1e-9 * max(step, abs(value)) else value, spec)


def ranged(low: str, high: str, lang: str | None = None) -> str:
    """Return two bounds, each as text, as one range in ``lang`` (default: the reader's); two percentages share one sign.

    >>> ranged("39%", "62%", "en"), ranged("39%", "62%", "ja"), ranged("30", ">99%", "en")
    ('39–62%', '39〜62%', '30–>99%')
    """
    return text("graph.words.range", lang, low=low.removesuffix("%") if high.endswith("%") else low, high=high)


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
    >>> f"{Interval(0.3856, 0.4432):.2f}"  # a bound is never narrowed
    '0.38–0.45'
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
        return self.text(spec)

    def text(self, spec: str = "", lang: str | None = None) -> str:
        """Return it as text in ``lang`` (default: the reader's): its bounds in a format, never narrowed; a point as one.

        >>> Interval(0.3856, 0.4432).text(".2f", "ja")
        '0.38〜0.45'
        """
        low, high = format(self.low, spec), format(self.high, spec)
        return low if low == high else ranged(at_least(self.low, spec), at_most(self.high, spec), lang)

    def _repr_html_(self) -> str:
        return f"<b>{self:.4g}</b>"

    def __repr__(self) -> str:
        return f"Interval({self.low:.10g}, {self.high:.10g})"


def _interval(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval.point(float(value))

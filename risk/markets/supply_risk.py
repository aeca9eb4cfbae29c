"""Supply risk of raw materials by the EU's formula, from figures or from trade, and import reliance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import reduce
from numbers import Real
from typing import Any, overload

import narwhals as nw

from ...graph import InputError, Interval
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest, shorten
from ...graph.frames import any_frame, check_columns
from .governance import governance_hhi
from .trade import first, ordered, tidy

REQUIRED: Any = object()
"""Default of a figure that has none: it must be given, unless a frame is."""
Figure = float | Interval | None
_FACTORS = ("hhi_global", "hhi_sourcing", "import_reliance", "eol_recycling", "substitution")
_FLOWS = ("imports", "exports", "production", "stock_release")


@overload
def supply_risk(
    hhi_global: float,
    hhi_sourcing: float,
    import_reliance: float,
    eol_recycling: float = ...,
    substitution: float = ...,
) -> float: ...
@overload
def supply_risk(
    hhi_global: Figure,
    hhi_sourcing: Figure,
    import_reliance: Figure = ...,
    eol_recycling: Figure = ...,
    substitution: Figure = ...,
) -> float | Interval: ...
@overload
def supply_risk(hhi_global: Any) -> Any: ...
@checked()
def supply_risk(
    hhi_global: Any,
    hhi_sourcing: Any = REQUIRED,
    import_reliance: Figure = None,
    eol_recycling: Figure = None,
    substitution: Figure = None,
) -> Any:
    r"""Return the supply risk of a raw material by the formula of the EU's lists of critical raw materials.

    .. math:: SR = \left[ HHI_{GS} \frac{IR}{2} + HHI_{S} \left(1 - \frac{IR}{2}\right) \right] (1 - EoL_{RIR}) \; SI

    with the governance-weighted HHIs (`governance_hhi`) of global supply and of sourcing [S]. On the 0..10 scale SR >= 1.0
    counts as high (EU-CRM-SR, only together with economic importance >= 2.8). IR, EoL_RIR and SI are [GK] in the form: see
    `import_reliance`. With inputs other than the European Commission's the figure is a supply risk by that formula, not "the
    EU score".

    Parameters
    ----------
    hhi_global, hhi_sourcing : float, Interval
        :math:`HHI_{WGI,t}` of global supply and of the buyer's sourcing, 0 or more (0..10 for t = 1). The Commission takes,
        of a material's extraction and processing, the stage with the higher risk; that choice is the caller's.
    import_reliance : float, Interval, None
        0..1.
    eol_recycling : float, Interval, None
        End-of-life recycling input rate, 0..1: share of the material input that comes from old scrap.
    substitution : float, Interval, None
        Substitution index, 0..1; 1 = no substitute.

        ``None`` (not known) means anything from 0 to 1 for these three: a wide interval, never a zero.

        Instead of figures, one frame of any kind may be given whose columns carry the parameters' names (or ``NAME_low``
        and ``NAME_high``); the result is the frame with ``sr_low``, ``sr_high`` and ``reason`` (``hhi_missing`` and
        ``out_of_range`` leave a blank; ``fraction_missing``: one of the three had to be taken as 0..1, as where its column
        is not there).

    Returns
    -------
    float, Interval or frame
        The exact range when inputs are intervals (the formula is linear in each input: the extremes lie at corners).

    Raises
    ------
    InputError
        An HHI is missing or negative, or a fraction lies outside 0..1.

    References
    ----------
    .. [1] Blengini et al. (2017), doi:10.2760/73303.
    .. [2] Regulation (EU) 2024/1252, Annex II.

    Examples
    --------
    >>> supply_risk(4.0, 2.0, 1.0, 0.25, 0.9)
    2.025
    >>> supply_risk(4.0, 2.0, 1.0, eol_recycling=None, substitution=Interval(0.9, 1.0))
    Interval(0, 3)
    """
    if _is_frame(hhi_global):
        return _risk_frame(hhi_global)
    figures: tuple[Any, ...] = (hhi_global, hhi_sourcing, import_reliance, eol_recycling, substitution)
    for name, figure in zip(_FACTORS[:2], figures, strict=False):
        _within("hhi_needed", name, None if figure is REQUIRED else figure, 0, math.inf)
    for name, figure in zip(_FACTORS[2:], figures[2:], strict=True):
        if figure is not None:
            _within("fraction", name, figure, 0, 1)
    low, high = _risk_bounds([_pair((0.0, 1.0) if f is None else f) for f in figures], min, max)
    return _answer(low, high, figures)


@checked()
def trade_supply_risk(
    trade: Any,
    importer: str,
    *,
    governance: Any = None,
    factors: Any = None,
    unique: bool = False,
) -> Any:
    r"""Return the supply risk of an importer's items as far as trade alone tells, by the formula of `supply_risk`.

    World exports stand in for global supply and the importer's imports for its sourcing, both on value, with t = 1 for all
    [P]. Import reliance, recycling and substitution come from ``factors``; what is not in it may be anything from 0 to 1, so
    that without it only the upper end says something. Not "the EU score": inputs differ.

    Parameters
    ----------
    trade : frame
        World trade; a year with one importer only has no global supply (blank, ``hhi_missing``).
    importer : str
        ISO3.
    governance, unique
        As in `governance_hhi`, and so are the errors (``factors`` without the item column is one, too).
    factors : frame, optional
        ``item`` or ``hs6``, and any of ``import_reliance, eol_recycling, substitution`` (or ``_low`` / ``_high`` of
        them), one row per item, same kind of frame as ``trade``.

    Returns
    -------
    frame
        Keys; ``value``; ``hhi_global_low/high``, ``hhi_sourcing_low/high`` (0..10); the factors; ``sr_low``, ``sr_high``;
        ``reason``.

    Examples
    --------
    >>> import polars as pl
    >>> flows = [("CHN", "JPN", 8.0), ("AUS", "JPN", 2.0), ("CHN", "USA", 10.0)]
    >>> trade = pl.DataFrame(flows, schema=["exporter", "importer", "value"], orient="row").with_columns(
    ...     hs6=pl.lit("811010"), year=2022)
    >>> rows = trade_supply_risk(trade, "JPN", governance={"CHN": 6.0, "AUS": 2.0})
    >>> rows.select("hhi_global_low", "hhi_sourcing_low", "sr_low", pl.col("sr_high").round(3), "reason").row(0)
    (4.88, 3.92, 0.0, 4.4, 'fraction_missing')
    """
    frame, item = tidy(trade)
    market = [item, "year"]
    own = nw.from_native(governance_hhi(frame, importer, governance=governance, unique=unique))
    own = own.select(*market, "value", hhi_sourcing_low="hhi_wgi_low", hhi_sourcing_high="hhi_wgi_high")
    world = governance_hhi(frame.with_columns(importer=nw.lit("world")), governance=governance)
    importers = frame.group_by("year").agg(nw.col("importer").n_unique().alias("_importers"))
    rows = own.join(nw.from_native(world).drop("importer", "value", "scored", "reason"), on=market, how="left")
    rows = rows.join(importers, on="year", how="left")
    worldwide = nw.col("_importers") > 1
    rows = rows.with_columns(
        importer=nw.lit(importer),
        hhi_global_low=nw.when(worldwide).then(nw.col("hhi_wgi_low")),
        hhi_global_high=nw.when(worldwide).then(nw.col("hhi_wgi_high")),
    )
    figures = [f"{name}_{end}" for name in _FACTORS[:2] for end in ("low", "high")]
    rows = rows.select(item, "importer", "year", "value", *figures)
    if factors is not None:
        factors = any_frame(factors)
        check_columns(factors, "factors", item)
        rows = rows.join(factors, on=item, how="left")
    return ordered(nw.from_native(supply_risk(rows)), *market)


@checked()
def import_reliance(
    imports: Any, exports: Figure = None, production: Figure = None, stock_release: float | Interval = 0.0
) -> Any:
    r"""Return net import reliance: the part of consumption that net imports cover.

    .. math:: IR = \frac{M - X + \Delta}{P + M - X + \Delta}

    With :math:`\Delta` = 0 the EU's import reliance [GK]; with the release from stocks the net import reliance of the US
    Geological Survey, whose published figures the tests reproduce. A net exporter gets 0: its consumption does not rely on
    imports.

    Parameters
    ----------
    imports, exports, production, stock_release : float or Interval
        In one unit (weight of the contained element, as a rule). Production from primary material and old scrap as the
        issuer counts it. ``stock_release`` may be negative (stocks grew).

        Instead of figures, one frame with these columns (or ``NAME_low``, ``NAME_high``): the result is the frame with
        ``ir_low``, ``ir_high``, ``reason`` (``flow_missing``, ``out_of_range`` and ``no_consumption`` leave a blank). A
        missing ``stock_release`` column is 0, a blank in it is a flow that is missing.

    Returns
    -------
    float, Interval or frame
        0..1.

    Raises
    ------
    InputError
        A flow is missing or negative, or nothing is consumed.

    References
    ----------
    .. [1] U.S. Geological Survey, Mineral Commodity Summaries 2026, doi:10.3133/mcs2026, appendix on definitions.

    Examples
    --------
    >>> import_reliance(imports=60.0, exports=10.0, production=50.0)
    0.5
    >>> import_reliance(imports=Interval(60, 80), exports=10.0, production=50.0)
    Interval(0.5, 0.5833333333)
    """
    flows = (imports, exports, production, stock_release)
    if _is_frame(imports):
        return _reliance_frame(imports)
    for name, flow in zip(_FLOWS, flows, strict=True):
        released = name == "stock_release"
        _within("release" if released else "flow", name, flow, -math.inf if released else 0, math.inf)
    pairs = [_pair(flow) for flow in flows]
    n0, n1 = _net_imports(pairs, max)
    p0, p1 = pairs[2]
    if n1 + p1 <= 0:
        raise InputError("risk.dependence.no_consumption")
    edge = float(n1 > 0)
    low = n0 / (n0 + p1) if n0 + p1 > 0 else edge
    high = n1 / (n1 + p0) if n1 + p0 > 0 else edge
    return _answer(low, high, flows)


def _risk_bounds(pairs: Any, least: Callable[[Any, Any], Any], most: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """Return the extremes of SR: rising in the HHIs and SI, falling in recycling, linear in import reliance."""
    (g0, g1), (s0, s1), (r0, r1), (e0, e1), (i0, i1) = pairs
    low = least(g0 * r0 / 2 + s0 * (1 - r0 / 2), g0 * r1 / 2 + s0 * (1 - r1 / 2))
    high = most(g1 * r0 / 2 + s1 * (1 - r0 / 2), g1 * r1 / 2 + s1 * (1 - r1 / 2))
    return low * (1 - e1) * i0, high * (1 - e0) * i1


def _net_imports(pairs: Any, most: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """Return the extremes of net imports, not below zero. Reliance N / (P + N) rises with them and falls with P."""
    (m0, m1), (x0, x1), _, (d0, d1) = pairs
    return most(m0 - x1 + d0, 0.0), most(m1 - x0 + d1, 0.0)


def _risk_frame(data: Any) -> Any:
    frame, pairs = _columns(data, _FACTORS, 2)
    hhis, fractions = pairs[:2], pairs[2:]
    missing = _any(low.is_null() | high.is_null() for low, high in hhis)
    wide = _any(low.is_null() | high.is_null() for low, high in fractions)
    wrong = _any([*(low < 0 for low, _ in hhis), *((low < 0) | (high > 1) for low, high in fractions)])
    fractions = [(low.fill_null(0.0), high.fill_null(1.0)) for low, high in fractions]
    low, high = _risk_bounds([*hhis, *fractions], _lesser, _greater)
    return _blank_where(frame, "sr", low, high, wrong, missing, "hhi_missing", wide, "fraction_missing")


def _reliance_frame(data: Any) -> Any:
    frame, pairs = _columns(data, _FLOWS, 3)
    if not any(name.startswith(_FLOWS[3]) for name in frame.collect_schema().names()):
        pairs[3] = (nw.lit(0.0), nw.lit(0.0))  # a column that is not there says nothing of stocks; a blank cell is not known
    missing = _any(low.is_null() | high.is_null() for low, high in pairs)
    wrong = _any(low < 0 for low, _ in pairs[:3])
    n0, n1 = _net_imports(pairs, _greater)
    p0, p1 = pairs[2]
    edge = nw.when(n1 > 0).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    low = nw.when(n0 + p1 > 0).then(n0 / (n0 + p1)).otherwise(edge)
    high = nw.when(n1 + p0 > 0).then(n1 / (n1 + p0)).otherwise(edge)
    nothing = n1 + p1 <= 0
    return _blank_where(frame, "ir", low, high, wrong, missing, "flow_missing", nothing, "no_consumption", blank=True)


def _columns(data: Any, names: tuple[str, ...], required: int) -> tuple[Any, list[Any]]:
    """Return the frame, and for each input its two bounds; one beyond the required ones may have no column."""
    frame = any_frame(data)
    known = set(frame.collect_schema().names())
    pairs = []
    for position, name in enumerate(names):
        if {f"{name}_low", f"{name}_high"} <= known:
            ends = [f"{name}_low", f"{name}_high"]
        elif name in known:
            ends = [name, name]
        elif position < required:
            raise InputError("risk.dependence.no_column", column=name, hint=did_you_mean(nearest(name, known)))
        else:
            pairs.append((nw.lit(None, dtype=nw.Float64), nw.lit(None, dtype=nw.Float64)))
            continue
        pairs.append(tuple(nw.col(end).cast(nw.Float64).fill_nan(None) for end in ends))
    return frame, pairs


def _blank_where(
    frame: Any,
    prefix: str,
    low: Any,
    high: Any,
    wrong: Any,
    missing: Any,
    missing_reason: str,
    special: Any,
    special_reason: str,
    blank: bool = False,
) -> Any:
    """Add the figures and the reason; blank where an input is wrong or missing (and, if ``blank``, in the special case)."""
    reason = first(**{missing_reason: missing, "out_of_range": wrong, special_reason: special})
    frame = frame.with_columns(reason=reason)
    kept = nw.col("reason").is_null()
    if not blank:
        kept = kept | (nw.col("reason") == special_reason)
    return frame.with_columns(
        nw.when(kept).then(low).alias(f"{prefix}_low"), nw.when(kept).then(high).alias(f"{prefix}_high")
    ).to_native()


def _any(conditions: Iterable[nw.Expr]) -> nw.Expr:
    """Return whether one of the conditions holds; one that cannot be told does not."""
    return reduce(lambda a, b: a | b, (nw.when(c.is_null()).then(nw.lit(False)).otherwise(c) for c in conditions))


def _lesser(a: Any, b: Any) -> nw.Expr:
    return nw.when(a < b).then(a).otherwise(b)


def _greater(a: Any, b: Any) -> nw.Expr:
    return nw.when(a > b).then(a).otherwise(b)


def _is_frame(data: Any) -> bool:
    return data is not None and not isinstance(data, (Real, Interval, tuple, str))


def _pair(figure: Any) -> tuple[float, float]:
    low, high = figure if isinstance(figure, (Interval, tuple)) else (figure, figure)
    return float(low), float(high)


def _answer(low: float, high: float, figures: Iterable[Any]) -> float | Interval:
    """Return a number when every input was one, else the interval."""
    return low if all(isinstance(figure, Real) for figure in figures) else Interval(low, high)


def _within(key: str, name: str, figure: Any, least: float, most: float) -> None:
    """Raise `InputError` where a figure is no finite number (or pair of them) between ``least`` and ``most``."""
    try:
        low, high = (math.nan, math.nan) if isinstance(figure, str) else _pair(figure)
    except (TypeError, ValueError, OverflowError):
        low = high = math.nan
    if not (least <= low <= high <= most and math.isfinite(low) and math.isfinite(high)):
        raise InputError(f"risk.dependence.{key}", name=name, value=shorten(figure))

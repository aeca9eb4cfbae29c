"""Supply risk of raw materials: governance-weighted concentration, import reliance, and the EU's formula for both."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import reduce
from numbers import Real
from typing import Any, overload

import narwhals as nw
import polars as pl

from ...graph import InputError, Interval, SupplyGraph
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest, shorten
from ...graph.frames import any_frame, check_columns
from .scores import WORST, scores_of
from .trade import NOTHING, VALUE, by_origin, of_importer, ordered, tidy

REQUIRED: Any = object()
"""Default of a figure that has none: it must be given, unless a frame is."""
Figure = float | Interval | None
_FACTORS = ("hhi_global", "hhi_sourcing", "import_reliance", "eol_recycling", "substitution")
_FLOWS = ("imports", "exports", "production", "stock_release")


@checked()
def governance_hhi(
    trade: Any,
    importer: str | Iterable[str] | None = None,
    *,
    governance: Any = None,
    trade_parameter: str | None = None,
    unique: bool = False,
) -> Any:
    r"""Return the concentration of supply weighted by governance, :math:`HHI_{WGI,t}` of the EU's criticality studies.

    .. math:: HHI_{WGI,t} = \sum_c s_c^2 \; WGI_c \; t_c \qquad (0..10 \text{ for } t = 1)

    The sum is [S] (Blengini et al. 2017, through an open calculator). That WGI is rescaled to 0..10, higher = worse, by
    :math:`(2.5 - \overline{WGI}) / 5 \cdot 10` is general knowledge [GK].
    The EU's 2023 study supports it: with this scale 51 of 57 published supply risks lie where its shares and the formula can
    reach them (not arsenic, beryllium, cobalt, niobium, scandium, vanadium), with a scale of 0..1 only two do.

    A country without a score (New Caledonia, for one) may have any from 0 to 10; trade of unknown origin
    may come from anywhere: the result is an interval that holds every such case (not always the tightest).

    Parameters
    ----------
    trade : frame or SupplyGraph
        A trade table, or any shares in its form: exporters are the countries, ``value`` their quantity or share, with a row
        without an exporter for what is not attributed. Of a graph the preferred world view by country of each item is taken,
        the unattributed part with it (importer "world").
    importer
        As in `import_concentration`.
    governance : mapping of ISO3 to 0..10, or frame, optional
        None is no score. Of a frame with ``iso3, year, wgi_0_10`` (`datasets.read_wgi`) the newest year is taken. Default:
        `datasets.governance`.
    trade_parameter : str, optional
        Column of ``trade`` with :math:`t_c` (0.8 EU members, 1.0 baseline, more under export restrictions; the EU's full
        table of t is not published with the sheets read here); a blank is 1. Default: 1 for all, the stated adaptation for
        Japan [P].
    unique : bool
        As in `import_concentration`.

    Returns
    -------
    frame
        Keys; ``value``; ``scored`` (share of value from countries with a score, 0..1); ``hhi_wgi_low``, ``hhi_wgi_high``;
        ``reason``: ``score_missing``, ``origin_unknown``, ``value_missing`` (then 0 to 10 times the largest t),
        ``no_trade``, ``negative_value``.

    Raises
    ------
    InputError
        A column is missing, or a score lies outside 0..10.
    UnknownIdError
        An importer that is no ISO3 code and stands nowhere in the table, where that is computed.

    References
    ----------
    .. [1] Blengini et al. (2017), Methodology for establishing the EU list of critical raw materials, doi:10.2760/73303.
    .. [2] Kaufmann, Kraay, Worldwide Governance Indicators, World Bank, CC BY 4.0.

    Examples
    --------
    >>> import polars as pl
    >>> trade = pl.DataFrame({"hs6": "1", "importer": "JPN", "exporter": ["A", "B"], "year": 2022, "value": [3.0, 1.0]})
    >>> governance_hhi(trade, governance={"A": 6.0}).select("hhi_wgi_low", "hhi_wgi_high", "reason").row(0)
    (3.375, 4.0, 'score_missing')
    """
    scores = scores_of(governance)
    extra = [] if trade_parameter is None else [trade_parameter]
    frame, item = tidy(_market_rows(trade) if isinstance(trade, SupplyGraph) else trade, *extra)
    market = [item, "importer", "year"]
    # Text until it is cast, and -1 for a blank: Dask puts no number into a column of text and casts no blanks.
    written = {country: str(score) for country, score in scores.items()}
    score = nw.col("exporter").replace_strict(written, default="-1", return_dtype=nw.String).cast(nw.Float64)
    t = nw.lit(1.0) if trade_parameter is None else nw.col(trade_parameter).cast(nw.Float64).fill_null(1.0)
    rows = by_origin(of_importer(frame, importer), market, unique, *extra).with_columns(_score=score, _t=t)
    rows = rows.with_columns(_score=nw.when(nw.col("_score") >= 0).then(nw.col("_score")))
    named, scored = ~nw.col("exporter").is_null(), ~nw.col("_score").is_null()
    square = VALUE * VALUE * nw.col("_t")
    rows = rows.with_columns(
        _low=nw.when(named & scored).then(square * nw.col("_score")).otherwise(0.0),
        _high=nw.when(named).then(square * nw.col("_score").fill_null(WORST)).otherwise(0.0),
        _edge=nw.when(named).then(VALUE * nw.col("_score").fill_null(WORST) * nw.col("_t")).otherwise(0.0),
        _loose=nw.when(named).then(0.0).otherwise(VALUE),
        _scored=nw.when(named & scored).then(VALUE).otherwise(0.0),
    )
    sums = ("value", "_low", "_high", "_loose", "_scored", "_blank")
    rows = rows.group_by(market).agg(
        *(nw.col(c).sum() for c in sums), VALUE.min().alias("_least"), nw.col("_edge").max(), nw.col("_t").max()
    )
    return ordered(_governed(rows).select(*market, "value", "scored", "hhi_wgi_low", "hhi_wgi_high", "reason"), *market)


def _market_rows(graph: SupplyGraph) -> pl.DataFrame:
    """The preferred world market of each item by country, and the part that nobody is named for, in the form of trade."""
    rows = graph.preferred("country", "world").filter(pl.col("level") == "country")
    key = {"item": pl.col("item"), "importer": pl.lit("world"), "year": pl.col("year").fill_null(0)}
    named = rows.select(**key, exporter="supplier", value="share_low")
    rest = rows.group_by("view", maintain_order=True).agg(pl.col("item", "year").first(), pl.col("remainder").first())
    open_ = rest.filter(pl.col("remainder") > 0).select(**key, exporter=pl.lit(None, pl.String), value="remainder")
    return pl.concat([named.filter(pl.col("value") > 0), open_])


def _governed(rows: Any) -> Any:
    """Turn the sums of `governance_hhi` into figures and reasons."""
    negative, silent, traded = nw.col("_least") < 0, nw.col("_blank") > 0, VALUE > 0
    negative = nw.when(nw.col("_least").is_null()).then(nw.lit(False)).otherwise(negative)
    usable, total, loose = ~negative & traded, VALUE * VALUE, nw.col("_loose")
    scored = nw.when(usable).then(nw.col("_scored") / VALUE)
    most = nw.when(nw.col("_t") > 1.0).then(nw.col("_t")).otherwise(1.0) * WORST
    bound = (nw.col("_high") + 2 * loose * nw.col("_edge") + loose * loose * most) / total
    return rows.with_columns(
        scored=scored,
        hhi_wgi_low=nw.when(~negative & silent).then(0.0).otherwise(nw.when(usable).then(nw.col("_low") / total)),
        hhi_wgi_high=nw.when(~negative & silent).then(most).otherwise(nw.when(usable).then(bound)),
        reason=nw.when(negative)
        .then(nw.lit("negative_value"))
        .otherwise(
            nw.when(silent)
            .then(nw.lit("value_missing"))
            .otherwise(
                nw.when(~traded)
                .then(nw.lit("no_trade"))
                .otherwise(
                    nw.when(loose > 0)
                    .then(nw.lit("origin_unknown"))
                    .otherwise(
                        nw.when(nw.col("_scored") < VALUE * (1 - 1e-9)).then(nw.lit("score_missing")).otherwise(NOTHING)
                    )
                )
            )
        ),
    )


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
    reason = (
        nw.when(missing)
        .then(nw.lit(missing_reason))
        .otherwise(
            nw.when(wrong)
            .then(nw.lit("out_of_range"))
            .otherwise(nw.when(special).then(nw.lit(special_reason)).otherwise(NOTHING))
        )
    )
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

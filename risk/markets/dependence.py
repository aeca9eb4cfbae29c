"""Trade dependence by the methods that ministries and think-tanks publish, each under its own name.

Every function takes a trade table (`risk.trade`: ``hs6`` or ``item``, ``importer``, ``exporter``, ``year``, ``value`` in one
unit) of any kind of frame and returns the same kind, one row per item, importer and year, sorted. Tests against a limit say
"yes", "no", or "unknown" where the data cannot decide; ``reason`` says why a figure is an interval or blank:
``origin_unknown``, ``value_missing``, ``no_trade``, ``negative_value``, and those of the single methods.

The limits come from other purposes than a company's audit (``datasets.thresholds`` has issuer, year and purpose of each).
Status: [S] the formula was seen in the source named; [P] an adaptation of this project.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw

from ...graph import InputError
from ...graph.arguments import checked
from .trade import (
    NO,
    UNKNOWN,
    VALUE,
    YES,
    all_of,
    concentrate,
    joined,
    of_home,
    of_importer,
    ordered,
    places,
    tidy,
    told,
    usable,
    verdict,
    within,
)


@checked(share_limit=(0, 1), hhi_limit=(0, 1))
def import_concentration(
    trade: Any,
    importer: str | Iterable[str] | None = None,
    *,
    share_limit: float = 0.50,
    hhi_limit: float = 0.50,
    unique: bool = False,
    extendable: bool = True,
) -> Any:
    r"""Return how concentrated imports are by origin, with the two Japanese cut-offs.

    .. math:: s_c = M_c / \sum_c M_c, \qquad HHI = \sum_c s_c^2, \qquad \text{top share} = \max_c s_c

    ``cao``: top share >= 0.50, 集中的供給財 (JP-CAO-50, Cabinet Office, 世界経済の潮流 2021年II) [S].
    ``meti``: HHI >= 0.50, "depends greatly on one origin"; METI states it as 50 on a scale of 0..100 (JP-METI-HHI50, METI,
    通商白書 2024) [S]. HHI >= 0.50 implies a majority origin, not the other way round: both are shown.

    Parameters
    ----------
    trade : frame
        Values in one unit (both methods use value, not quantity).
    importer : str or iterable of str, optional
        Default: every importer of the table.
    share_limit, hhi_limit : float
        The cut-offs, on the scale 0..1.
    unique : bool, default False
        States that no (item, importer, year, exporter) is repeated, as in BACI; the summing pass is then skipped.
        Not checked.
    extendable : bool, default True
        Whether trade of unknown origin may come from an origin that is named too (customs "areas not specified").

    Returns
    -------
    frame
        ``item`` or ``hs6``, ``importer``, ``year``; ``value`` (sum, in the table's unit); ``origins`` (named, with trade);
        ``unattributed`` (share of unknown origin, 0..1); ``hhi_low``, ``hhi_high``, ``top_origin`` (largest known; the first
        by name of equals), ``top_share_low``, ``top_share_high`` (0..1); ``cao``, ``meti`` (yes / no / unknown); ``reason``.

    Raises
    ------
    InputError
        A column is missing or ``value`` is not a number.
    UnknownIdError
        An importer that is no ISO3 code and stands nowhere in the table, where that is computed.

    References
    ----------
    .. [1] Cabinet Office (2022), 世界経済の潮流 2021年II, https://www5.cao.go.jp/j-j/sekai_chouryuu/sa21-02/sa21.html
    .. [2] METI (2024), 通商白書 2024, II-2-1, https://www.meti.go.jp/report/tsuhaku2024/2024honbun/i2210000.html

    Examples
    --------
    >>> import polars as pl
    >>> flows = {"exporter": ["CHN", "LKA"], "value": [3.0, 1.0]}
    >>> trade = pl.DataFrame({"hs6": "250490", "importer": "JPN", "year": 2022, **flows})
    >>> import_concentration(trade).select("hhi_low", "top_origin", "top_share_low", "cao", "meti").row(0)
    (0.625, 'CHN', 0.75, 'yes', 'yes')
    """
    frame, item = tidy(trade)
    market = [item, "importer", "year"]
    rows = concentrate(of_importer(frame, importer), market, unique, extendable)
    rows = rows.with_columns(
        cao=verdict(nw.col("top_share_low"), nw.col("top_share_high"), share_limit),
        meti=verdict(nw.col("hhi_low"), nw.col("hhi_high"), hhi_limit),
    ).select(nw.exclude("reason"), "reason")
    return rows.to_native() if frame.implementation.is_polars() else ordered(rows, *market)  # polars' are sorted


@checked()
def commission_dependence(
    trade: Any,
    importer: str,
    members: str | Iterable[str] | None = None,
    *,
    production: Any = None,
    limits: tuple[float, float, float] = (0.4, 0.5, 1.0),
    unique: bool = False,
) -> Any:
    r"""Return the European Commission's strategic-dependence indicators CDI1, CDI2, CDI3 and their joint criterion.

    .. math:: CDI_1 = \sum_c s_c^2, \quad CDI_2 = \frac{M_{extra}}{M_{extra} + M_{intra}}, \quad
              CDI_3 = \frac{M_{extra}}{X}

    with :math:`s_c` the share of country c outside the union in imports from outside, :math:`X` total exports of the union
    (to members too). ``dependent``: CDI1 > 0.4 and CDI2 > 0.5 and CDI3 > 1 (EU-CDI1, EU-CDI2, EU-CDI3, SWD(2021) 352; the
    formulas were seen in an open implementation that cites it) [S].

    For a single country [P] there is no trade "inside": CDI1 as it is; CDI2 = M / (M + domestic shipments) where
    ``production`` is given, else blank (``no_production``); CDI3 = imports / exports. Never call that "the EU result".

    Parameters
    ----------
    trade : frame
        Must hold the flows of all members as importers and as exporters; without a member's exports in a year CDI3 is blank
        (``no_exports_data``). An item without exports where others have some gives CDI3 = inf. Exports that were not
        reported may be of any size, and trade of unknown origin may be the union's: both widen CDI3 downwards.
    importer : str
        The importing country, or the name to show for the union.
    members : str or iterable of str, optional
        ISO3 of the union's members.
    production : frame, optional
        Domestic shipments to set against imports: ``item`` or ``hs6``, ``year``, ``value``, the unit of ``trade``; rows of
        one item and year add up. Same kind of frame as ``trade``. Only for a single country.
    limits : (float, float, float)
        Passed, not reached, by a dependent item.
    unique : bool
        As in `import_concentration`.

    Returns
    -------
    frame
        Keys; ``value`` (imports from outside); ``cdi1_low`` .. ``cdi3_high``; ``cdi1``, ``cdi2``, ``cdi3``, ``dependent``
        (yes / no / unknown); ``top_origin``; ``reason``.

    Raises
    ------
    InputError
        A column is missing, ``value`` is not a number, or both ``members`` and ``production`` are given.
    UnknownIdError
        A member that is no ISO3 code and stands nowhere in the table, where that is computed.

    References
    ----------
    .. [1] European Commission (2021), Strategic dependencies and capacities, SWD(2021) 352 final.

    Examples
    --------
    >>> import polars as pl
    >>> trade = pl.DataFrame(
    ...     [("811010", "DEU", "CHN", 90.0), ("811010", "DEU", "FRA", 10.0), ("811010", "USA", "FRA", 20.0)],
    ...     schema=["hs6", "importer", "exporter", "value"], orient="row").with_columns(year=2022)
    >>> commission_dependence(trade, "EU", ["DEU", "FRA"]).select("cdi1_low", "cdi2_low", "cdi3_low", "dependent").row(0)
    (1.0, 0.9, 3.0, 'yes')
    """
    frame, item = tidy(trade)
    if members is not None and production is not None:
        raise InputError("risk.dependence.union_production")
    inside = places(frame, importer if members is None else members)
    home, away, market = within("importer", inside), ~within("exporter", inside), [item, "year"]
    rows = concentrate(frame.filter(home & away), market, unique and members is None)
    if production is None:
        # What comes back to the country that it came from is not what that country ships at home.
        inner = frame.filter(home & ~(away if members is not None else home)).select(*market, _home=told(VALUE))
        inner = inner.with_columns(_open=nw.col("_home").is_null().cast(nw.Int64))
        inner = inner.group_by(market).agg(nw.col("_home", "_open").sum())
    else:
        inner = of_home(production, item)
    rows = _with_exports(rows.join(inner, on=market, how="left"), frame, item, inside)
    inner, open_inside = nw.col("_home"), nw.lit(False)
    if members is not None:
        # Trade inside that was not reported may be of any size.
        inner, open_inside = inner.fill_null(0.0), nw.col("_open").fill_null(0) > 0
    sure = nw.when(VALUE > 0).then(VALUE * (1 - nw.col("unattributed")) if members is not None else VALUE)
    figured = usable()
    rows = rows.with_columns(
        cdi2_low=nw.when(figured & ~open_inside).then(sure / (VALUE + inner)).otherwise(nw.when(figured).then(sure * 0.0)),
        cdi2_high=nw.when(figured).then(VALUE / (VALUE + inner)),
        cdi3_low=nw.when(figured).then(_least_ratio(sure, float("inf"))),
        cdi3_high=nw.when(figured).then(_ratio(VALUE, nw.col("_exports"), float("inf"))),
        cdi1_low=nw.col("hhi_low"),
        cdi1_high=nw.col("hhi_high"),
        importer=nw.lit(importer),
    )
    indicators = ("cdi1", "cdi2", "cdi3")
    rows = rows.with_columns(
        verdict(nw.col(f"{name}_low"), nw.col(f"{name}_high"), limit, strict=True).alias(name)
        for name, limit in zip(indicators, limits, strict=True)
    ).with_columns(
        dependent=all_of(*indicators),
        reason=nw.coalesce(
            nw.when(~figured).then(nw.col("reason")),
            nw.when(nw.col("cdi2_low").is_null()).then(nw.lit("no_production")),
            nw.when(nw.col("cdi3_low").is_null()).then(nw.lit("no_exports_data")),
            nw.when(open_inside | (nw.col("_silent") > 0)).then(nw.lit("value_missing")),
            nw.col("reason"),
            nw.when(nw.col("_more") > 0).then(nw.lit("origin_unknown")),
        ),
    )
    bounds = [f"{name}_{end}" for name in indicators for end in ("low", "high")]
    shown = [item, "importer", "year", "value", *bounds, *indicators, "dependent", "top_origin", "reason"]
    return ordered(rows.select(shown), item, "year")


@checked()
def geodep(
    trade: Any,
    importer: str,
    *,
    limits: tuple[float, float, float] = (0.4, 0.4, 1.0),
    unique: bool = False,
) -> Any:
    r"""Return the four criteria of CEPII's GeoDep for one importer.

    C1 HHI of imports > 0.4; C2 HHI of world exports > 0.4 (diversifying is hard); C3 imports / exports > 1 (no exports coded
    9999, as CEPII does); C4 C1 to C3 all hold in at least two of the last three years (CEPII-C1 .. CEPII-C4, GeoDep) [S].
    CEPII's own data set is CC BY-NC-SA and is not used here: only the formulas are.

    Parameters
    ----------
    trade : frame
        World trade: C2 needs the flows of all importers (blank, ``one_importer``, in a year with one importer only), C3 the
        importer's exports (blank, ``no_exports_data``, where it exports nothing at all in the year); exports that were not
        reported, or trade of unknown origin that may be its exports, widen C3 downwards.
    importer : str
        ISO3.
    limits : (float, float, float)
        Of C1, C2, C3; passed, not reached.
    unique : bool
        As in `import_concentration`.

    Returns
    -------
    frame
        Keys; ``value``; ``hhi_imports_low/high``, ``hhi_exports_low/high`` (0..1);
        ``imports_to_exports_low/high``; ``c1``, ``c2``, ``c3``, ``c4``, ``holds`` (C1 to C3 in this year), each
        yes / no / unknown; ``top_origin``; ``top_exporter``; ``reason``. A year that the table does not have counts as
        unknown for C4.

    Raises
    ------
    InputError
        A column is missing, ``value`` is not a number, or ``limits`` are not three numbers.
    UnknownIdError
        An importer that is no ISO3 code and stands nowhere in the table, where that is computed.

    References
    ----------
    .. [1] CEPII, GeoDep, https://cepii.fr/cepii/en/bdd_modele/bdd_modele_item.asp?id=41

    Examples
    --------
    >>> import polars as pl
    >>> flows = [("CHN", "JPN", 8.0), ("VNM", "JPN", 2.0), ("CHN", "USA", 9.0), ("JPN", "USA", 1.0)]
    >>> trade = pl.DataFrame(flows, schema=["exporter", "importer", "value"], orient="row").with_columns(
    ...     hs6=pl.lit("811010")).join(pl.DataFrame({"year": [2022, 2023]}), how="cross")
    >>> geodep(trade, "JPN").select("year", "imports_to_exports_low", "c1", "c2", "c3", "c4").rows()
    [(2022, 10.0, 'yes', 'yes', 'yes', 'unknown'), (2023, 10.0, 'yes', 'yes', 'yes', 'yes')]
    """
    frame, item = tidy(trade)
    market = [item, "year"]
    own = [*market, "value", "hhi_low", "hhi_high", "top_origin", "reason"]
    rows = concentrate(of_importer(frame, importer), market, unique).select(own)
    importers = frame.group_by("year").agg(nw.col("importer").n_unique().alias("_importers"))
    world = concentrate(frame, market).select(
        *market, c2_low="hhi_low", c2_high="hhi_high", top_exporter="top_origin", _reason="reason"
    )
    rows = _with_exports(joined(joined(rows, world, market), importers, ["year"]), frame, item, [importer])
    figured = usable()
    worldwide = nw.col("_importers") > 1
    rows = rows.with_columns(
        importer=nw.lit(importer),
        hhi_imports_low=nw.col("hhi_low"),
        hhi_imports_high=nw.col("hhi_high"),
        hhi_exports_low=nw.when(worldwide).then(nw.col("c2_low")),
        hhi_exports_high=nw.when(worldwide).then(nw.col("c2_high")),
        top_exporter=nw.when(worldwide).then(nw.col("top_exporter")),
        imports_to_exports_low=nw.when(figured).then(_least_ratio(VALUE, 9999.0)),
        imports_to_exports_high=nw.when(figured).then(_ratio(VALUE, nw.col("_exports"), 9999.0)),
    )
    figures = {"c1": "hhi_imports_{}", "c2": "hhi_exports_{}", "c3": "imports_to_exports_{}"}
    rows = rows.with_columns(
        verdict(nw.col(figure.format("low")), nw.col(figure.format("high")), limit, strict=True).alias(name)
        for (name, figure), limit in zip(figures.items(), limits, strict=True)
    ).with_columns(holds=all_of(*figures))
    for back in (1, 2):
        earlier = rows.select(item, year=nw.col("year") + back, **{f"_back{back}": nw.col("holds")})
        rows = rows.join(earlier, on=market, how="left")
    rows = rows.with_columns(nw.col("_back1", "_back2").fill_null(UNKNOWN))
    sure, possible = nw.lit(0), nw.lit(0)
    for year in ("holds", "_back1", "_back2"):
        sure = sure + (nw.col(year) == YES).cast(nw.Int64)
        possible = possible + (nw.col(year) != NO).cast(nw.Int64)
    rows = rows.with_columns(
        c4=nw.when(sure >= 2).then(nw.lit(YES)).otherwise(nw.when(possible < 2).then(nw.lit(NO)).otherwise(nw.lit(UNKNOWN))),
        reason=nw.coalesce(
            nw.when(~figured).then(nw.col("reason")),
            nw.when(~worldwide).then(nw.lit("one_importer")),
            nw.when(nw.col("imports_to_exports_low").is_null()).then(nw.lit("no_exports_data")),
            nw.coalesce("reason", "_reason"),
        ),
    )
    shown = [item, "importer", "year", "value", "hhi_imports_low", "hhi_imports_high", "hhi_exports_low", "hhi_exports_high"]
    shown += ["imports_to_exports_low", "imports_to_exports_high", "c1", "c2", "c3", "holds", "c4"]
    shown += ["top_origin", "top_exporter", "reason"]
    return ordered(rows.select(shown), item, "year")


@checked(digits=(1, 10), share_limit=(0, 1))
def chapter_dependence(
    trade: Any, importer: str | Iterable[str] | None = None, *, digits: int = 2, share_limit: float = 0.50
) -> Any:
    """Return, per HS chapter, how much of its imports is in items that depend on one origin.

    A chapter as a whole hides what its items show: bought from many countries, though each item comes from one. ``hhi_*``
    and ``top_share_*`` are those of the chapter taken as one good; ``items_concentrated`` and ``share_concentrated`` look
    through it: the items whose top origin holds at least ``share_limit`` (JP-CAO-50), by number and by value.

    Parameters
    ----------
    trade, importer
        As in `import_concentration`; the item column holds HS codes as text.
    digits : int, default 2
        2 for chapters, 4 for headings.
    share_limit : float
        On the scale 0..1.

    Returns
    -------
    frame
        ``chapter, importer, year, value, items, items_concentrated, items_unknown, share_concentrated`` (0..1, of the value;
        items that cannot be decided are not in it; blank where a value is), ``hhi_low, hhi_high, top_origin, top_share_low,
        top_share_high, reason``.

    Raises
    ------
    InputError
        A column is missing, ``value`` is not a number, or ``digits`` is none from 1 to 10.
    UnknownIdError
        An importer that is no ISO3 code and stands nowhere in the table, where that is computed.

    Examples
    --------
    >>> import polars as pl
    >>> trade = pl.DataFrame({"hs6": ["810411", "810820"], "importer": "JPN", "exporter": ["CHN", "KAZ"], "year": 2022,
    ...                       "value": [1.0, 1.0]})
    >>> chapter_dependence(trade).select("chapter", "items_concentrated", "share_concentrated", "hhi_low").row(0)
    ('81', 2, 1.0, 0.5)
    """
    frame, item = tidy(trade)
    frame = of_importer(frame, importer)
    market = ["chapter", "importer", "year"]
    chapter = nw.col(item).cast(nw.String).str.slice(0, digits).alias("chapter")
    items = concentrate(frame, [item, "importer", "year"]).with_columns(
        chapter, cao=verdict(nw.col("top_share_low"), nw.col("top_share_high"), share_limit)
    )
    inside = items.with_columns(
        _yes=(nw.col("cao") == YES).cast(nw.Int64),
        _open=(nw.col("cao") == UNKNOWN).cast(nw.Int64),
        _value=nw.when(nw.col("cao") == YES).then(VALUE).otherwise(0.0),
    )
    inside = inside.group_by(market).agg(
        nw.len().alias("items"),
        nw.col("_yes").sum().alias("items_concentrated"),
        nw.col("_open").sum().alias("items_unknown"),
        nw.col("_value").sum(),
    )
    counts = ["items", "items_concentrated", "items_unknown"]
    rows = joined(concentrate(frame.with_columns(chapter), market), inside, market)
    known = usable()
    rows = rows.with_columns(share_concentrated=nw.when(known & (VALUE > 0)).then(nw.col("_value") / VALUE))
    figures = ["share_concentrated", "hhi_low", "hhi_high", "top_origin", "top_share_low", "top_share_high", "reason"]
    return ordered(rows.select(*market, "value", nw.col(*counts).cast(nw.Int64), *figures), *market)


def _with_exports(rows: Any, frame: Any, item: str, inside: list[str]) -> Any:
    """Add what is known of the exports of those ``inside``, of the item in the year.

    ``_exports``: the reported ones, zero where only other items are exported, blank where none is; ``_more``: trade of
    unknown origin, which may be theirs; ``_silent``: how many flows were not reported, which may be of any size.
    """
    own, loose = within("exporter", inside), nw.col("exporter").is_null()
    if len(inside) == 1:
        loose = loose & ~within("importer", inside)  # a country sells nothing to itself, members do to each other
    flows = frame.filter(own | loose).select(item, "year", _own=own, _told=told(VALUE))
    told_value, is_own = nw.col("_told"), nw.col("_own")
    flows = flows.with_columns(
        _exports=nw.when(is_own).then(told_value).otherwise(0.0),
        _more=nw.when(is_own).then(0.0).otherwise(told_value),
        _silent=told_value.is_null().cast(nw.Int64),
        _sold=nw.when(is_own & (told_value.is_null() | (told_value > 0))).then(1).otherwise(0),
    )
    of_item = flows.group_by([item, "year"]).agg(nw.col("_exports", "_more", "_silent").sum())
    of_year = flows.group_by("year").agg(nw.col("_sold").sum())
    rows = rows.join(of_item, on=[item, "year"], how="left").join(of_year, on="year", how="left")
    return rows.with_columns(
        nw.col("_more").fill_null(0.0),
        nw.col("_silent").fill_null(0),
        _exports=nw.when(nw.col("_sold") > 0).then(nw.col("_exports").fill_null(0.0)),
    )


def _ratio(value: nw.Expr, by: nw.Expr, at_zero: float) -> nw.Expr:
    """Return ``value / by``, ``at_zero`` where nothing is exported, blank where that is not known."""
    return nw.when(by > 0).then(value / by).otherwise(nw.when(by == 0).then(nw.lit(at_zero)))


def _least_ratio(value: nw.Expr, at_zero: float) -> nw.Expr:
    """Return the least that `_ratio` may be: exports that were not reported may be of any size."""
    ratio = _ratio(value, nw.col("_exports") + nw.col("_more"), at_zero)
    return nw.when(nw.col("_silent") > 0).then(nw.when(~ratio.is_null()).then(nw.lit(0.0))).otherwise(ratio)

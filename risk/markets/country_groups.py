"""Imports by groups of countries: shares, what friend-shoring would leave, the EU's 65 % benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals as nw

from ...graph import InputError
from ...graph.arguments import checked
from ...graph.errors import shorten
from .trade import VALUE, concentrate, first, of_home, of_importer, ordered, places, tidy, told, usable, verdict, within


@checked()
def group_shares(
    trade: Any,
    groups: Mapping[str, str | Iterable[str]],
    importer: str | Iterable[str] | None = None,
) -> Any:
    r"""Return the share of imports that comes from each group of countries.

    .. math:: s_G = \sum_{c \in G} M_c \Big/ \sum_c M_c

    Groups may overlap (G7, CPTPP, EU): their shares are not to be added up.

    Parameters
    ----------
    trade, importer
        As in `import_concentration`.
    groups : mapping of name to ISO3 codes
        For example ``{"G7": datasets.group("G7"), "ours": ["JPN", "AUS"]}``.

    Returns
    -------
    frame
        One row per item, importer, year and group: ``value`` (from the group), ``total``, ``share_low``, ``share_high``
        (0..1; trade of unknown origin may be the group's), ``reason`` (``origin_unknown``; ``value_missing`` then 0 to 1;
        ``no_trade``, ``negative_value``).

    Raises
    ------
    InputError
        A column is missing, there is no group, or one is empty.
    UnknownIdError
        An importer or member that is no ISO3 code and stands nowhere in the table, where that is computed.

    Examples
    --------
    >>> import polars as pl
    >>> trade = pl.DataFrame({"hs6": "1", "importer": "JPN", "exporter": ["USA", "CHN", None], "year": 2022,
    ...                       "value": [5.0, 3.0, 2.0]})
    >>> group_shares(trade, {"G7": ["USA", "DEU"]}).select("group", "share_low", "share_high", "reason").row(0)
    ('G7', 0.5, 0.7, 'origin_unknown')
    """
    frame, item = tidy(trade)
    market = [item, "importer", "year"]
    unknown = nw.col("exporter").is_null()
    if not isinstance(groups, Mapping) or not groups:
        raise InputError("risk.dependence.no_groups", value=shorten(groups))
    wanted = {name: _members(frame, name, members) for name, members in groups.items()}
    frame = of_importer(frame, importer)
    parts = []
    for name, members in wanted.items():
        rows = frame.with_columns(
            _own=nw.when(within("exporter", members)).then(VALUE).otherwise(0.0),
            _loose=nw.when(unknown).then(VALUE).otherwise(0.0),
            _blank=VALUE.is_null().cast(nw.Int64),
            _wrong=nw.when(VALUE < 0).then(1).otherwise(0),
        )
        sums = rows.group_by(market).agg(nw.col(c).sum() for c in ("value", "_own", "_loose", "_blank", "_wrong"))
        parts.append(sums.with_columns(group=nw.lit(name)))
    rows = nw.concat(parts, how="vertical")
    fine = nw.col("_wrong") == 0
    silent = fine & (nw.col("_blank") > 0)
    traded = fine & ~silent & (VALUE > 0)
    low = nw.when(traded).then(nw.col("_own") / VALUE)
    high = nw.when(traded).then((nw.col("_own") + nw.col("_loose")) / VALUE)
    rows = rows.select(
        *market,
        "group",
        value="_own",
        total="value",
        share_low=nw.when(silent).then(0.0).otherwise(low),
        share_high=nw.when(silent).then(1.0).otherwise(high),
        reason=first(negative_value=~fine, value_missing=silent, no_trade=~traded, origin_unknown=nw.col("_loose") > 0),
    )
    return ordered(rows, *market, "group")


@checked()
def friend_shoring(trade: Any, importer: str, friends: str | Iterable[str]) -> Any:
    r"""Return what buying from one group of countries only would leave of an importer's trade.

    .. math:: kept = \sum_{c \in F} s_c, \qquad cover = \frac{X_F}{M (1 - kept)}

    with :math:`X_F` what the friends sell of the item to everybody else: with ``cover`` below 1 even all of it would not
    replace what is lost. A bound on what is possible, not a forecast: prices, qualities and contracts are not in it. [P]

    Parameters
    ----------
    trade : frame
        World trade for ``cover`` (blank, ``one_importer``, where the year holds one importer only, and where imports were
        not reported).
    importer : str
        ISO3.
    friends : str or iterable of str
        ISO3; the importer itself does not count.

    Returns
    -------
    frame
        ``item`` or ``hs6``, ``importer``, ``year``, ``value``; ``kept_low``, ``kept_high`` (0..1); ``friends`` (those that
        supply already), ``top_friend``; ``hhi_kept_low``, ``hhi_kept_high`` (concentration of what is kept); ``cover_low``,
        ``cover_high`` (infinite where sales of a friend elsewhere were not reported); ``reason``. Trade of unknown origin
        may be the friends', here and elsewhere.

    Raises
    ------
    InputError
        A column is missing, ``value`` is not a number, or there are no friends.
    UnknownIdError
        An importer or friend that is no ISO3 code and stands nowhere in the table, where that is computed.

    Examples
    --------
    >>> import polars as pl
    >>> flows = [("CHN", "JPN", 6.0), ("USA", "JPN", 4.0), ("USA", "KOR", 3.0)]
    >>> trade = pl.DataFrame(flows, schema=["exporter", "importer", "value"], orient="row").with_columns(
    ...     hs6=pl.lit("811010"), year=2022)
    >>> friend_shoring(trade, "JPN", ["USA", "AUS"]).select("kept_low", "friends", "cover_low").row(0)
    (0.4, 1, 0.5)
    """
    frame, item = tidy(trade)
    friends = [country for country in _members(frame, "friends", friends) if country != importer]
    market = [item, "year"]
    mine = of_importer(frame, importer)
    rows = nw.from_native(group_shares(trade, {"friends": friends}, importer)).select(
        *market, value="total", kept_low="share_low", kept_high="share_high", reason="reason"
    )
    loose = nw.col("exporter").is_null()
    kept = concentrate(mine.filter(within("exporter", friends) | loose), market).select(
        *market, friends="origins", top_friend="top_origin", hhi_kept_low="hhi_low", hhi_kept_high="hhi_high"
    )
    others = frame.filter((within("exporter", friends) | loose) & (nw.col("importer") != importer))
    others = others.with_columns(_sold=told(VALUE), _own=within("exporter", friends))
    others = others.select(
        *market,
        _elsewhere=nw.when(nw.col("_own")).then(nw.col("_sold")).otherwise(0.0),
        _more=nw.when(nw.col("_own")).then(0.0).otherwise(nw.col("_sold")),
        _silent=nw.col("_sold").is_null().cast(nw.Int64),
    )
    others = others.group_by(market).agg(nw.col("_elsewhere", "_more", "_silent").sum())
    importers = frame.group_by("year").agg(nw.col("importer").n_unique().alias("_importers"))
    rows = rows.join(kept, on=market, how="left").join(others, on=market, how="left").join(importers, on="year", how="left")
    rows = rows.with_columns(nw.col("_elsewhere", "_more").fill_null(0.0), nw.col("_silent").fill_null(0))
    worldwide = nw.col("_importers") > 1
    known = usable()

    def cover(kept: str, elsewhere: nw.Expr) -> nw.Expr:
        lost = VALUE * (1 - nw.col(kept))
        return nw.when(worldwide & known & (lost > 0)).then(elsewhere / lost)

    sold, more = nw.col("_elsewhere"), nw.col("_more")
    most = cover("kept_high", sold + more)

    rows = rows.with_columns(
        importer=nw.lit(importer),
        friends=nw.col("friends").fill_null(0),
        cover_low=cover("kept_low", sold),
        cover_high=nw.when((nw.col("_silent") > 0) & ~most.is_null()).then(nw.lit(float("inf"))).otherwise(most),
        reason=nw.coalesce(
            "reason", first(one_importer=~worldwide, value_missing=nw.col("_silent") > 0, origin_unknown=more > 0)
        ),
    )
    figures = ["kept_low", "kept_high", "friends", "top_friend", "hhi_kept_low", "hhi_kept_high", "cover_low", "cover_high"]
    return ordered(rows.select(item, "importer", "year", "value", *figures, "reason"), item, "year")


@checked(limit=(0, 1))
def third_country_benchmark(
    trade: Any,
    importer: str,
    members: str | Iterable[str] | None = None,
    *,
    production: Any = None,
    limit: float = 0.65,
    extendable: bool = True,
) -> Any:
    r"""Return the largest share of one third country, against the 65 % benchmark of the Critical Raw Materials Act.

    .. math:: \max_{c \notin U} M_c / C, \qquad C = P + \sum_{c \notin U} M_c

    EU-CRMA-65: by 2030 at most 65 % of the Union's annual consumption of a strategic raw material, at any relevant
    stage, from a single third country; a target for the Union, no limit for a company or for Japan [S]. The Act speaks of
    consumption in quantity; exports are not deducted here (what is imported and sold on counts). Without ``production``
    the share is one of imports, an upper bound of the share of consumption: ``basis`` says which.

    Parameters
    ----------
    trade : frame
        As in `import_concentration`; quantities in the ``value`` column are closer to the Act than money.
    importer : str
        The importing country, or the name to show for the union.
    members : str or iterable of str, optional
        ISO3 of the union; what they sell to each other is no import.
    production : frame, optional
        ``item`` or ``hs6``, ``year``, ``value`` in the same unit, same kind of frame; rows of one item and year add up, a
        blank is not known.
    limit : float
        0..1; passed, not reached.
    extendable : bool
        As in `import_concentration`.

    Returns
    -------
    frame
        Keys; ``value``; ``top_origin``; ``share_low``, ``share_high``; ``basis`` ("imports" or "consumption"); ``above``
        (yes / no / unknown: on imports a "yes" only says that the share of imports is above); ``reason``.

    Raises
    ------
    InputError
        A column is missing, ``value`` is not a number, or ``limit`` is outside 0..1.
    UnknownIdError
        An importer or member that is no ISO3 code and stands nowhere in the table, where that is computed.

    References
    ----------
    .. [1] Regulation (EU) 2024/1252, Article 5.

    Examples
    --------
    >>> import polars as pl
    >>> trade = pl.DataFrame({"hs6": "1", "importer": "JPN", "exporter": ["CHN", "USA"], "year": 2022, "value": [8.0, 2.0]})
    >>> third_country_benchmark(trade, "JPN").select("share_high", "basis", "above").row(0)
    (0.8, 'imports', 'yes')
    """
    frame, item = tidy(trade)
    inside = places(frame, importer if members is None else members)
    market = [item, "year"]
    rows = concentrate(frame.filter(within("importer", inside) & ~within("exporter", inside)), market, extendable=extendable)
    if production is None:
        rows = rows.with_columns(_home=nw.lit(None, dtype=nw.Float64))
    else:
        rows = rows.join(of_home(production, item), on=market, how="left")
    known = ~nw.col("_home").is_null()
    scale = nw.when(known).then(VALUE / (VALUE + nw.col("_home"))).otherwise(1.0)
    silent = nw.when(nw.col("reason").is_null()).then(nw.lit(False)).otherwise(nw.col("reason") == "value_missing")
    # With imports that were not reported the weight of production is not known either: anything down to nothing.
    rows = rows.with_columns(
        importer=nw.lit(importer),
        share_low=nw.when(known & silent).then(0.0).otherwise(nw.col("top_share_low") * scale),
        share_high=nw.when(known & ~silent).then(nw.col("top_share_high") * scale).otherwise(nw.col("top_share_high")),
        basis=nw.when(known).then(nw.lit("consumption")).otherwise(nw.lit("imports")),
    )
    rows = rows.with_columns(above=verdict(nw.col("share_low"), nw.col("share_high"), limit, strict=True))
    shown = [item, "importer", "year", "value", "top_origin", "share_low", "share_high", "basis", "above", "reason"]
    return ordered(rows.select(shown), item, "year")


def _members(frame: Any, name: str, members: Iterable[str]) -> list[str]:
    codes = places(frame, members or ())
    if not codes:
        raise InputError("risk.dependence.group_empty", name=shorten(name))
    return codes

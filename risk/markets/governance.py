"""Concentration of supply weighted by the governance of the countries that it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import polars as pl

from ...graph import SupplyGraph
from ...graph.arguments import checked
from .scores import WORST, scores_of
from .trade import VALUE, by_origin, first, of_importer, ordered, tidy


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
        reason=first(
            negative_value=negative,
            value_missing=silent,
            no_trade=~traded,
            origin_unknown=loose > 0,
            score_missing=nw.col("_scored") < VALUE * (1 - 1e-9),
        ),
    )

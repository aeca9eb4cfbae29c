"""What the European Commission has published of supply risk and economic importance, to compare our figures with."""

from __future__ import annotations

from functools import cache
from importlib import resources

import polars as pl

_FOLDER = ("data", "eu_criticality")


@cache
def eu_criticality() -> pl.DataFrame:
    """Return the Commission's assessments of 2011, 2014, 2017, 2020 and 2023, one row per material and year.

    Columns: ``material`` (the Commission's name), ``year`` (of the assessment; the data behind it are older),
    ``supply_risk`` and ``economic_importance`` (dimensionless scores, 0 and more), ``threshold_sr`` and ``threshold_ei``
    (stated from 2017 on), ``critical`` (both scores reach their thresholds; null where one is not known: the Commission's
    list may add a material by other reasons), ``items`` (ids in the bundled data, a list) and ``source``.

    Scores before and after 2017 were computed by different methods and are not one series [1]_.

    References
    ----------
    .. [1] European Commission (2023), Study on the critical raw materials for the EU 2023. https://doi.org/10.2873/725585

    >>> gallium = eu_criticality().filter(material="Gallium", year=2023)
    >>> gallium.select("supply_risk", "economic_importance", "critical").row(0)
    (3.9, 3.7, True)
    """
    frame = _table("assessments").with_columns(
        pl.col("year").cast(pl.Int64),
        pl.col("supply_risk", "economic_importance", "threshold_sr", "threshold_ei").cast(pl.Float64),
        pl.col("items").fill_null("").str.split("|").list.eval(pl.element().filter(pl.element() != "")),
    )
    reached = pl.col("supply_risk") >= pl.col("threshold_sr"), pl.col("economic_importance") >= pl.col("threshold_ei")
    return frame.with_columns(critical=pl.all_horizontal(*reached)).select(*frame.columns[:6], "critical", "items", "source")


def eu_criticality_sources() -> pl.DataFrame:
    """Return the source of the assessments, with the columns of the table ``sources``.

    >>> eu_criticality_sources()["id"].to_list()
    ['EC_CRM2023']
    """
    return _table("sources")


def _table(name: str) -> pl.DataFrame:
    path = resources.files(__package__ or "kanmon.datasets").joinpath(*_FOLDER, f"{name}.csv")
    with resources.as_file(path) as file:
        return pl.read_csv(file, infer_schema=False, encoding="utf8")

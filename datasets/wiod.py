"""The world's industries as a network: who delivers how much to whom, by country and industry (WIOD, 2011)."""

from __future__ import annotations

import polars as pl

from .packaged import packaged


def wiod_flows() -> pl.DataFrame:
    """Return deliveries between country-industries in 2011: ``supplier, buyer, value`` (million USD).

    Ids are those of `wiod_sectors`. Only flows of at least 10 million are in it, 99.0 % of the value; deliveries to final
    demand are not (see ``final_demand`` there). The table is old: it shows a structure, not today's trade.

    References
    ----------
    Timmer, Dietzenbacher, Los, Stehrer, de Vries (2015), Review of International Economics 23, 575-605,
    doi:10.1111/roie.12178; data CC BY 4.0 (`wiod_sources`).

    >>> wiod_flows().shape
    (121399, 3)
    """
    return packaged("wiod", "flows").with_columns(
        pl.col("supplier", "buyer").cast(pl.String), pl.col("value").cast(pl.Float64)
    )


def wiod_sectors() -> pl.DataFrame:
    """Return the country-industries, one row each.

    Columns: ``id`` (``JPN.c15``); ``country`` (ISO3, ``ROW`` is the rest of the world); ``industry`` (c1 to c35) with
    ``name_en, name_ja``; ``output`` and ``final_demand`` (million USD of 2011); ``source``.

    References
    ----------
    As `wiod_flows`.

    >>> wiod_sectors().filter(id="JPN.c15").select("name_en", "output").row(0)
    ('Transport Equipment', 544791.0)
    """
    sectors = packaged("wiod", "sectors").with_columns(pl.col("output", "final_demand").cast(pl.Float64))
    return sectors.join(packaged("wiod", "industries"), on="industry", how="left", maintain_order="left")


def wiod_sources() -> pl.DataFrame:
    """Return the source of this module's tables, in the columns of the ``sources`` table.

    >>> wiod_sources()["licence"].item()
    'CC BY 4.0'
    """
    return packaged("wiod", "sources")

"""Japan's 特定重要物資 (specified critical products) and 17 strategic fields, with items tagged by the project.

The lists are Japan's. Their HS codes, related technologies and tagged items are this project's own mapping, for finding
one's way; they say nothing about what a designation covers.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import polars as pl


@cache
def _table(folder: str, name: str) -> pl.DataFrame:
    path = resources.files(__package__ or "kanmon.datasets") / "data" / folder / f"{name}.csv"
    with resources.as_file(path) as file:
        return pl.read_csv(file, infer_schema=False, encoding="utf8")


def critical_products() -> pl.DataFrame:
    """Return the 16 specified critical products, with one more row for a later widening.

    Columns: ``id`` ("1" to "16", "12a" for the widening), ``number`` (1..16), ``name_en``, ``name_ja``, ``since`` (date
    in force, as exactly as it was found), ``hs6`` and ``technology`` (numbers of the 24 technologies; both the
    project's own, separated by ``|``), ``confidence``, ``source``, ``note``, ``items`` (ids in the bundled data that
    the project tags, a list).

    References
    ----------
    Economic Security Promotion Act, article 7; cabinet order 394 of 2022 as amended.

    >>> critical_products().filter(id="3").select("name_ja", "since").row(0)
    ('永久磁石', '2022-12-23')
    >>> critical_products()["number"].n_unique()
    16
    """
    return _tagged("critical_products", "product")


def critical_product_items() -> pl.DataFrame:
    """Return the project's own mapping of items to critical products: ``product, item, confidence, basis``.

    ``confidence`` is "estimated" where the item is of the named kind, "unknown" where that is to be checked.

    >>> critical_product_items().filter(item="ndfeb_magnet")["product"].to_list()
    ['3']
    """
    return _table("critical_products", "items")


def strategic_fields() -> pl.DataFrame:
    """Return the 17 strategic fields: ``id, number, name_en, name_ja, technology, source, items``.

    ``technology`` and ``items`` are the project's own mapping.

    >>> strategic_fields().height, strategic_fields()["name_ja"][12]
    (17, 'マテリアル（重要鉱物・部素材）')
    """
    return _tagged("strategic_fields", "field")


def strategic_field_items() -> pl.DataFrame:
    """Return the project's own mapping of items to strategic fields: ``field, item, confidence, basis``.

    >>> strategic_field_items().filter(item="mlcc")["field"].to_list()
    ['13']
    """
    return _table("strategic_fields", "items")


def policy_sources() -> pl.DataFrame:
    """Return the sources of both lists, with the columns of the table ``sources``.

    >>> policy_sources()["id"].to_list()
    ['EGOV_504CO0000000394', 'JP_STRATEGIC_FIELDS_17']
    """
    return pl.concat([_table("critical_products", "sources"), _table("strategic_fields", "sources")])


def _tagged(folder: str, key: str) -> pl.DataFrame:
    tags = _table(folder, "items").group_by(id=key).agg(items=pl.col("item").sort())
    frame = _table(folder, folder).with_columns(pl.col("number").cast(pl.Int64))
    return frame.join(tags, on="id", how="left", maintain_order="left").with_columns(
        pl.col("items").fill_null(pl.lit([], dtype=pl.List(pl.String)))
    )

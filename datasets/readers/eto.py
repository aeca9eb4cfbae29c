"""The Advanced Semiconductor Supply Chain dataset of the Emerging Technology Observatory, from a folder a user downloaded.

The dataset is under CC BY-NC 4.0 and none of it is packaged. Both editions are read: that of 2022 (shares as "61%", a column
for negligible shares) and that of 2026 (numbers, a column ``year``).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from ...graph import InputError, SupplyGraph, UnknownIdError
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest, short_path, shorten
from ...graph.messages import text
from ..places import countries, country
from .tables import numbered, read_table, years

KINDS = ("variants", "alternatives", "all")
_SOURCE = "ETO_SEMICONDUCTOR"
_ITEM_KINDS = {
    "material_resource": "material",
    "tool_resource": "equipment",
    "process": "process",
    "design_resource": "service",
    "ultimate_output": "product",
}
_ROLES = {"tool_resource": "equipment", "process": "process"}
_FILES = ("inputs.csv", "sequence.csv", "stages.csv", "providers.csv", "provision.csv")
_SMALL_COUNTRY = 0.025
"""A "negligible" country holds 2 % or less after rounding, says the edition of 2022."""


def is_eto(folder: Path) -> bool:
    """Whether the folder holds the files of the dataset (a folder of Kanmon's own tables has an ``inputs.csv`` too)."""
    return all((folder / name).is_file() for name in _FILES)


@checked()
def read_eto(folder: str | Path, *, kinds: str | Mapping[str, str] = "alternatives", lang: str | None = None) -> SupplyGraph:
    r"""Return the semiconductor dataset of the Emerging Technology Observatory as a supply graph.

    ``goes_into`` rows are inputs that are all needed. A stage (design, fabrication, assembly), for which the dataset gives
    shares of capacity, stands between its processes (by ``stage_id``) and what they go into: fabrication needs its last
    process, and packaging needs fabrication, so what stops a country's plants is missing from the chip. A stage from which
    nothing goes on is needed by the finished product itself.

    Shares of countries and of organizations become two views of one market, which are never added. A provider without a
    figure ("Major") is named with an unknown share. Providers that are no country ("Various countries", "Europe") are a
    residual: part of the remainder, not a supplier.

    Parameters
    ----------
    folder : path
        Holds ``inputs.csv``, ``sequence.csv``, ``stages.csv``, ``providers.csv``, ``provision.csv`` as published.
    kinds : {"alternatives", "all", "variants"} or mapping, default "alternatives"
        What "X is a type of Y" means for what Y needs; the dataset does not say. ``"alternatives"``: any one of the types
        will do (OR), in a mix that nobody knows, so that losing one may cost nothing or all: the bounds hold for ``"all"``
        too. ``"all"``: every one is needed (AND). ``"variants"``: nothing (X is a kind of Y, and not upstream of it). A
        mapping gives the choice by the id of Y; types of any other item are variants.
    lang : {"en", "ja"}, optional
        Language of the notice.

    Returns
    -------
    SupplyGraph
        Ids are those of the dataset; countries have their ISO3 code. A company's country is that of its ultimate parent's
        headquarters, not of its plants.

    Warns
    -----
    UserWarning
        The licence: CC BY-NC 4.0, not for commercial use.

    Raises
    ------
    ReadError
        A file is missing or unreadable.
    InputError
        A column is missing, a share is no percentage, a year is none, or an unknown choice of ``kinds``.
    UnknownIdError
        ``kinds`` names an item that the dataset does not have.

    References
    ----------
    Emerging Technology Observatory, Advanced Semiconductor Supply Chain Dataset, https://eto.tech/dataset-docs/chipexplorer/

    Examples
    --------
    >>> import warnings
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> files = {
    ...     "inputs": "input_id,input_name,type,stage_name,stage_id\nN1,Chip,ultimate_output,,\nN2,Resist,material,,\n",
    ...     "stages": "stage_id,stage_name\n",
    ...     "sequence": "input_id,goes_into_id,is_type_of_id\nN2,N1,\n",
    ...     "providers": "provider_id,provider_name,provider_type,country\nP1,JPN,country,\n",
    ...     "provision": "provider_id,provided_id,share_provided,year\nP1,N2,90,2022\n",
    ... }
    >>> with TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
    ...     for name, rows in files.items():
    ...         _ = Path(folder, f"{name}.csv").write_text(rows, encoding="utf-8")
    ...     graph = read_eto(folder)
    >>> graph.shares.select("item", "supplier", "share", "year").rows()
    [('N2', 'JPN', 0.9, 2022)]
    """
    folder = Path(folder)
    nodes = read_table(folder / "inputs.csv", ("input_id", "input_name", "type", "stage_name", "stage_id"))
    stages = read_table(folder / "stages.csv", ("stage_id", "stage_name"))
    links = read_table(folder / "sequence.csv", ("input_id", "goes_into_id", "is_type_of_id"))
    providers = read_table(folder / "providers.csv", ("provider_id", "provider_name", "provider_type", "country"))
    provision = read_table(folder / "provision.csv", ("provider_id", "provided_id", "share_provided"))
    if "year" in provision.columns:
        provision = numbered(provision)
        provision = provision.with_columns(year=years(provision, "year", folder / "provision.csv"))
    choice = _choices(kinds, nodes["input_id"])
    warnings.warn(text("datasets.eto.licence", lang), stacklevel=2)
    suppliers = _suppliers(providers)
    return SupplyGraph(
        items=_items(nodes, stages, links),
        inputs=_inputs(nodes, links, choice) + _stage_inputs(nodes, stages, links),
        suppliers=[row for row in suppliers.values() if row["id"] is not None],
        shares=_shares(provision, suppliers, folder),
        sources=[
            {
                "id": _SOURCE,
                "title": "Advanced Semiconductor Supply Chain Dataset",
                "publisher": "Georgetown CSET, Emerging Technology Observatory",
                "url": "https://eto.tech/dataset-docs/chipexplorer/",
                "licence": "CC BY-NC 4.0",
                "reliability": "high",
                "note": text("datasets.eto.note", "en"),
            }
        ],
        name="eto_semiconductor",
    )


def _choices(kinds: str | Mapping[str, str], known: pl.Series) -> Mapping[str, str]:
    chosen = dict.fromkeys(known, kinds) if isinstance(kinds, str) else dict(kinds)
    for value in [kinds] if isinstance(kinds, str) else chosen.values():
        if value not in KINDS:
            raise InputError("datasets.eto.kinds", value=shorten(value), hint=did_you_mean(nearest(str(value), KINDS)))
    for id in chosen.keys() - set(known):
        raise UnknownIdError("item", id, known)
    return chosen


def _items(nodes: pl.DataFrame, stages: pl.DataFrame, links: pl.DataFrame) -> list[dict[str, Any]]:
    parents = dict(links.filter(pl.col("is_type_of_id").is_not_null()).select("input_id", "is_type_of_id").rows())
    rows = [
        {
            "id": row["input_id"],
            "name_en": row["input_name"],
            "kind": _ITEM_KINDS.get(row["type"], "material"),
            "stage": row["stage_name"],
            "variant_of": parents.get(row["input_id"]),
        }
        for row in nodes.iter_rows(named=True)
    ]
    stage = {"kind": "process", "stage": None, "variant_of": None}
    return rows + [{"id": id, "name_en": name, **stage} for id, name in stages.select("stage_id", "stage_name").rows()]


def _inputs(nodes: pl.DataFrame, links: pl.DataFrame, choice: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows of what goes into what within a stage, and of types."""
    types = dict(nodes.select("input_id", "type").rows())
    stage_of = _stage_of(nodes)
    rows = []
    for link in links.iter_rows(named=True):
        part, whole, parent = link["input_id"], link["goes_into_id"], link["is_type_of_id"]
        row = {"input": part, "source": _SOURCE, "role": _ROLES.get(types.get(part, ""), "input"), "group": None}
        # What leaves a stage goes by the stage; that an item goes into itself is a slip of one release.
        if whole not in {None, part} and not _leaves(part, whole, stage_of):
            rows.append({"item": whole, **row, "confidence": "published"})
        if parent is not None and choice.get(parent, "variants") != "variants":
            group = f"types of {parent}" if choice[parent] == "alternatives" else None
            rows.append({"item": parent, **row, "group": group, "confidence": "estimated"})
    return rows


def _stage_of(nodes: pl.DataFrame) -> dict[str, str]:
    rows = nodes.filter(pl.col("stage_id").is_not_null() & (pl.col("type") == "process"))
    return dict(rows.select("input_id", "stage_id").rows())


def _leaves(part: str, whole: str, stage_of: Mapping[str, str]) -> bool:
    return part in stage_of and stage_of.get(whole) != stage_of[part]


def _stage_inputs(nodes: pl.DataFrame, stages: pl.DataFrame, links: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows that put each stage between the processes that leave it and what they go into."""
    stage_of = _stage_of(nodes)
    flows = links.filter(pl.col("goes_into_id").is_not_null()).select("input_id", "goes_into_id").rows()
    row = {"source": _SOURCE, "role": "process", "group": None, "confidence": "structural"}
    leaving = [(part, whole) for part, whole in flows if _leaves(part, whole, stage_of)]
    needs = {(stage_of[part], part): row for part, whole in leaving}
    needs |= {(whole, stage_of[part]): row for part, whole in leaving}
    final = nodes.filter(type="ultimate_output")["input_id"]
    used = {part for part, whole in flows if part != whole}
    for stage in sorted(set(stages["stage_id"].drop_nulls()) - {stage_of[part] for part, _ in leaving}):
        last = [part for part, own in stage_of.items() if own == stage and part not in used]
        # Several ends that go nowhere are kinds of product (designs of CPUs, of GPUs): any of them.
        group = f"processes of {stage}" if len(last) > 1 else None
        needs |= {(stage, part): row | {"group": group} for part in last} | {(whole, stage): row for whole in final}
    return [{"item": item, "input": part, **about} for (item, part), about in needs.items()]


def _suppliers(providers: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Suppliers by the id of the provider; repeated rows give further names of one."""
    names = dict(countries().select("iso3", "name_en").rows())
    found: dict[str, dict[str, Any]] = {}
    for row in providers.iter_rows(named=True):
        id, name = row["provider_id"], row["provider_name"]
        if id in found:
            continue
        if row["provider_type"] == "organization":
            place = country(row["country"]) if row["country"] else None
            found[id] = {"id": id, "name_en": name, "kind": "company", "country": place}
        elif (iso3 := country(name)) is not None:
            found[id] = {"id": iso3, "name_en": names[iso3], "kind": "country", "country": iso3}
        else:
            found[id] = {"id": id, "name_en": name, "kind": "aggregate", "country": None}
    return found


def _shares(provision: pl.DataFrame, suppliers: Mapping[str, dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    small = next((name for name in provision.columns if name.startswith("negligible")), None)
    rows = []
    for row in provision.iter_rows(named=True):
        if row["provider_id"] not in suppliers:
            raise UnknownIdError("supplier", row["provider_id"], suppliers)
        supplier = suppliers[row["provider_id"]]
        share = _share(row["share_provided"], folder)
        fact = {"item": row["provided_id"], "supplier": supplier["id"], "source": _SOURCE, "share": share}
        fact |= {"measure": "market share", "confidence": "published", "note": row.get("source")}
        fact |= {
            "year": row.get("year"),
            "share_low": None,
            "share_high": None,
            "missing": None,
        }
        if supplier["kind"] == "aggregate":
            fact |= {"share": None, "missing": "residual"}
        elif share is None and small is not None and row[small] is not None and supplier["kind"] == "country":
            fact |= {"share_low": 0.0, "share_high": _SMALL_COUNTRY}
        elif share is None:
            fact["missing"] = "not_reported"
        rows.append(fact)
    return rows


def _share(cell: str | None, folder: Path) -> float | None:
    """Return a percentage as a share; a blank or a word ("Major") gives none."""
    if cell is None or cell.casefold() in {"major", "minor", "negligible"}:
        return None
    try:
        share = float(cell.removesuffix("%")) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InputError("datasets.eto.share", value=shorten(cell), path=short_path(folder / "provision.csv"))
    return share

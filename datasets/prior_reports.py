"""The 24 technologies under Japan's prior-report scheme, and the vocabulary that finds them.

The list and its vocabulary are data in ``data/technologies``. Every fact carries its basis: which five technologies
are "to be added" is inferred from their numbers, and only the first batch's dates were found.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import polars as pl

from ..graph.arguments import checked
from ..graph.errors import ReadError, shorten
from ..graph.tables import read_frame
from .restrictions import country_groups

_FOLDER = "data/technologies"
GROUP_A_COLUMNS = ("country", "valid_from", "valid_to", "source")


@cache
def _table(name: str) -> pl.DataFrame:
    path = resources.files(__package__ or "kanmon.datasets") / _FOLDER / f"{name}.csv"
    with resources.as_file(path) as file:
        frame = pl.read_csv(file, infer_schema=False, encoding="utf8")
    return frame.with_columns(pl.col("number").cast(pl.Int64)) if "number" in frame.columns else frame


def technologies() -> pl.DataFrame:
    """Return the 24 technologies, one row each, ordered by number.

    Columns: ``number`` (1..24), ``name_en``, ``name_ja``, ``status`` ("designated" or "to_be_added"),
    ``status_basis``, ``batch`` with ``batch_basis`` and ``batch_confidence``, ``announced`` and ``effective_date``
    (ISO dates, null where no source gives one), ``legal_basis``, ``description_en``, ``description_ja``,
    ``scope_note_en``, ``scope_note_ja`` with ``scope_basis``, ``as_of`` (the month of the list) and ``source``.

    Which five are "to_be_added" (20 to 24) is inferred from numbering, and ``status_basis`` says so.

    References
    ----------
    Foreign Exchange and Foreign Trade Act, article 55-8; METI notice 178 of 2024.

    >>> technologies().filter(pl.col("number") == 22)["name_ja"].item()
    '永久磁石'
    >>> technologies()["status"].value_counts(sort=True).rows()
    [('designated', 19), ('to_be_added', 5)]
    """
    return _table("technologies")


def technology_terms() -> pl.DataFrame:
    """Return the vocabulary: the compiled table with the project's own rows, which replace rows of the same term.

    Columns ``number`` (null: any technology), ``use``, ``lang``, ``term``, ``kind``, ``match``, ``basis``.

    ==========  =====================================================================================
    use         meaning
    ==========  =====================================================================================
    include     names the item. ``match``: substring or word are strong, context is weak (review only),
                all needs every word of ``head&other words`` near each other
    exclude     cancels a hit that it covers, elsewhere turns a match into a review
    form        a following word that leaves the item the item (powder, sheet, a maker's name); of kind grade it
                makes the word before it harmless too (battery grade), with match "end" it is an adjective's ending
    other       a head noun that names another thing, made for the item (stripper, tester), or of kind service one of
                something done or told about it (repair, handbook), wherever in the line it stands
    whole       a head noun that names a whole with the item in it (motor)
    use         a word that says that what follows, or stood before, is for the item
    contain     a word that says that what follows, or stood before, has the item in it
    stop        a word at which a name ends (in, of)
    ==========  =====================================================================================

    An exclude of kind purpose also speaks where it names the use ("target for X-ray tubes"). A word of an ``all`` term may
    have alternatives: ``target|targets&PVD|sputter`` is any of the heads with any of the qualifiers.

    >>> technology_terms().filter(pl.col("term") == "スポンジチタン").row(0)[:4]
    (12, 'include', 'ja', 'スポンジチタン')
    """
    own = pl.concat([_table("project_terms"), _qualified_terms(), _things()])
    return pl.concat([own, _table("terms").join(own, on=["number", "use", "term"], how="anti")])


def _qualified_terms() -> pl.DataFrame:
    """Return the rules of a head noun and its qualifiers as include terms of two words with alternatives."""
    return _table("qualified_terms").select(
        "number",
        pl.lit("include").alias("use"),
        "lang",
        pl.format("{}&{}", "heads", "qualifiers").alias("term"),
        pl.lit("pair").alias("kind"),
        pl.lit("all").alias("match"),
        "basis",
    )


def _things() -> pl.DataFrame:
    """Return the head nouns of other things and of services, and words of properties, as terms of any technology."""
    return (
        _table("things")
        .select(
            pl.lit(None, pl.Int64).alias("number"),
            "use",
            "lang",
            pl.col("words").str.split("|").alias("term"),
            "kind",
            pl.lit("head").alias("match"),
            "basis",
        )
        .explode("term")
    )


def technology_hs_codes() -> pl.DataFrame:
    """Return indicative HS 2022 codes: ``number, hs6, relation, specificity, hs_description, edition, basis``.

    ``relation``: product, part, precursor, upstream, downstream. ``specificity``: a "basket" also holds other goods.
    The mapping is indicative and no code decides anything alone.

    >>> technology_hs_codes().filter(pl.col("hs6") == "853224")["number"].to_list()
    [1]
    """
    return _table("hs_codes")


def technology_materials() -> pl.DataFrame:
    """Return upstream materials: ``number, material, role, hs6, basis`` (many without a source: see ``basis``).

    >>> "acrylonitrile" in technology_materials().filter(pl.col("number") == 6)["material"].to_list()
    True
    """
    return _table("materials")


def technology_part_numbers() -> pl.DataFrame:
    """Return makers' part number series: ``number, series, prefix, pattern, match, beside, unless, basis``.

    Patterns are lower-case regular expressions of folded text. ``beside`` and ``unless`` name a row of `signs` that must, or
    must not, stand near: X7R beside a capacitance is a chip capacitor. ``match`` "context" says too little alone.

    >>> technology_part_numbers()["number"].unique().sort().to_list()
    [1, 10, 11]
    """
    return _table("part_numbers")


def signs() -> pl.DataFrame:
    """Return what small parts are told by besides a name: ``sign, pattern, basis`` (lower-case regular expressions).

    >>> signs()["sign"].to_list()[:3]
    ['capacitance', 'capacitance in farad', 'resistance']
    """
    return _table("signs")


def technology_spellings() -> pl.DataFrame:
    """Return spellings that are read alike: ``standard, variant, basis``.

    >>> technology_spellings().filter(pl.col("variant") == "珪素")["standard"].item()
    'ケイ素'
    """
    return _table("spellings")


def transfer_questions() -> pl.DataFrame:
    """Return the questions that decide about a transfer: ``number, question`` (a key), ``basis``, ``source``.

    >>> transfer_questions()["question"].to_list()[:3]
    ['list', 'kind', 'permit']
    """
    return _table("transfer_questions")


@checked()
def group_a(path: str | Path | None = None) -> pl.DataFrame:
    """Return the Group A destinations: ``country`` (ISO3), ``valid_from``, ``valid_to`` (dates or null), ``source``.

    The packaged list is that of `country_groups`: compiled from secondary sources of 2019 and 2025, not from the order
    itself (輸出貿易管理令 別表第3). A user's own list is a CSV file with the same columns at ``path``.

    Raises
    ------
    ReadError
        The file cannot be read, lacks one of the columns, or holds a date that is none (ISO, 2026-01-31).

    >>> group_a().height, group_a()["source"].unique().sort().to_list()
    (28, ['S_GRPA', 'S_GRPA_KR'])
    """
    if path is None:
        members = country_groups().filter(group="JPN_GROUP_A")
        return members.select("country", "source", valid_from="since", valid_to="until").select(GROUP_A_COLUMNS)
    frame = read_frame(Path(path))
    missing = [name for name in GROUP_A_COLUMNS if name not in frame.columns]
    if missing:
        raise ReadError("datasets.technologies.group_a_columns", path=shorten(path), columns=", ".join(missing))
    dates = [pl.col(name).str.strip_chars().replace("", None).str.to_date("%Y-%m-%d") for name in GROUP_A_COLUMNS[1:3]]
    try:
        frame = frame.with_columns(pl.col("country").str.strip_chars().str.to_uppercase(), *dates)
    except pl.exceptions.PolarsError as error:
        raise ReadError("datasets.technologies.group_a_dates", path=shorten(path)) from error
    return frame.select(GROUP_A_COLUMNS).drop_nulls("country")

"""Countries: the project's own reviewed table of ISO 3166-1 codes, names in English and Japanese, aliases and groups.

The table holds every ISO 3166-1 country and Kosovo (XKX, a user-assigned code). Names are the ones in common use.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

import polars as pl

from ..graph.errors import InputError, did_you_mean, nearest, shorten

_APOSTROPHES = str.maketrans("’‘`´", "''''")


@cache
def _table(name: str) -> pl.DataFrame:
    path = resources.files(__package__ or "kanmon.datasets") / "data" / "countries" / f"{name}.csv"
    with resources.as_file(path) as file:
        return pl.read_csv(file, infer_schema=False, encoding="utf8")


def countries() -> pl.DataFrame:
    """Return all countries, one row each, ordered by code: ``iso3, iso2, name_en, name_ja, aliases``.

    ``aliases`` are other names and spellings, separated by ``|``, null where there are none.

    References
    ----------
    ISO 3166-1. Kosovo has no code there; XK and XKX are user-assigned codes in wide use.

    >>> countries().filter(iso3="TWN").select("name_en", "name_ja").row(0)
    ('Taiwan', '台湾')
    """
    return _table("countries")


def country(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code that ``text`` names, ``None`` when it names no country.

    ``text`` is an ISO code of two or three letters, a name in English or Japanese, or an alias. Width, case, accents'
    composition, kinds of apostrophe and white space do not matter (Unicode NFKC, case folded).

    >>> country("台湾"), country("ｃｈｎ"), country("Congo (Kinshasa)"), country("Atlantis")
    ('TWN', 'CHN', 'COD', None)
    """
    return _names().get(_folded(text))


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for row in countries().iter_rows(named=True):
        words = [row["iso3"], row["iso2"], row["name_en"], row["name_ja"], *(row["aliases"] or "").split("|")]
        names.update((_folded(word), row["iso3"]) for word in words if word)
    return names


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)).strip().casefold()


def groups() -> pl.DataFrame:
    """Return the groups of countries: ``group, since, name_en, name_ja, publisher, url, members``.

    ``since`` is the date from which the membership shown here holds; ``members`` is a list of ISO3 codes. ``publisher``
    and ``url`` name the official page to check it against.

    >>> groups().select("group", "since").rows()
    [('G7', '2014-03-24'), ('EU', '2020-02-01'), ('CPTPP', '2024-12-15')]
    """
    members = _table("members").group_by("group").agg(members=pl.col("iso3").sort())
    return _table("groups").join(members, on="group", how="left", maintain_order="left")


def group(name: str) -> list[str]:
    """Return the members of the group ``name`` as ISO3 codes in order: ``"G7"``, ``"EU"`` or ``"CPTPP"``.

    Raises
    ------
    InputError
        There is no such group.

    >>> group("G7")
    ['CAN', 'DEU', 'FRA', 'GBR', 'ITA', 'JPN', 'USA']
    """
    known = {row["group"]: row["members"] for row in groups().iter_rows(named=True)}
    found = known.get(unicodedata.normalize("NFKC", name).strip().upper())
    if found is None:
        raise InputError(
            "datasets.countries.unknown_group",
            value=shorten(name),
            known=", ".join(known),
            hint=did_you_mean(nearest(name, known, most=1)),
        )
    return found

"""Countries: the project's own reviewed table of ISO 3166-1 codes, names in English and Japanese, aliases and groups.

The table holds every ISO 3166-1 country and Kosovo (XKX, a user-assigned code). Names are the ones in common use.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from numbers import Real

import polars as pl

from ..graph.arguments import checked
from ..graph.errors import InputError, did_you_mean, nearest, shorten


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


def country(text: str | None) -> str | None:
    """Return the ISO 3166-1 alpha-3 code that ``text`` names, ``None`` when it names no country.

    ``text`` is an ISO code of two or three letters, a name in English or Japanese, or an alias. Width, case, accents,
    punctuation, white space, usual abbreviations ("Rep.", "Dem.", "Isds", "St.") and a part put last ("Korea, Rep. of") do
    not matter. Two countries in one text are none: nobody knows which is meant; so is an empty cell.

    >>> [country(text) for text in ("台湾", "ｃｈｎ", "Korea, Rep. of", "Taiwan, Province of China", "Atlantis", None)]
    ['TWN', 'CHN', 'KOR', 'TWN', None, None]
    """
    if not isinstance(text, str):
        return None
    names = _names()
    head, tail = [*re.split(r"[,(（、]", text[:200], maxsplit=1), ""][:2]
    # "China, Taiwan" is a list of two, not a name with its first part put last.
    turned = None if _words(tail) in names else names.get(_words(f"{tail} {head}"))
    return names.get(_words(text)) or turned


def area(code: str | int | None) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of an area of the United Nations' trade statistics, ``None`` if it is no country.

    ``code`` is its number (392) or its code in letters; those of states that no longer exist are kept. The area 490, S19,
    "Other Asia, nes" is Taiwan in these statistics; other groups and remainders (R20, X2, W00, "N/A") are no country.

    References
    ----------
    CEPII, BACI country codes (`trade_sources`, ``CEPII_BACI_COUNTRIES``).

    >>> area("490"), area("S19"), area(842), area("R20"), area("N/A")
    ('TWN', 'TWN', 'USA', None, None)
    """
    if not isinstance(code, (str, Real)) or code != code:  # an empty cell of pandas is a number that is none
        return None
    text = str(code).strip().upper().removesuffix(".0")
    if text.isdecimal() and text.isascii():
        return _areas().get(int(text[:9]))
    return "TWN" if text == "S19" else text if re.fullmatch("[A-Z]{3}", text) and text not in _NO_STATES else None


_NO_STATES = frozenset(("WLD", "EUN", "EUR", "NAN"))


@cache
def _areas() -> dict[int, str]:
    from .packaged import packaged

    rows = packaged("comtrade", "countries").select("code", "iso3").iter_rows()
    return {int(code): iso3 for code, iso3 in rows if iso3}


@cache
def _names() -> dict[tuple[str, ...], str]:
    names: dict[tuple[str, ...], str] = {}
    for row in countries().iter_rows(named=True):
        words = [row["iso3"], row["iso2"], row["name_en"], row["name_ja"], *(row["aliases"] or "").split("|")]
        names.update((_words(word), row["iso3"]) for word in words if word)
    return names


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a name without accents, dots and little words."""
    plain = unicodedata.normalize("NFKD", text[:200])
    plain = unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", plain)).casefold().replace("&", " and ")
    words = re.sub(r"[^\w\s/・]", " ", re.sub(r"[.'’‘`´]", "", plain)).split()
    if len(words) < 2:
        # A word alone may be a code: IS is Iceland, not "islands".
        return tuple(words)
    return tuple(_SHORT.get(word, word) for word in words if word not in _LITTLE)


_LITTLE = frozenset(("the", "of"))
_SHORT = {"rep": "republic", "dem": "democratic", "fed": "federal", "st": "saint", "br": "british", "fr": "french"}
_SHORT |= dict.fromkeys(("isds", "isl", "is", "islands"), "island") | {"terr": "territory", "territories": "territory"}


def groups() -> pl.DataFrame:
    """Return the groups of countries: ``group, since, name_en, name_ja, publisher, url, members``.

    ``since`` is the date from which the membership shown here holds; ``members`` is a list of ISO3 codes. ``publisher``
    and ``url`` name the official page to check it against.

    >>> groups().select("group", "since").rows()
    [('G7', '2014-03-24'), ('EU', '2020-02-01'), ('CPTPP', '2024-12-15')]
    """
    members = _table("members").group_by("group").agg(members=pl.col("iso3").sort())
    return _table("groups").join(members, on="group", how="left", maintain_order="left")


@checked()
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

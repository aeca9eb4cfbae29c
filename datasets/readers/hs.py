"""Harmonized System codes: written in many ways, in seven editions that split and merge them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import polars as pl

from ...graph import InputError
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest, shorten
from ...graph.frames import check_columns, frame_of

# Edition and its year, in the order of Comtrade's codes H0 to H6; HS92 stands for HS 1988 too, which is the same at six
# digits.
EDITIONS = {"HS92": 1988, "HS96": 1996, "HS02": 2002, "HS07": 2007, "HS12": 2012, "HS17": 2017, "HS22": 2022}
CLASSIFICATIONS = {f"H{number}": name for number, name in enumerate(EDITIONS)}
RELATIONS = ("same", "renamed", "merge", "split", "many", "unmapped")


def hs_code(column: str, digits: int | None = 6, national: int = 9) -> nw.Expr:
    """Return an expression that restores HS codes and cuts them to ``digits`` digits; blank where there is no such code.

    With ``digits=None`` each code keeps its own length: two or four digits stay, more are cut to six.

    Dots, blanks, quotes and a trailing ``.0`` (a number that was read as a float) are dropped. HS codes have an even
    number of digits, so an odd number means a lost leading zero; nine digits are a full Japanese code where
    ``national`` is 9, and a US code that lost its zero where it is 10. Chapters run from 01 to 99.

    >>> frame = nw.from_native(pl.DataFrame({"code": ["2504.90", "10121", "'280429100'", "250490.0", "25", "x"]}))
    >>> frame.select(hs_code("code"))["code"].to_list()
    ['250490', '010121', '280429', '250490', None, None]
    """
    written = digits_of(column)
    size = written.str.len_chars()
    odd = (size == 3) | (size == 5) | (size == 7) | ((size == 9) if national != 9 else nw.lit(False))
    full = nw.when(odd | (size == 1) if digits is None else odd).then(nw.concat_str(nw.lit("0"), written)).otherwise(written)
    good = full.str.contains(r"^(?:0[1-9]|[1-9][0-9])\d{0,8}$") & (full.str.len_chars() >= (digits or 2))
    return nw.when(good).then(full.str.slice(0, digits or 6)).otherwise(nw.lit(None, dtype=nw.String)).alias(column)


def digits_of(column: str) -> nw.Expr:
    """Return an expression with the digits of a code as they were written."""
    text = nw.col(column).cast(nw.String).str.replace_all(r"^(\s*\d{3,10})\.0\s*$", "$1")
    return text.str.replace_all(r"[\s.'’\"\-]", "")


def coarser(rows: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Return the rows ``(..., code)`` whose code is the beginning of a longer code with the same other cells.

    Adding both would count trade twice.

    >>> coarser([("JPN", "8542"), ("JPN", "854231"), ("JPN", "81"), ("USA", "8542")])
    {('JPN', '8542')}
    """
    rows = set(rows)
    return rows & {(*row[:-1], row[-1][:size]) for row in rows for size in range(2, len(row[-1]))}


def edition(name: str) -> str:
    """Return the edition's name as used here.

    Raises
    ------
    InputError
        There is no such edition.

    >>> edition("hs2017"), edition("H5"), edition("HS17")
    ('HS17', 'HS17', 'HS17')
    """
    known = {alias: key for key, year in EDITIONS.items() for alias in (key, f"HS{year}")}
    known |= {"HS1992": "HS92", **CLASSIFICATIONS}
    key = known.get(str(name).strip().upper().replace(" ", ""))
    if key is None:
        raise InputError("datasets.trade.edition", value=shorten(name), hint=did_you_mean(nearest(str(name), EDITIONS)))
    return key


def in_force(year: pl.Expr) -> pl.Expr:
    """Return an expression with the edition in force in ``year``.

    >>> pl.select(in_force(pl.lit(2019))).item()
    'HS17'
    """
    return pl.coalesce(*(pl.when(year >= since).then(pl.lit(name)) for name, since in reversed(EDITIONS.items())))


@checked()
def convert_edition(trade: pl.DataFrame, concordance: Any, target: str) -> pl.DataFrame:
    """Return a trade table in another HS edition, with splits and merges marked, never guessed.

    Codes that are linked in the concordance form a family. A family with one code on each side is ``same`` or ``renamed``;
    several old codes with one new code ``merge``: they are added up. One old code with several new ones is a ``split``,
    several with several ``many``: the value cannot be divided, so it stays together under the new codes joined by
    ``+``. A code that the concordance does not have stays as it is, ``unmapped``.

    Parameters
    ----------
    trade : polars.DataFrame
        With ``hs6``; other text columns, ``year`` and the like are kept apart, ``value`` and ``quantity`` are summed (blank
        where a part is blank).
    concordance : frame
        Two columns, old and new code (for example the United Nations Statistics Division's correlation tables).
    target : str
        Edition of the new codes, see `EDITIONS`.

    Returns
    -------
    polars.DataFrame
        ``hs6``, ``hs_edition``, ``hs_relation`` and the rest.

    Raises
    ------
    InputError
        An unknown edition, or a concordance that does not have two columns.

    Examples
    --------
    >>> trade = pl.DataFrame({"hs6": ["854231", "854290", "010121"], "value": [1.0, 2.0, 4.0]})
    >>> links = pl.DataFrame({"HS17": ["854231", "854290", "854290"], "HS22": ["854231", "854290", "852411"]})
    >>> convert_edition(trade, links, "HS22").select("hs6", "hs_relation", "value").rows()
    [('010121', 'unmapped', 4.0), ('852411+854290', 'split', 2.0), ('854231', 'same', 1.0)]
    """
    check_columns(trade, "trade", "hs6")
    links = frame_of(concordance)
    if links.width != 2:
        raise InputError("datasets.trade.concordance", columns=links.width)
    links = nw.from_native(links.rename(dict(zip(links.columns, ("old", "new"), strict=True))))
    links = links.with_columns(hs_code("old"), hs_code("new")).to_native().drop_nulls().unique()
    families = _families(links)
    edition_name = edition(target)
    moved = trade.join(families, left_on="hs6", right_on="old", how="left").with_columns(
        hs6=pl.coalesce("family", "hs6"),
        hs_relation=pl.col("relation").fill_null("unmapped"),
        hs_edition=pl.lit(edition_name),
    )
    amounts = trade.select(pl.selectors.numeric()).columns  # of no quantity at all a column of blanks is no number
    sums = [name for name in ("value", "quantity") if name in amounts]
    rest = [name for name in trade.columns if name not in (*sums, "hs6", "hs_edition")]
    keys = ["hs6", *rest, "hs_edition", "hs_relation"]
    whole = [pl.when(pl.col(c).is_not_null().all()).then(pl.col(c).sum()).alias(c) for c in sums]
    return moved.group_by(keys).agg(whole).sort(keys)


def _families(links: pl.DataFrame) -> pl.DataFrame:
    """Return, for each old code, the new codes of its connected family and how the two sides relate."""
    import networkx as nx

    web = nx.Graph()
    web.add_edges_from((("old", old), ("new", new)) for old, new in links.iter_rows())
    rows = []
    for part in nx.connected_components(web):
        old = sorted(code for side, code in part if side == "old")
        new = sorted(code for side, code in part if side == "new")
        if len(old) == 1 and len(new) == 1:
            relation = "same" if old == new else "renamed"
        else:
            relation = "merge" if len(new) == 1 else "split" if len(old) == 1 else "many"
        rows += [(code, "+".join(new), relation) for code in old]
    return pl.DataFrame(rows, schema={"old": pl.String, "family": pl.String, "relation": pl.String}, orient="row")

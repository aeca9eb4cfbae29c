"""Measures in force: who restricts what, since when, by which act, and how far anybody could verify that.

Everything here was compiled from sources of July 2026 or before (``checked``). What depends on later events is
``unknown`` and stays so: `rechecks` lists what to look up again.
"""

from __future__ import annotations

from datetime import date as Date
from typing import Any

import polars as pl

from ..graph import InputError
from ..graph.ages import day
from ..graph.arguments import checked
from ..graph.errors import shorten
from ..graph.frames import frame_of
from .packaged import packaged

_DATES = ("since", "until", "renews_from", "checked")


@checked()
def measures(on: Date | str | None = None, *, also: Any = None) -> pl.DataFrame:
    """Return export controls, bans, quotas, tariffs and the like, one row each; with ``on`` those that applied that day.

    Parameters
    ----------
    on : datetime.date or str, optional
        A day (ISO, 2026-11-24). Default: all measures with the status at the time of compilation (see ``checked``).
    also : frame, optional
        Further rows of the table ``measures`` (``graph.measures``); a row with the id of a bundled one takes its place.

    Returns
    -------
    polars.DataFrame
        The columns of the table ``measures`` (``id, issuer, kind, source, item, against, since, until, renews_from, status,
        checked, object, share_low, share_high, legal_reference, confidence, note``; ``since``, ``until``, ``renews_from``
        and ``checked`` are dates), then ``name_en, name_ja`` (the goods in words), ``hs6, announced, basis`` (published,
        secondary: a summary of the act, or knowledge), ``recheck`` (day from which the status must be looked up again) and
        ``recheck_en, recheck_ja``.

        With ``on``, ``status`` is that of the day: a measure is ``suspended`` while a suspension of it runs, ``unknown``
        when the suspension is over by its own text (the control returns unless it was renewed), ``in_force`` before.
        Measures that had not begun, were only announced, or had ended, are left out. A suspension is no restriction, but
        listed. What renews older acts without a gap (``renews_from``) applied from their day on. After ``checked`` a status
        is the last one known.

    Raises
    ------
    InputError
        ``on`` is no date, ``also`` no table with ids, or a cell of its dates holds no day.

    Examples
    --------
    China's ban on gallium to the United States: in force, suspended, and unknown after the last day of the suspension.

    >>> days = ("2025-01-01", "2026-11-24", "2026-12-01")
    >>> [measures(on=day).filter(id="CHN-2024-046-GA")["status"].item() for day in days]
    ['in_force', 'suspended', 'unknown']
    """
    frame = packaged("measures", "measures").with_columns(pl.col("share_low", "share_high").cast(pl.Float64))
    if also is not None and (more := frame_of(also)).height:
        if "id" not in more.columns:
            raise InputError("datasets.measures.no_id")
        kept = frame.filter(~pl.col("id").is_in(more["id"].implode()))
        known = [name for name in more.columns if name in frame.columns]
        more = more.select(pl.col(name).cast(frame.schema[name], strict=False) for name in known)
        more = more.with_columns(_days(more[name]) for name in _DATES if name in known)
        frame = pl.concat([kept, more], how="diagonal")
    frame = frame.with_columns(pl.col(*_DATES).str.to_date("%Y-%m-%d", strict=False))
    frame = frame.join(_first_rechecks(), on="id", how="left", maintain_order="left")
    return frame if on is None else _on(frame, day(on))


def _days(cells: pl.Series) -> pl.Series:
    """Cells that hold a day, as its text; one that holds none is no blank, which would say that nobody knows the day."""
    days = cells.str.slice(0, 10)
    wrong = cells.filter(cells.is_not_null() & days.str.to_date("%Y-%m-%d", strict=False).is_null())
    if len(wrong):
        raise InputError("datasets.measures.no_day", column=cells.name, value=shorten(wrong[0]))
    return days


def _on(frame: pl.DataFrame, when: Date) -> pl.DataFrame:
    """What applied on a day, with the status of that day."""
    frame = frame.join(_suspended(frame, when), on="id", how="left", maintain_order="left")
    # A restriction is as old as the acts that it renews; where its own day is not known it may have begun.
    first = pl.when(pl.col("since").is_not_null()).then(pl.min_horizontal("since", "renews_from"))
    begun = (first <= when).fill_null(True)
    running = begun & (pl.col("until") >= when).fill_null(True)
    # A compiled status tells of the day of compilation: what was lapsed by then was in force within its period.
    told = pl.when(pl.col("status") == "lapsed").then(pl.lit("in_force")).otherwise("status")
    told = pl.when((told == "announced") & pl.col("since").is_not_null()).then(pl.lit("unknown")).otherwise(told)
    status = pl.coalesce("while_suspended", told)
    # A suspension that runs is in force, whatever is not known of its end.
    status = pl.when(pl.col("kind") == "suspension").then(pl.lit("in_force")).otherwise(status)
    frame = frame.filter(running).with_columns(status=status).drop("while_suspended")
    return frame.filter(pl.col("status") != "announced")


def _suspended(frame: pl.DataFrame, when: Date) -> pl.DataFrame:
    """What suspensions make of each measure on a day, one row each: of several, one that runs, else one that is over."""
    periods = frame.select("id", starts="since", ends="until")
    stops = packaged("measures", "suspensions").join(periods, left_on="suspension", right_on="id")
    begun = (
        stops.filter(pl.col("starts").is_not_null())
        .group_by(id="measure")
        .agg(
            running=((pl.col("starts") <= when) & (pl.col("ends") >= when)).any(),
            over=(pl.col("starts") <= when).any(),
        )
    )
    status = pl.when("running").then(pl.lit("suspended")).when("over").then(pl.lit("unknown")).otherwise(pl.lit("in_force"))
    return begun.select("id", while_suspended=status)


def _first_rechecks() -> pl.DataFrame:
    """The earliest day from which each measure must be looked up again, with the question."""
    rows = rechecks().explode("measures").sort("date", maintain_order=True).unique("measures", maintain_order=True)
    return rows.select(id="measures", recheck="date", recheck_en="question_en", recheck_ja="question_ja")


def rechecks() -> pl.DataFrame:
    """Return what must be looked up again: ``date`` (from which day), ``measures`` (ids), ``question_en, question_ja``.

    >>> rechecks().filter(date=Date(2026, 11, 9))["measures"].item().to_list()
    ['USA-2025-BIS-50', 'USA-2025-BIS-50S']
    """
    split = pl.col("measures").str.split("|")
    return packaged("measures", "rechecks").with_columns(pl.col("date").str.to_date("%Y-%m-%d"), split).sort("date")


@checked()
def country_groups(on: Date | str | None = None) -> pl.DataFrame:
    """Return members of groups of countries with dates, one row per membership; with ``on`` those of that day.

    Columns: ``group`` (JPN_GROUP_A: Japan's export-control Group A, MSP, FORGE, PAX_SILICA, IPEF_SCA, G7, EU, CPTPP),
    ``country`` (ISO3), ``since, until`` (dates; null: not found, or still a member), ``basis, source, note``. Some lists are
    incomplete, as ``note`` says; Group A comes from secondary sources, not from the order itself.

    Raises
    ------
    InputError
        ``on`` is no date.

    The Republic of Korea left Group A on 28 August 2019 and came back on 21 July 2023:

    >>> days = ("2019-08-01", "2022-01-01", "2024-01-01")
    >>> ["KOR" in country_groups(day).filter(group="JPN_GROUP_A")["country"] for day in days]
    [True, False, True]
    """
    frame = packaged("measures", "country_groups").with_columns(pl.col("since", "until").str.to_date("%Y-%m-%d"))
    if on is None:
        return frame
    when = day(on)
    return frame.filter(
        (pl.col("since") <= when).fill_null(True) & (pl.col("until") >= when).fill_null(True),
    )


@checked()
def designated_goods(on: Date | str | None = None) -> pl.DataFrame:
    """Return Japan's specified critical products (特定重要物資) with their orders; with ``on`` those designated by that day.

    Columns: ``id`` (1 to 16; 12a is a widening, S the services that the amended Act allows but that are not designated),
    ``name_en, name_ja, type`` (good, service), ``since`` (date) with ``since_precision`` (day, month), ``order``,
    ``items`` and ``items_to_check`` (the project's own mapping, lists), ``status, basis, confidence, source, note``.

    Raises
    ------
    InputError
        ``on`` is no date.

    References
    ----------
    Economic Security Promotion Act, article 7; cabinet order 394 of 2022 as amended.

    >>> designated_goods("2023-01-01").height, designated_goods("2026-01-01").height
    (11, 17)
    """
    split = pl.col("items", "items_to_check").str.split("|").fill_null(pl.lit([], dtype=pl.List(pl.String)))
    frame = packaged("measures", "designated_goods").with_columns(pl.col("since").str.to_date("%Y-%m-%d"), split)
    return frame if on is None else frame.filter(pl.col("since") <= day(on))


def measure_sources() -> pl.DataFrame:
    """Return the sources of this module's tables, in the columns of the ``sources`` table.

    >>> measure_sources().filter(id="S_EGOV")["publisher"].item()
    'e-Gov 法令検索'
    """
    return packaged("measures", "sources")

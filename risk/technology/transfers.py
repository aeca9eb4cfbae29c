"""The questions that decide about a transfer of technology, and what is known of each answer.

The check never concludes: it lists what to find out, with whom, and by when. It is not legal advice.
"""

from __future__ import annotations

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any

import polars as pl

from ...datasets.prior_reports import group_a as packaged_group_a
from ...datasets.prior_reports import technologies, transfer_questions
from ...graph import InputError
from ...graph.ages import day
from ...graph.arguments import checked
from ...graph.errors import shorten
from ...graph.frames import check_columns
from ...graph.messages import default_language, spoken, text

DIALOGUE = timedelta(days=30)
"""How long the dialogue takes in principle: an operational guide of the ministry, no statutory period."""

LIST_DATE = "2025"
"""Year of the newest source of the packaged list of Group A destinations."""

CHECK_COLUMNS = ("question_id", "question", "known", "answer", "basis", "source")
"""Columns of the frame of questions."""


@checked()
def transfer_check(
    technology: int,
    what: str,
    destination: str,
    date: Date | str,
    *,
    group_a: pl.DataFrame | None = None,
    lang: str | None = None,
) -> pl.DataFrame:
    """Return the questions to settle before a technology is provided abroad.

    Parameters
    ----------
    technology : int
        Number 1 to 24.
    what : str
        What would be provided, in words: drawings, recipes, equipment settings, training.
    destination : str
        Country of the recipient, ISO 3166 alpha-3.
    date : datetime.date or str
        Planned date of the contract or decision (ISO).
    group_a : polars.DataFrame, optional
        Group A destinations as `datasets.group_a` returns them. Default: the packaged list, which is compiled from
        secondary sources; the answer says so, and with which date.
    lang : {"en", "ja"}, optional
        Language of the sentences.

    Returns
    -------
    polars.DataFrame
        One row a question: ``question_id``, ``question``, ``known`` (what the data says, or null), ``answer``
        ("yes" or "no" where a list of Group A destinations answers it, else "open"), ``basis``, ``source``.

    Raises
    ------
    InputError
        No such technology, no description, no three-letter country code, or no date.

    References
    ----------
    Foreign Exchange and Foreign Trade Act, article 55-8 (prior report); METI notice 178 of 2024.

    >>> check = transfer_check(22, "sintering recipe", "VNM", "2027-04-01", lang="en")
    >>> check.filter(pl.col("question_id") == "destination")["answer"].item()
    'no'
    >>> check["question"].to_list()[-1][:56]
    'Have you spoken with METI and your legal counsel by 2027'
    """
    lang = lang or default_language()
    when, country = day(date), destination.strip().upper()
    if not re.fullmatch("[A-Z]{3}", country):
        raise InputError("risk.transfer.bad_destination", value=shorten(destination))
    if not what.strip():
        raise InputError("risk.transfer.no_what")
    facts = technologies().filter(pl.col("number") == technology)
    if facts.is_empty():
        raise InputError("risk.transfer.unknown_technology", value=shorten(technology))
    fact = facts.row(0, named=True)
    listed, listing = _listing(country, when, packaged_group_a() if group_a is None else group_a)
    whose = "packaged" if group_a is None else "own"
    name, scope = spoken(fact, "name", lang), spoken(fact, "scope_note", lang)
    known = {
        "list": text(f"risk.transfer.list_{fact['status']}", lang, name=name, scope=scope, **_only(fact, "number", "as_of")),
        "kind": text("risk.transfer.kind_known", lang, what=shorten(what, 300)),
        "destination": text(f"risk.transfer.{listing}_{whose}", lang, source=listed or "", date=when, checked=LIST_DATE),
    }
    fields = {"date": when.isoformat(), "country": country, "by": (when - DIALOGUE).isoformat()}
    rows = [
        (
            question,
            text(f"risk.transfer.{question}", lang, **fields),
            known.get(question),
            {"listed": "yes", "unlisted": "no"}.get(listing, "open") if question == "destination" else "open",
            basis,
            source,
        )
        for question, basis, source in transfer_questions().select("question", "basis", "source").rows()
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(CHECK_COLUMNS, pl.String), orient="row")


def _listing(country: str, when: Date, group: pl.DataFrame) -> tuple[str | None, str]:
    """Return the source of the entry that holds on a date, and what the list says."""
    if group.is_empty():
        return None, "no_list"
    check_columns(group, "group_a", "country", "valid_from", "valid_to", "source")
    valid = group.filter(
        pl.col("country") == country,
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= when),
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= when),
    )
    return (None, "unlisted") if valid.is_empty() else (valid["source"][0], "listed")


def _only(fact: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: fact[name] for name in names}

"""What the management guideline and its neighbours say, item by item, and what each text is.

Three kinds of text stand side by side and are never mixed up: excerpts of official material, summaries by others, and
this project's own questions. The table is **not** the full guideline: its checklist and most of its governance section
were not available.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import polars as pl

WORDINGS = ("official_excerpt", "secondary_summary", "project_wording", "project_question", "unverified", "not_found")
"""What a text can be; the last two are never shown as anybody's text."""


@cache
def _table(name: str) -> pl.DataFrame:
    path = resources.files(__package__ or "kanmon.datasets") / "data" / "guideline" / f"{name}.csv"
    with resources.as_file(path) as file:
        return pl.read_csv(file, infer_schema=False, encoding="utf8")


def guideline_items() -> pl.DataFrame:
    """Return the items that a self-audit goes through, one row each.

    Columns: ``id``; ``document`` (id in `guideline_documents`); ``theme`` (principle_1 to principle_3, autonomy,
    indispensability, governance, governance_code, leakage, antitrust, prior_report, position); ``section``, ``kind``;
    ``wording`` (one of `WORDINGS`); ``text_en``, ``text_ja`` (null where the text was not found; the English of a
    Japanese document is this project's translation); ``answerable`` (data, partial, questionnaire, none); ``thresholds``
    (ids, separated by ``|``); ``evidence`` (what has to be at hand); ``confidence``, ``note``, ``source``.

    References
    ----------
    METI (2026), 経済安全保障経営ガイドライン 第1版; see `guideline_documents` for all.

    >>> guideline_items().filter(id="ESMG-A1").select("theme", "wording", "answerable").row(0)
    ('autonomy', 'official_excerpt', 'data')
    >>> guideline_items().filter(pl.col("id").str.starts_with("PRJ"))["wording"].unique().to_list()
    ['project_question']
    """
    return _table("items")


def guideline_documents() -> pl.DataFrame:
    """Return the documents: ``id, name_en, name_ja, publisher, date, url, status_en, status_ja``.

    ``status`` says what of the document is at hand and how binding it is.

    >>> guideline_documents().filter(id="ESMG")["date"].item()
    '2026-01-23'
    """
    return _table("documents")

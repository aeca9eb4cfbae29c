"""Guideline items: what is official, what is a summary and what is this project's own stays apart."""

import polars as pl
import pytest
from kanmon.datasets import guideline_documents, guideline_items, thresholds
from kanmon.datasets.guideline import WORDINGS


def test_every_item_says_what_its_text_is():
    assert set(guideline_items()["wording"]) == set(WORDINGS)


def test_project_questions_never_look_like_a_ministry_document():
    own = guideline_items().filter(document="PRJ")
    assert set(own["wording"]) == {"project_question"}
    assert guideline_items().filter(pl.col("wording") == "project_question")["document"].unique().to_list() == ["PRJ"]


def test_a_text_that_was_not_found_is_blank():
    missing = guideline_items().filter(wording="not_found")
    assert missing["text_ja"].null_count() == missing.height == 12


def test_the_core_recommendation_is_an_official_excerpt():
    row = guideline_items().filter(id="ESMG-A1").row(0, named=True)
    assert row["wording"] == "official_excerpt"
    assert "シングルソース" in row["text_ja"]


@pytest.mark.parametrize("column", ["document", "theme"])
def test_no_item_stands_outside_a_document_or_theme(column):
    assert guideline_items()[column].null_count() == 0
    assert set(guideline_items()["document"]) <= set(guideline_documents()["id"])


def test_thresholds_exist():
    known = set(thresholds()["id"])
    used = guideline_items()["thresholds"].drop_nulls().str.split("|").explode()
    assert set(used) <= known

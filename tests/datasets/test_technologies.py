"""The reference tables of the prior-report technologies."""

import re
from datetime import date

import polars as pl
import pytest
from kanmon.datasets import part_series
from kanmon.datasets.prior_reports import (
    group_a,
    signs,
    technologies,
    technology_hs_codes,
    technology_materials,
    technology_part_numbers,
    technology_terms,
    transfer_questions,
)
from kanmon.graph import ReadError


def test_the_24_technologies_are_numbered_and_say_where_their_status_comes_from():
    frame = technologies()
    assert frame["number"].to_list() == list(range(1, 25))
    added = frame.filter(pl.col("status") == "to_be_added")
    assert added["number"].to_list() == [20, 21, 22, 23, 24]
    assert set(added["status_basis"]) == {"inferred from numbering"}
    for column in ("source", "as_of", "batch_basis", "scope_basis", "legal_basis", "description_ja", "scope_note_ja"):
        assert frame[column].null_count() == 0, column


def test_only_the_first_batch_has_a_known_date_in_force():
    frame = technologies()
    assert set(frame.filter(pl.col("effective_date").is_not_null())["batch"]) == {"1"}
    assert set(frame["effective_date"].drop_nulls()) == {"2024-12-30"}


@pytest.mark.parametrize("table", [technology_terms, technology_hs_codes, technology_materials, technology_part_numbers])
def test_every_row_of_the_vocabulary_has_a_basis_and_a_known_technology(table):
    frame = table()
    assert frame.filter(pl.col("basis").is_null()).is_empty()
    assert set(frame["number"].drop_nulls()) <= set(range(1, 25))


def test_a_technology_has_include_terms_in_three_languages():
    includes = technology_terms().filter(pl.col("use") == "include")
    assert all(set(includes.filter(pl.col("number") == number)["lang"]) >= {"ja", "en", "zh"} for number in range(1, 25))


def test_a_project_row_replaces_the_compiled_row_of_the_same_term():
    rows = technology_terms().filter((pl.col("number") == 24) & (pl.col("term") == "BGO"))
    assert rows["match"].to_list() == ["context"]


def test_part_number_patterns_compile_and_begin_with_their_prefix():
    for prefix, pattern, beside in technology_part_numbers().select("prefix", "pattern", "beside").rows():
        re.compile(pattern)
        assert beside or "|" in prefix or pattern.startswith(prefix)


def test_what_must_or_must_not_stand_beside_a_pattern_is_a_known_sign():
    known = set(signs()["sign"])
    for frame in (technology_part_numbers(), part_series()):
        assert set(frame["beside"].drop_nulls()) | set(frame["unless"].drop_nulls()) <= known
    for pattern in signs()["pattern"]:
        re.compile(pattern)


def test_hs_codes_have_six_digits():
    assert technology_hs_codes().filter(~pl.col("hs6").str.contains(r"^\d{6}$")).is_empty()


def test_the_packaged_group_a_list_is_dated_and_sourced():
    """27 countries; the Republic of Korea stands twice, for it left and came back."""
    packaged = group_a()
    assert packaged["country"].n_unique() == 27
    assert packaged.filter(country="KOR").select("valid_from", "valid_to").rows() == [
        (date(2004, 1, 1), date(2019, 8, 27)),
        (date(2023, 7, 21), None),
    ]
    assert packaged["source"].null_count() == 0
    assert transfer_questions().height == 9


def test_a_users_group_a_list_is_read_with_dates(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("country,valid_from,valid_to,source\ndeu,2020-01-01,,own reading\n", encoding="utf-8")
    assert group_a(path).row(0)[0] == "DEU"


@pytest.mark.parametrize(
    "content", ["country,valid_from\nDEU,2020-01-01\n", "country,valid_from,valid_to,source\nDEU,soon,,x\n"]
)
def test_a_wrong_group_a_list_is_refused(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReadError):
        group_a(path)

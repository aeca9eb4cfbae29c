"""Questions about a planned transfer: they are listed, and nothing is concluded."""

import polars as pl
import pytest
from kanmon.graph import InputError
from kanmon.risk.technology.transfers import transfer_check


def test_a_transfer_check_lists_questions_and_concludes_nothing():
    for lang in ("en", "ja"):
        frame = transfer_check(6, "焼成条件", "vnm", "2027-04-01", lang=lang)
        assert set(frame.filter(pl.col("question_id") != "destination")["answer"]) == {"open"}
        assert "2027-03-02" in frame["question"][-1]
        assert not any("reportable" in sentence or "非該当" in sentence for sentence in frame["question"])


def test_the_packaged_group_a_list_answers_with_its_date_and_says_that_it_is_secondary():
    def answer(country, date, lang="en"):
        return transfer_check(1, "drawings", country, date, lang=lang).row(3, named=True)

    assert answer("KOR", "2022-01-01")["question_id"] == "destination"
    assert [answer("KOR", f"{year}-01-01")["answer"] for year in (2019, 2022, 2024)] == ["yes", "no", "yes"]
    assert all(word in answer("KOR", "2024-01-01")["known"] for word in ("secondary", "2024-01-01", "S_GRPA_KR"))
    assert all(word in answer("VNM", "2027-01-01", "ja")["known"] for word in ("二次資料", "2027-01-01"))


def test_a_users_group_a_list_answers_for_its_dates_only():
    group = pl.DataFrame(
        {"country": ["DEU"], "valid_from": ["2020-01-01"], "valid_to": [None], "source": ["own"]}
    ).with_columns(pl.col("valid_from", "valid_to").cast(pl.String).str.to_date())
    answers = [
        transfer_check(1, "drawings", country, date, group_a=group).filter(pl.col("question_id") == "destination")
        for country, date in (("DEU", "2027-01-01"), ("DEU", "2019-01-01"), ("VNM", "2027-01-01"))
    ]
    assert [answer["answer"].item() for answer in answers] == ["yes", "no", "no"]


def test_a_listing_holds_on_its_first_and_its_last_day():
    group = pl.DataFrame({"country": ["DEU"], "valid_from": ["2020-04-01"], "valid_to": ["2024-03-31"], "source": ["own"]})
    group = group.with_columns(pl.col("valid_from", "valid_to").str.to_date())
    days = ("2020-03-31", "2020-04-01", "2024-03-31", "2024-04-01")
    frames = [transfer_check(1, "drawings", "DEU", day, group_a=group) for day in days]
    assert [frame.filter(question_id="destination")["answer"].item() for frame in frames] == ["no", "yes", "yes", "no"]


def test_an_empty_list_of_group_a_answers_nothing():
    frame = transfer_check(1, "drawings", "DEU", "2027-01-01", group_a=pl.DataFrame({"country": []}))
    assert set(frame["answer"]) == {"open"}


@pytest.mark.parametrize(
    "arguments",
    [
        (25, "x", "DEU", "2027-01-01"),
        (1, " ", "DEU", "2027-01-01"),
        (1, "x", "Germany", "2027-01-01"),
        (1, "x", "DEU", "soon"),
    ],
)
def test_a_transfer_check_refuses_what_it_cannot_read(arguments):
    with pytest.raises(InputError):
        transfer_check(*arguments)

"""Replies month after month: files of one name in several folders, and answers that say more than those before."""

import pytest
from kanmon.app.survey.questions import ranked_questions
from survey_company import answered, company, figures, questionnaires, replied


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return company(tmp_path_factory.mktemp("base") / "audit.xlsx")


@pytest.fixture(scope="module")
def sent(base, tmp_path_factory):
    return questionnaires(base, ranked_questions(base, figures(base)), tmp_path_factory.mktemp("sent"))


@pytest.fixture
def months(tmp_path):
    """Two folders, one a month."""
    for name in ("october", "november"):
        (tmp_path / name).mkdir()
    return tmp_path / "october", tmp_path / "november"


def test_files_of_one_name_are_told_apart_by_their_folders(base, sent, months):
    for folder, country in zip(months, ("VNM", "THA"), strict=True):
        answered(sent["Gamma"], folder / "Gamma.xlsx", {("origin", "P2", 0): {"country": country, "share": 1}})
        (folder / "memo.xlsx").write_bytes(b"no workbook")
    _, found = replied(base, *months)
    said = {remark.message.key.rpartition(".")[2]: remark for remark in found.remarks}
    assert said["differs_first"].sheet.startswith("november/Gamma.xlsx")
    assert "october/Gamma.xlsx" in said["differs_first"].message.text("en")
    assert {remark.sheet for remark in found.remarks} >= {"october/memo.xlsx", "november/memo.xlsx"}


def test_files_whose_names_differ_are_called_by_them(base, sent, months):
    for folder, name in zip(months, ("a.xlsx", "b.xlsx"), strict=True):
        answered(sent["Gamma"], folder / name, {("origin", "P2", 0): {"country": name[0] == "a" and "VNM" or "THA"}})
    _, found = replied(base, *months)
    assert {remark.sheet.partition(":")[0] for remark in found.remarks} == {"b.xlsx"}


def test_an_answer_that_only_names_what_goes_in_gives_way_to_one_that_says_where_it_comes_from(base, sent, months):
    first = {("behind", "P1", 0): {"input": "ore"}}
    second = {("behind", "P1", 0): {"input": "Ore", "country": "Chile", "share": 1, "stock": 20}}
    for told in ((first, second), (second, first)):
        for folder, answer in zip(months, told, strict=True):
            answered(sent["Alpha"], folder / "Alpha.xlsx", answer)
        merged, found = replied(base, *months)
        (behind,) = merged.company.told
        assert [(one.country, one.share) for one in merged.company.sources[behind]] == [("CHL", 1.0)]
        assert [remark.message.key.rpartition(".")[2] for remark in found.remarks] == ["sent_twice"]


def test_whoever_calls_itself_the_maker_is_named_where_its_answers_differ(base, sent, months):
    for folder, maker in zip(months, ("We", "Zeta"), strict=True):
        answered(sent["Gamma"], folder / "g.xlsx", {("origin", "P2", 0): {"maker": maker, "country": "THA", "share": 1}})
    _, found = replied(base, *months)
    (said,) = (one.message.text("en") for one in found.remarks if one.message.key.endswith("differs_first"))
    assert "Gamma THA 100%" in said and "Zeta THA 100%" in said

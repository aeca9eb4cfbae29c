"""Replies month after month: files of one name in several folders, and answers that say more than those before."""

import pytest
from kanmon.app.survey.questionnaire import KEYS
from kanmon.app.survey.questions import ranked_questions
from kanmon.app.survey.replies import Line, Reply
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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("33%", "33.3%", True), ("33%", 1 / 3, True), ("33.3%", 1 / 3, True), ("70", "7割", True), ("50%", "50.4%", True)]
    + [("33%", "33.5%", True), ("33%", "33.6%", False), ("33%", "34%", False), ("49.6%", "50.4%", False)]
    + [("33.3%", "33.4%", False), ("0%", "0.4%", True), ("0%", "1%", False), ("99%", "100%", False), ("5%", None, False)],
)
def test_shares_of_two_files_are_one_answer_where_rounding_as_they_are_written_may_make_them_so(
    base, sent, months, one, other, same
):
    """Whole percent at the coarsest: 33 % is anything from 32.5 to 33.5 %, 33.3 % from 33.25 to 33.35 %."""
    for shares in ((one, other), (other, one)):
        for folder, share in zip(months, shares, strict=True):
            answered(sent["Gamma"], folder / "g.xlsx", {("origin", "P2", 0): {"country": "THA", "share": share}})
        _, found = replied(base, *months)
        keys = [remark.message.key.rpartition(".")[2] for remark in found.remarks]
        assert sorted(keys) == ([] if same else ["differs_first"]) + ["sent_twice"], (shares, keys)


def test_answers_that_differ_are_told_with_all_places_of_their_shares(base, sent, months):
    for folder, share in zip(months, ("33.3%", "33.4%"), strict=True):
        answered(sent["Gamma"], folder / "g.xlsx", {("origin", "P2", 0): {"country": "THA", "share": share}})
    _, found = replied(base, *months)
    (said,) = (one.message.text("en") for one in found.remarks if one.message.key.endswith("differs_first"))
    assert "THA 33.3%" in said and "THA 33.4%" in said


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"CHN": 0.7, "VNM": 0.3}, None),
        ({"CHN": 0.703, "VNM": 0.297}, None),
        ({"CHN": 0.5, "VNM": 0.5}, ("CHN 70%, VNM 30%", "CHN 50%, VNM 50%")),
        ({"CHN": 0.72, "VNM": 0.28}, ("CHN 70%, VNM 30%", "CHN 72%, VNM 28%")),
        ({"CHN": None, "VNM": None}, None),
        ({"CHN": 0.7, "THA": 0.3}, ("CHN, VNM", "CHN, THA")),
    ],
)
def test_other_shares_of_the_places_that_the_company_states_are_said_too(tmp_path, told, says):
    """Of half of the part: what its supplier says is of what this one delivers."""
    rows = [("P1", "Gear", "S", place, share, 30, 400, None) for place, share in (("China", 0.35), ("Vietnam", 0.15))]
    found = company(tmp_path / "a.xlsx", [*rows, ("P1", "Gear", "T", "Japan", 0.5, 30, 400, None)])
    lines = [
        Line(dict.fromkeys(KEYS["origin"]) | {"part": "P1", "country": code, "share": share}, f"s.xlsx: origin!{n}", {})
        for n, (code, share) in enumerate(told.items(), start=5)
    ]
    merged, said = replied(found, Reply("s.xlsx", "S", None, {"origin": lines}, {("origin", "P1"): True}))
    texts = [one.message.text("en") for one in said.remarks if one.message.key.endswith("differs")]
    assert [all(word in text for word in says or ()) for text in texts] == ([] if says is None else [True])
    places = {one.country: one.share for one in merged.company.sources["P1"]}
    # Places without a share are the ones that the company states, with the shares that it states.
    holds = {code: (share or rest) / 2 for (code, share), rest in zip(told.items(), (0.7, 0.3), strict=True)}
    assert places == pytest.approx({"JPN": 0.5} | holds)

"""What a supplier says of all its parts at once holds for each of which it says nothing else, and for no other."""

import pytest
from kanmon.app.survey.questions import ranked_questions
from kanmon.app.survey.replies import read_replies
from kanmon.datasets.intake.sheets import read_sheets
from survey_company import NEVER, answered, company, figures, questionnaires, replied

PARTS = ["A1", "A2", "A3", "A4"]
ROWS = [(part, f"Bearing {part}", "Acme", None, 1.0, 20, NEVER, None) for part in PARTS]
ROWS += [("B1", "Seal", "Other", "Japan", 1.0, 20, NEVER, None)]
CHINA, KOREA = {"country": "China", "share": 0.75}, {"country": "韓国", "share": 0.25}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return company(tmp_path_factory.mktemp("company") / "audit.xlsx", ROWS)


@pytest.fixture(scope="module")
def sent(base, tmp_path_factory):
    asked = ranked_questions(base, figures(base))
    return questionnaires(base, asked, tmp_path_factory.mktemp("survey") / "out")["Acme"]


def told(base, path):
    """Where each part is made, as the company knows it after a reply."""
    merged, _ = replied(base, path)
    return {part: sorted((s.country, s.share) for s in merged.company.sources[part] if s.active) for part in PARTS}


def test_what_is_said_of_all_parts_is_as_good_as_saying_it_of_each(base, sent, tmp_path):
    once = {("origin", "*", 0): CHINA, ("origin", "*", 1): KOREA, ("answers", "*", "lead"): {"answer": 45}}
    each = {(table, part, n): values for (table, _, n), values in once.items() for part in PARTS}
    files = [answered(sent, tmp_path / name, answers) for name, answers in (("once.xlsx", once), ("each.xlsx", each))]
    assert told(base, files[0]) == told(base, files[1]) == dict.fromkeys(PARTS, [("CHN", 0.75), ("KOR", 0.25)])
    (short, long) = (replied(base, path)[0] for path in files)
    leads = [[[s.lead_days for s in one.company.sources[part]] for part in PARTS] for one in (short, long)]
    assert leads[0] == leads[1] and {days for each in leads[0] for days in each} == {45}
    (one,), (other,) = (read_replies(path).replies for path in files)
    assert one.asked == other.asked and all(part in PARTS for _, part in one.asked)


def test_an_answer_of_its_own_stands_even_where_it_cannot_be_read(base, sent, tmp_path):
    answers = {
        ("origin", "*", 0): {"country": "China", "share": 1.0},
        ("origin", "A2", 0): {"country": "Korea", "share": 1.0},
    }
    path = answered(sent, tmp_path / "reply.xlsx", answers | {("origin", "A3", 1): {"country": "under investigation"}})
    found = told(base, path)
    assert found["A1"] == found["A4"] == [("CHN", 1.0)] and found["A2"] == [("KOR", 1.0)]
    assert found["A3"] == [(None, 1.0)], "another answer than that of all parts was meant"
    assert "cell" in {one.message.key.rpartition(".")[2] for one in read_replies(path).remarks}


def test_a_note_is_no_answer_and_a_blank_line_of_all_parts_says_nothing(base, sent, tmp_path):
    note = {("origin", "A1", 0): {"note": "see above"}}
    path = answered(sent, tmp_path / "noted.xlsx", note | {("origin", "*", 2): {"country": "China", "share": 1.0}})
    assert told(base, path)["A1"] == [("CHN", 1.0)]
    path = answered(sent, tmp_path / "blank.xlsx", {("origin", "*", 0): {"note": "all of them?"}})
    assert told(base, path) == dict.fromkeys(PARTS, [(None, 1.0)])


def test_one_kind_of_days_for_all_parts_is_none_of_another_kind(sent, tmp_path):
    path = answered(sent, tmp_path / "reply.xlsx", {("answers", "*", "stock"): {"answer": 30}})
    (reply,) = read_replies(path).replies
    assert {kind: done for (kind, _), done in reply.asked.items() if kind.startswith("answers")} == {
        "answerslead": False,
        "answersstock": True,
    }


def test_it_is_said_where_no_part_stands_that_a_line_of_all_parts_could_speak_of(sent, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    path = answered(sent, tmp_path / "reply.xlsx", {("origin", "*", 0): CHINA})
    book = openpyxl.load_workbook(path)
    (page,) = (sheet for sheet in book.worksheets if sheet["C3"].value == "maker")
    for row in page.iter_rows(min_row=5):
        row[0].value = "＊" if row[0].value == "*" else None  # and a sign of Japanese width is the same
    book.save(path)
    (remark,) = (one for one in read_replies(path).remarks if one.message.key == "app.survey.no_parts")
    assert remark.row == 5 and "*" in remark.message.text("en") and "*" in remark.message.text("ja")


def test_many_parts_have_a_line_each_and_one_or_two_are_asked_apart(base, sent, tmp_path):
    def lines(path):
        (page,) = (one for one in read_sheets(path) if "maker" in one.frame.row(2))
        return [part for part, *_ in page.frame.rows()[4:] if part]

    assert lines(sent) == ["*"] * 3 + [part for part in PARTS for _ in range(3)]
    for count, expected in ((2, 6), (12, 15)):
        rows = [(f"A{n}", "Bearing", "Acme", None, 1.0, 20, NEVER, None) for n in range(count)]
        found = company(tmp_path / f"{count}.xlsx", rows)
        path = questionnaires(found, ranked_questions(found, figures(found)), tmp_path / f"out{count}")["Acme"]
        assert len(lines(path)) == expected and ("*" in lines(path)) == (count > 2)

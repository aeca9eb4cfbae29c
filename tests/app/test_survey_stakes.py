"""A supplier answers whose it is: read by the rules of the company's own rows, and never narrower for a blank."""

import shutil
import subprocess
from itertools import permutations

import handed_in
import openpyxl
import owned_company
import plain_sheets
import pytest
import survey_company
from kanmon.app.survey.questionnaire import KEYS
from kanmon.app.survey.replies import ITSELF, Line, Replies, Reply, read_replies
from open_document import as_ods
from owned_company import audited
from survey_company import HOSTILE, questionnaires, replied


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """The questionnaire of Y, whose holders are not stated."""
    folder = tmp_path_factory.mktemp("stakes")
    found, _ = audited(folder / "a.xlsx")
    return questionnaires(found.company, found.questions, folder / "out")


def page_of(book):
    return next(page for page in book if page.title.startswith("出資者"))


def filled(path, target, *rows):
    """Y's questionnaire with rows (holder, share) in the first lines, or (firm, holder, share) in the ones below."""
    book = openpyxl.load_workbook(path)
    page = page_of(book)
    at = {cell.value: cell.column for cell in page[3]}
    free = {"own": 5, "more": 9}
    for row in rows:
        *firm, holder, share = row
        line = "more" if firm else "own"
        for key, value in (("firm", firm[0] if firm else "Y"), ("holder", holder), ("held", share)):
            page.cell(free[line], at[key]).value = value
        free[line] += 1
    book.save(target)
    return target


def told(file, *rows, supplier="Y"):
    """A reply of lines (firm, holder, share)."""
    keys = dict.fromkeys(KEYS["holders"])
    lines = [
        Line(keys | {"firm": firm, "holder": holder, "held": share}, f"{file}: holders!{n}", {})
        for n, (firm, holder, share) in enumerate(rows, start=5)
    ]
    return Reply(file, supplier, None, {"holders": lines}, {("holders", ""): bool(rows)})


def heard(tmp_path, rows, *replies):
    """The company with replies laid over it, and what is said of them."""
    path = plain_sheets.workbook(tmp_path / "heard.xlsx", owned_company.rows(*rows))
    merged, found = replied(handed_in.company(path), *replies)
    return merged, sorted(one.message.key.rpartition(".")[2] for one in found.remarks)


def test_only_the_maker_whose_holders_count_is_asked_for_them_in_three_languages(sent):
    asked = {who: [page.title for page in openpyxl.load_workbook(path)] for who, path in sent.items()}
    assert {who for who, titles in asked.items() if any("出資者" in title for title in titles)} == {"Y"}
    page = page_of(openpyxl.load_workbook(sent["Y"]))
    text = " ".join(str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None)
    assert all(word in text for word in ("出資比率", "Share held", "持股比例", "なし", "'none'", "“无”"))
    assert "Group" not in text and "X" not in text, "nobody is told who is asked about, nor of whom"


CASES = [
    ([("Group", "60%")], [["Y", "maker", "Japan", "Group", "60%"]]),
    (
        [("Group", "30%"), ("Second", "25%")],
        [["Y", "maker", "Japan", "Group", "30%"], ["Y", "maker", "Japan", "Second", "25%"]],
    ),
    ([("GROUP", None)], [["Y", "maker", "Japan", "Group", None]]),
    ([("なし", None)], [["Y", "maker", "Japan", "none", None]]),
    ([("无", None)], [["Y", "maker", "Japan", "none", None]]),
    ([("None", "100%")], [["Y", "maker", "Japan", "none", None]]),
    ([("当社", None)], [["Y", "maker", "Japan", "none", None]]),
    ([("Z", "６０％")], [["Y", "maker", "Japan", "Z", "60%"]]),
    (
        [("Top", "80%"), ("Top", "Group", 0.7)],
        [["Y", "maker", "Japan", "Top", "80%"], ["Top", "maker", "Japan", "Group", "70%"]],
    ),
    (
        [("Top", "80%"), ("Top", "没有", None)],
        [["Y", "maker", "Japan", "Top", "80%"], ["Top", "maker", "Japan", "none", None]],
    ),
]


@pytest.mark.parametrize(("answer", "rows"), CASES)
def test_an_answer_does_what_the_same_rows_of_the_company_do(sent, tmp_path, answer, rows):
    replies = read_replies(filled(sent["Y"], tmp_path / "r.xlsx", *answer))
    found, loss = audited(tmp_path / "a.xlsx", replies=replies)
    own, expected = audited(tmp_path / "b.xlsx", *rows)
    assert loss == pytest.approx(expected)
    assert found.company.owners == own.company.owners
    assert not replies.remarks and found.progress.replied == {"questions": ["Y"]} and found.progress.answered == 1


def test_what_an_answer_takes_off_the_interval_is_shown_before_and_after(sent, tmp_path):
    _, before = audited(tmp_path / "a.xlsx")
    replies = read_replies(filled(sent["Y"], tmp_path / "r.xlsx", ("なし", None)))
    found, after = audited(tmp_path / "b.xlsx", replies=replies)
    assert after[1] - after[0] < before[1] - before[0]
    assert not [one for one in found.questions if one.kind == "owner"], "it is known now"


@pytest.mark.parametrize(
    ("holder", "share", "remarks"),
    [(None, None, []), ("-", None, []), ("不明", None, []), (None, "60%", ["half_held"]), ("当社", "5%", ["half_held"])]
    + [("なし", "40%", ["half_held"]), (HOSTILE, None, ["unsaved"]), ("=A1", "100%", ["half_held", "unsaved"])]
    + [("'=A1+cmd|x", None, ["cell"]), ("ある", None, ["cell"]), ("非公開", None, ["cell"]), ("60%", None, ["cell"])]
    + [("その他", "40%", ["cell", "half_held"]), ("上場企業のため特定の親会社はありません。", None, ["cell"])],
)
def test_what_names_no_holder_narrows_nothing_and_is_said(sent, tmp_path, holder, share, remarks):
    merged, keys = heard(tmp_path, [], filled(sent["Y"], tmp_path / "r.xlsx", (holder, share)))
    assert "Y" not in merged.company.owners and keys == remarks


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script> Ltd", "../../etc/passwd Ltd", "\x1b[31mRed Ltd", "A|B Holdings"]
)
def test_a_holder_with_a_hostile_name_is_a_name_and_nothing_else(tmp_path, name):
    reply = told("y.xlsx", ("Y", name, 0.6), ("Y", "Group", 0.4))
    found, loss = audited(tmp_path / "a.xlsx", replies=Replies([reply]))
    rows = [["Y", "maker", "Japan", holder, share] for holder, share in (("Plain", "60%"), ("Group", "40%"))]
    assert loss == pytest.approx(audited(tmp_path / "b.xlsx", *rows)[1]) and len(found.company.owners["Y"]) == 2


@pytest.mark.parametrize("word", ["上場", "個人", "従業員持株会", "Individuals", "自然人", "Widely held"])
def test_persons_and_the_stock_market_are_no_firm_that_several_suppliers_could_share(sent, tmp_path, word):
    merged, keys = heard(tmp_path, [], filled(sent["Y"], tmp_path / "r.xlsx", (word, "80%"), ("Second", "20%")))
    assert merged.company.owners["Y"] == {"Second": 0.2} and keys == ["half_held", "no_holder"]


def test_two_shares_of_one_holder_in_one_answer_are_not_known_and_said(sent, tmp_path):
    merged, keys = heard(tmp_path, [], filled(sent["Y"], tmp_path / "r.xlsx", ("Group", "33.4%"), ("Group", "20%")))
    assert merged.company.owners["Y"] == {"Group": None} and keys == ["held_twice"]


GROUP, NONE = ["Y", "maker", "Japan", "Group", "60%"], ["Y", "maker", "Japan", "none", None]
DIFFERING = [
    (GROUP, [("Y", "Group", 0.3)], {"Group": None}, ["holders_differ"]),
    (GROUP, [("Y", "..", None)], {"Group": None}, ["holders_differ"]),
    (NONE, [("Y", "Group", 0.6)], {"Group": None}, ["holders_differ"]),
    (GROUP, [("Y", "Group", None)], {"Group": 0.6}, []),
    (GROUP, [("Y", "Second", 0.4)], {"Group": 0.6, "Second": 0.4}, []),
    (GROUP, [("Y", "Second", 0.55)], {"Group": None, "Second": None}, ["over"]),
    (GROUP, [("Y", "Group", 0.3), ("Y", "Second", 0.55)], {"Group": None, "Second": None}, ["holders_differ", "over"]),
    (GROUP, [("Y", "Group", 0.3), ("Y", "Second", 0.4)], {"Group": None, "Second": 0.4}, ["holders_differ"]),
    (["Y", "maker", "Japan", "Group", None], [("Y", "Group", 0.6)], {"Group": 0.6}, []),
]


@pytest.mark.parametrize(("row", "answer", "holders", "says"), DIFFERING)
def test_what_company_and_supplier_say_differently_is_not_known_and_said(tmp_path, row, answer, holders, says):
    merged, keys = heard(tmp_path, [row], told("y.xlsx", *answer))
    assert merged.company.owners["Y"] == holders and keys == says


@pytest.mark.parametrize(("row", "answer"), [(row, answer) for row, answer, _, says in DIFFERING if says])
def test_where_company_and_supplier_differ_the_loss_holds_what_either_of_them_says(tmp_path, row, answer):
    reply = told("y.xlsx", *answer)
    _, both = audited(tmp_path / "a.xlsx", row, replies=Replies([reply]))
    each = audited(tmp_path / "b.xlsx", row)[1], audited(tmp_path / "c.xlsx", replies=Replies([reply]))[1]
    assert both[0] <= min(low for low, _ in each) + 1e-9 and both[1] >= max(high for _, high in each) - 1e-9


def test_a_third_word_makes_no_contradiction_of_the_companys_rows_forgotten(tmp_path):
    rows = [GROUP, ["Y", "maker", "Japan", "Group", "30%"]]
    found, _ = heard(tmp_path, rows, told("y.xlsx", ("Y", "Group", 0.6)))
    assert found.company.owners["Y"] == {"Group": None}


def test_rows_of_the_company_that_leave_another_holder_no_room_leave_its_share_open(tmp_path):
    rows = [GROUP, ["Y", "maker", "Japan", "Group", "30%"], ["Y", "maker", "Japan", "Second", "55%"]]
    found, _ = heard(tmp_path, rows)
    assert found.company.owners["Y"] == {"Group": None, "Second": None}


def test_what_several_suppliers_say_of_one_parent_counts_together_in_any_order(tmp_path):
    sent = [
        told("x.xlsx", ("X", "Group", 0.6), ("Group", "..", None), supplier="X"),
        told("y.xlsx", ("Y", "Group", 0.6), ("Group", "Top", 0.7)),
        told("z.xlsx", ("Z", "Group", 0.2), ("Group", "Second", 0.3), supplier="Z"),
    ]
    for order in permutations(sent):
        found, keys = heard(tmp_path, [], *order)
        assert found.company.owners["Group"] == {"Top": None, "Second": None}
        assert "holders_differ_told" in keys


def test_a_supplier_speaks_of_itself_and_of_those_above_it_alone(tmp_path):
    answer = told("y.xlsx", ("Y", "Top", 0.6), ("Z", "Group", 0.9), ("X", "..", None))
    found, keys = heard(tmp_path, [], answer)
    assert keys == ["holders_other", "holders_other"]
    assert (found.company.owners["Z"], found.company.owners["X"]) == ({"Z": None}, {"Group": 0.6})


def test_who_holds_itself_through_others_ends_nothing(tmp_path):
    found, keys = heard(tmp_path, [], told("y.xlsx", ("Y", "Top", 0.6), ("Top", "Y", 0.6), ("Top", "Top", 0.1)))
    assert found.company.owners["Top"] == {"Y": 0.6} and keys == ["half_held"]


def test_what_a_firm_holds_of_itself_says_nothing_of_the_rest(tmp_path):
    found, keys = heard(tmp_path, [["Y", "maker", "Japan", "Y", "5%"]], told("z.xlsx", ("Z", "Z", 0.05), supplier="Z"))
    assert "Y" not in found.company.owners and found.company.owners["Z"] == {"Z": None} and keys == ["half_held"]
    found, _ = heard(tmp_path, [["Y", "maker", "Japan", "Y", "100%"]])
    assert found.company.owners["Y"] == {"Y": None}


def test_of_two_files_the_later_holds_for_holders_too(sent, tmp_path):
    for name, day, share in (("a.xlsx", "2026-12-01", "60%"), ("b.xlsx", "2026-12-09", "20%")):
        book = openpyxl.load_workbook(filled(sent["Y"], tmp_path / name, ("Group", share)))
        next(row for row in book.worksheets[0].iter_rows() if row[0].value == "answered_on")[2].value = day
        book.save(tmp_path / name)
    replies = read_replies(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    found, _ = audited(tmp_path / "c.xlsx", replies=replies)
    assert found.company.owners["Y"] == {"Group": 0.2}
    assert sorted(one.message.key.rpartition(".")[2] for one in replies.remarks) == ["differs_later", "sent_twice"]


def test_an_answer_in_an_open_document_says_the_same(sent, tmp_path):
    path = filled(sent["Y"], tmp_path / "r.xlsx", ("Group", 0.6), ("Second", "２５％"))
    as_ods(path, tmp_path / "r.ods")
    found, _ = audited(tmp_path / "a.xlsx", replies=read_replies(tmp_path / "r.ods"))
    assert found.company.owners["Y"] == {"Group": 0.6, "Second": 0.25}


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_an_answer_saved_by_an_office_says_the_same(sent, tmp_path):
    path = filled(sent["Y"], tmp_path / "r.xlsx", ("Group", 0.6), ("Second", "２５％"))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "office"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    found, _ = audited(tmp_path / "a.xlsx", replies=read_replies(tmp_path / "office" / "r.xlsx"))
    assert found.company.owners["Y"] == {"Group": 0.6, "Second": 0.25}


@pytest.mark.parametrize(
    ("lines", "answered"),
    [
        ([("Other", "Group", 0.6)], 0),
        ([("Y", "当社", 0.05)], 0),
        ([("Y", None, 0.6)], 0),
        ([("Y", "Group", 0.6)], 1),
        ([("Other", "Group", 0.6), ("Y", "Top", 0.6)], 1),
    ],
)
def test_lines_about_holders_that_are_set_aside_answer_nothing(tmp_path, lines, answered):
    path = plain_sheets.workbook(tmp_path / "a.xlsx", owned_company.rows())
    reply = told("y.xlsx", *((firm, ITSELF if holder == "当社" else holder, held) for firm, holder, held in lines))
    merged, found = replied(handed_in.company(path), reply)
    assert (merged.asked, merged.answered) == (1, answered)
    assert merged.replied == ({"questions": ["Y"]} if answered else {})
    assert found.remarks or lines[0][0] == "Y", "what is set aside is said"


def test_what_is_set_aside_answers_no_question(tmp_path):
    """A stock of what nobody said to go in, and the origin of a part of another supplier, are said and used for nothing."""
    base = survey_company.company(tmp_path / "a.xlsx")
    for reply in (
        survey_company.told("Gamma", "P2", answer=30.0, kind="stock"),
        survey_company.told("Gamma", "P3", country="VNM"),
    ):
        merged, found = replied(base, reply)
        assert (merged.asked, merged.answered, merged.replied) == (1, 0, {}) and found.remarks
    merged, _ = replied(base, survey_company.told("Gamma", "P2", country="VNM"))
    assert (merged.asked, merged.answered, merged.replied) == (1, 1, {"questions": ["Gamma"]})

"""Tables of a terminal: no word is broken, and nothing is lost, at any width."""

from __future__ import annotations

from io import StringIO

import pytest
from kanmon.app.sheet import Sheet
from kanmon.app.wrapping import Paper, wrapped
from rich.cells import cell_len

WORDS = {
    "goods": "extraterritorial: foreign-made items with 0.1 % or more of controlled rare earths",
    "act": "MOFCOM Announcement 2025 No. 61",
    "status": "not verified (look up again: 2026-11-10)",
    "loss": "0–100%",
}


def shown(width: int, *, under: tuple[str, ...] = (), rows: list[tuple[str, ...]] | None = None) -> str:
    sheet = Sheet("Restrictions on a day as nobody in particular meets them")
    for head in WORDS:
        sheet.add_column(head, justify="right" if head == "loss" else "left", under=head in under)
    for row in rows or [tuple(WORDS.values())] * 3:
        sheet.add_row(*row)
    paper = Paper(file=StringIO(), width=width)
    paper.print(sheet)
    return paper.file.getvalue()


def words(page: str) -> list[str]:
    return [word for word in page.split() if not set(word) <= set("│┃━┏┓┗┛└┘─┳╇┻┴┡┩")]


@pytest.mark.parametrize("width", range(30, 150, 7))
@pytest.mark.parametrize("under", [(), ("act",), ("act", "status")])
def test_no_word_is_broken_and_none_is_lost(width: int, under: tuple[str, ...]) -> None:
    found = words(shown(width, under=under))
    for word in " ".join(WORDS.values()).split():
        assert found.count(word) >= 3, (width, word)


@pytest.mark.parametrize("width", [30, 60, 80, 110])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, shown(width, under=("act",)).splitlines())) <= width


def test_a_column_goes_under_its_neighbour_only_where_that_is_shorter() -> None:
    # 58 columns hold no column of 17 beside others; on 200 all stand beside one another.
    assert "goods │" not in shown(200, under=("act",))
    wide, narrow = shown(200, under=("act",)), shown(58, under=("act",))
    assert any("extraterritorial:" in line and "MOFCOM" in line for line in wide.splitlines())
    assert not any("extraterritorial:" in line and "MOFCOM" in line for line in narrow.splitlines())
    assert "│" in narrow


def test_a_terminal_too_narrow_for_any_table_shows_rows_as_blocks() -> None:
    page = shown(34)
    assert "│" not in page
    assert page.count("goods") == page.count("status") == 3


def test_japanese_is_never_set_upright() -> None:
    row = ("重希土類磁石の許可審査の停止に関する報道", "商務部公告二〇二五年第六一号", "未確認", "0〜100%")
    page = shown(60, rows=[row])
    assert "重希土類" in page
    assert max(map(len, page.splitlines())) <= 60


def test_a_sheet_without_rows_shows_its_title_and_headings() -> None:
    paper = Paper(file=StringIO(), width=80)
    sheet = Sheet("Nothing")
    sheet.add_column("goods")
    paper.print(sheet)
    assert "Nothing" in paper.file.getvalue()
    assert "goods" in paper.file.getvalue()


def test_further_lines_of_a_sentence_that_is_set_in_begin_below_its_first_word():
    paper = Paper(file=StringIO(), width=40)
    paper.print(" 1. the makers of a robot together fall to nothing, for want of magnets")
    paper.print("  再確認が必要なもの: 二〇二五年一〇月の六つの公告の停止期間は文言上終了した")
    paper.print("not set in, and so its further lines begin where all lines begin", style="dim")
    lines = paper.file.getvalue().splitlines()
    assert [line[: len(line) - len(line.lstrip())] for line in lines] == [" ", "    ", "  ", "  ", "", ""]
    assert all(cell_len(line) <= 40 for line in lines)


def test_a_heading_in_japanese_is_not_set_upright() -> None:
    """A column of marks under "最終製品" has room for two of its letters beside each other."""
    sheet = Sheet("")
    for head in ("最終製品", "失われる割合"):
        sheet.add_column(head)
    sheet.add_column("供給者", under=False)
    sheet.add_row("●", "x", "word " * 40)
    paper = Paper(file=StringIO(), width=40)
    paper.print(sheet)
    assert "最終" in paper.file.getvalue()


def test_a_range_in_japanese_stays_in_one_line_as_in_english():
    """A table too narrow for an estimate and its range breaks between them, not within the range."""
    for cell, lines in (("82%（68〜100%）", ["82%", "（68〜100%）"]), ("82% (68–100%)", ["82%", "(68–100%)"])):
        assert list(wrapped(cell, 12)) == lines


def test_a_japanese_heading_breaks_between_its_words() -> None:
    sheet = Sheet()
    for head in ("シナリオ", "起こりうる損失", "確実な損失", "単独で止める品目"):
        sheet.add_column(head, justify="right")
    sheet.add_row("中国の輸出停止、ネオジム焼結磁石のみ、30日間", "100%", "0%", "12")
    for width in range(62, 100, 3):  # narrower ones have no room for them all
        paper = Paper(file=StringIO(), width=width)
        paper.print(sheet)
        lines = paper.file.getvalue().splitlines()
        head = [[cell.strip() for cell in line.strip("┃").split("┃")] for line in lines if line.startswith("┃")]
        parts = [[cell for cell in column if cell] for column in zip(*head, strict=True)]
        assert parts[1] in (["起こりうる損失"], ["起こりうる", "損失"]), width
        assert parts[2] in (["確実な損失"], ["確実な", "損失"]), width
        assert "".join(parts[3]) == "単独で止める品目" and "止める" in "\n".join(parts[3]), width

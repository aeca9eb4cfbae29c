"""One questionnaire workbook for each supplier: its ranked questions in three languages, and nothing of anybody else."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from ...datasets import countries
from ...datasets.intake.own import SURVEY
from ...graph.files import whole_folder
from ...graph.messages import text
from ..audit.company import Company
from ..excel import FONT, new_book, on_paper, write_cell
from .questions import ASKED, Question, of_supplier
from .wording import TONGUES, word, words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MARK = f"{SURVEY}/1"
"""First cell of a questionnaire's guide; by it a reply is known."""
KEYS: dict[str, tuple[str, ...]] = {
    "answers": ("kind", "part", "name", "question", "answer", "note"),
    "origin": ("part", "name", "maker", "country", "share", "note"),
    "behind": ("part", "name", "input", "source", "country", "share", "stock", "note"),
    "holders": ("firm", "holder", "held", "note"),
}
"""Keys of the columns of each table; they stand in a row above the headers, whatever language a reader prefers."""
LABELS: dict[str, str] = {"question": "kind", "kind": "code"}
"""Names of the labels of columns that are not those of their keys."""
ABOUT = ("from", "supplier", "deadline", "return_to", "answered_by", "answered_on")
PARTS = 60
"""Parts of a supplier that one questionnaire asks about."""
DAYS = 30
"""Days that suppliers have for an answer."""
EVERY = "*"
"""The part of a line that speaks of every part of its table that has no answer of its own."""
_LINES = {"origin": 3, "behind": 4, "holders": 4}
_SEVERAL, _MANY = 3, 10
"""Parts from which on a table begins with lines for all of them; and from which on each of them has one line."""
_MORE = 4
"""Lines for the holders of a supplier's holders: whose these are it writes itself."""
_WIDTHS = {"question": 62, "name": 26, "part": 16, "input": 28, "note": 26, "kind": 9, "source": 24, "maker": 26}
_WIDTHS |= {"firm": 32, "holder": 38}
_WIDTH = 13
_WHITE = {"answer", "note", "maker", "country", "share", "input", "source", "stock", "holder", "held"}
_INK, _GREY = "#23424F", "#EEF1F4"


@dataclass(frozen=True)
class Survey:
    """Who is asked what: questions by supplier, the supplier with the most useful question first."""

    questions: dict[str, list[Question]]
    deadline: str


def survey_of(found: Sequence[Question], deadline: str) -> Survey:
    """Return the questions for suppliers, by supplier."""
    suppliers = dict.fromkeys(one.supplier for one in found if one.supplier is not None and one.kind in ASKED)
    return Survey({supplier: of_supplier(found, supplier) for supplier in suppliers}, deadline)


def write_survey(survey: Survey, company: Company, path: str | Path, lang: str, *, force: bool = False) -> list[str]:
    """Write a workbook per supplier and ``suppliers.xlsx``, which says which is whose; return their names.

    Files are numbered: no name of a company is a part of a path.

    Raises
    ------
    ReadError
        As `graph.files.whole_folder`.
    """
    names = []
    with whole_folder(path, force) as folder:
        rows = []
        for n, (supplier, asked) in enumerate(survey.questions.items(), start=1):
            name = f"questions-{n:03}.xlsx"
            write_questionnaire(folder / name, supplier, asked, company, survey.deadline)
            names.append(name)
            parts = list(dict.fromkeys(part for question in asked for part in question.parts))
            through = ", ".join(_dealers(company, parts, supplier))
            rows.append((name, supplier, through, len(asked), ", ".join(parts), survey.deadline))
        _write_index(folder / "suppliers.xlsx", rows, lang)
    return [*names, "suppliers.xlsx"]


def _write_index(path: Path, rows: Iterable[Sequence[Any]], lang: str) -> None:
    with new_book(path, text("app.survey.index_title", lang), result=True, in_memory=True) as book:
        page = book.add_worksheet("suppliers")
        head = book.add_format({"font_name": FONT, "bold": True, "bg_color": _INK, "font_color": "#FFFFFF"})
        for j, (name, width) in enumerate(
            (("file", 20), ("supplier", 32), ("through", 32), ("questions", 12), ("parts", 60), ("deadline", 14))
        ):
            write_cell(page, 0, j, text(f"app.survey.index_{name}", lang), head)
            page.set_column(j, j, width)
        for i, row in enumerate(rows, start=1):
            for j, value in enumerate(row):
                write_cell(page, i, j, value)
        page.freeze_panes(1, 0)
        on_paper(page)


def write_questionnaire(path: Path, supplier: str, asked: Sequence[Question], company: Company, deadline: str) -> None:
    """Write the workbook of one supplier."""
    parts = {kind: _parts(one for one in asked if one.kind == kind) for kind in ASKED}
    every = _parts(asked)
    with new_book(path, words("title", " / "), in_memory=True) as book:
        sheets = _Sheets(book, company)
        sheets.guide(supplier, deadline)
        lines = [("lead", part) for part in every if _no_lead(company, part, supplier)]
        lines += [("stock", part) for part in parts["behind"]]
        if lines:
            sheets.answers(lines)
        if parts["origin"] or parts["maker"]:
            sheets.table("origin", list(dict.fromkeys([*parts["origin"], *parts["maker"]])))
        if parts["behind"]:
            sheets.table("behind", parts["behind"])
        if any(one.kind == "owner" for one in asked):
            sheets.holders(supplier)
        sheets.deadline(asked, deadline)
        sheets.countries()


def _parts(asked: Iterable[Question]) -> list[str]:
    return list(dict.fromkeys(part for question in asked for part in question.parts))[:PARTS]


def _no_lead(company: Company, part: str, supplier: str) -> bool:
    sources = [source for source in company.sources.get(part, []) if source.is_of(supplier)]
    return bool(sources) and all(source.lead_days is None for source in sources)


def _dealers(company: Company, parts: Iterable[str], supplier: str) -> list[str]:
    """Who sells parts that a supplier makes: through them its questionnaire may have to go."""
    sources = [source for part in parts for source in company.sources.get(part, []) if source.maker == supplier]
    sellers = (name for source in sources for name in (source.vendor, *source.tellers))
    return list(dict.fromkeys(name for name in sellers if name and name != supplier))


class _Sheets:
    def __init__(self, book: Workbook, company: Company) -> None:
        self.book, self.company = book, company
        self.codes = countries().select("iso3", "name_ja", "name_en").rows()
        base = {"font_name": FONT, "font_size": 10, "valign": "top", "text_wrap": True}
        self.fixed = book.add_format(base | {"bg_color": _GREY, "border": 1, "border_color": "#CBD2D9"})
        self.white = book.add_format(base | {"border": 1, "border_color": "#CBD2D9", "num_format": "@"})
        self.days = book.add_format(base | {"border": 1, "border_color": "#CBD2D9"})
        self.part = book.add_format(base | {"border": 1, "border_color": "#CBD2D9", "num_format": "0%"})
        self.head = book.add_format(base | {"bold": True, "bg_color": _INK, "font_color": "#FFFFFF", "border": 1})
        self.key = book.add_format({"font_name": FONT, "font_size": 8, "font_color": "#7B8794"})
        self.title = book.add_format({"font_name": FONT, "font_size": 14, "bold": True, "valign": "top", "text_wrap": True})
        self.text = book.add_format(base)

    def _sheet(self, name: str, widths: Sequence[float]) -> Worksheet:
        page = self.book.add_worksheet(word(f"sheet_{name}", "ja"))
        for j, width in enumerate(widths):
            page.set_column(j, j, width)
        on_paper(page)
        page.set_margins(0.4, 0.4, 0.5, 0.5)
        page.set_footer("&C&8&P / &N")
        return page

    def _text(self, page: Worksheet, row: int, value: str, last: int, height: float, style: Format | None = None) -> None:
        page.merge_range(row, 1, row, last, None, style or self.text)
        write_cell(page, row, 1, value, style or self.text)
        page.set_row(row, height)

    def guide(self, supplier: str, deadline: str) -> None:
        """Who asks, until when, and how to answer."""
        page = self._sheet("guide", (16, 34, 70))
        page.fit_to_pages(1, 1)
        write_cell(page, 0, 0, MARK, self.key)
        self._text(page, 0, words("title"), 2, 62, self.title)
        known = {"from": self.company.name or None, "supplier": supplier, "deadline": deadline}
        for i, name in enumerate(ABOUT, start=2):
            write_cell(page, i, 0, name, self.key)
            write_cell(page, i, 1, words(name), self.head)
            write_cell(page, i, 2, known.get(name), self.fixed if name in known else self.white)
            page.set_row(i, 45)
        i = len(ABOUT) + 3
        for tongue in TONGUES:
            lines = (word(f"guide_{n}", tongue) for n in range(1, 6))
            self._text(page, i, "\n".join(f"• {line}" for line in lines), 2, 118)
            i += 1

    def answers(self, lines: Sequence[tuple[str, str]]) -> None:
        """Questions that a number of days answers."""
        keys = KEYS["answers"]
        kinds: dict[str, list[str]] = {}
        for kind, part in lines:
            kinds.setdefault(kind, []).append(part)
        several = any(len(parts) >= _SEVERAL for parts in kinds.values())
        page, row = self._table("answers", keys, several=several)
        asked = [(kind, part) for kind, parts in kinds.items() for part in [*[EVERY][: len(parts) >= _SEVERAL], *parts]]
        for kind, part in asked:
            question = words(f"question_{kind}", " / ")
            self._line(page, row, keys, {"kind": kind, "question": question} | self._about(part))
            page.set_row(row, _height(question, _WIDTHS["question"]))
            row += 1
        self._validate(page, keys, row)

    def table(self, name: str, parts: Sequence[str]) -> None:
        """A table with some empty lines for each part, and before several parts some for all of them."""
        keys = KEYS[name]
        page, row = self._table(name, keys, several=len(parts) >= _SEVERAL)
        each = _LINES[name] if len(parts) < _MANY else 1
        lines = [EVERY] * (_LINES[name] if len(parts) >= _SEVERAL else 0)
        for part in [*lines, *(part for part in parts for _ in range(each))]:
            about = self._about(part)
            self._line(page, row, keys, about)
            if part == EVERY:
                page.set_row(row, _height(about["name"], _WIDTHS["name"]))
            row += 1
        self._validate(page, keys, row)

    def _about(self, part: str) -> dict[str, Any]:
        return {"part": part, "name": words("every_part", " / ") if part == EVERY else self.company.parts[part].name}

    def holders(self, supplier: str) -> None:
        """Who holds the supplier, and who holds those."""
        keys = KEYS["holders"]
        page, row = self._table("holders", keys)
        for n in range(_LINES["holders"] + _MORE):
            self._line(page, row, keys, {"firm": supplier} if n < _LINES["holders"] else {})
            if n >= _LINES["holders"]:
                write_cell(page, row, keys.index("firm"), None, self.white)
            row += 1
        self._validate(page, keys, row)

    def _table(self, name: str, keys: Sequence[str], *, several: bool = False) -> tuple[Worksheet, int]:
        page = self._sheet(name, [_WIDTHS.get(key, _WIDTH) for key in keys])
        self._text(page, 0, words(f"{name}_title"), len(keys) - 1, 62, self.title)
        helps = [f"{name}_help"] * (name != "answers") + ["every_help"] * several
        if helps:
            told = "\n".join(" ".join(word(one, tongue) for one in helps) for tongue in TONGUES)
            self._text(page, 1, told, len(keys) - 1, _height(told, sum(_WIDTHS.get(key, _WIDTH) for key in keys[1:])))
        for j, key in enumerate(keys):
            write_cell(page, 2, j, key, self.key)
            write_cell(page, 3, j, words(LABELS.get(key, key)), self.head)
        page.set_row(3, 48)
        page.freeze_panes(4, 2)
        page.repeat_rows(3)
        return page, 4

    def _line(self, page: Worksheet, row: int, keys: Sequence[str], shown: dict[str, Any]) -> None:
        styles = {"share": self.part, "held": self.part, "answer": self.days, "stock": self.days}
        for j, key in enumerate(keys):
            style = styles.get(key, self.white) if key in _WHITE else self.fixed
            write_cell(page, row, j, shown.get(key), style)

    def _validate(self, page: Worksheet, keys: Sequence[str], last: int) -> None:
        """What a cell takes; a warning, not a wall: what people write all the same is read as far as it can be."""
        spans: dict[str, dict[str, Any]] = {
            "answer": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 3650},
            "share": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1},
            "country": {"validate": "list", "source": f"='{word('sheet_countries', 'ja')}'!$A$2:$A${len(self.codes) + 1}"},
        }
        spans |= {"stock": spans["answer"], "held": spans["share"]}
        says = {"answer": "days_message", "stock": "days_message", "country": "country_message"}
        says |= dict.fromkeys(("share", "held"), "share_message")
        for j, key in enumerate(keys):
            if key in spans:
                rule = spans[key] | {"error_type": "warning", "input_message": words(says[key])[:250]}
                page.data_validation(4, j, max(4, last + 40), j, rule)

    def deadline(self, asked: Sequence[Question], deadline: str) -> None:
        """Until when, and which question counts most."""
        page = self._sheet("deadline", (10, 46, 70))
        self._text(page, 0, words("deadline_title"), 2, 62, self.title)
        write_cell(page, 1, 1, deadline, self.title)
        self._text(page, 2, words("deadline_says"), 2, 62)
        for j, name in enumerate(("order", "kind", "parts")):
            write_cell(page, 4, j, words(name), self.head)
        for i, question in enumerate(asked, start=5):
            parts = () if question.kind == "owner" else question.parts[:PARTS]  # that one is about the firm
            shown = (i - 4, words(f"rank_{question.kind}"), ", ".join(parts))
            for j, value in enumerate(shown):
                write_cell(page, i, j, value, self.fixed)
            page.set_row(i, 46)
        page.set_row(4, 48)

    def countries(self) -> None:
        """The list that the cells for countries offer."""
        page = self._sheet("countries", (46,))
        write_cell(page, 0, 0, words("country", " / "), self.head)
        for i, (code, ja, en) in enumerate(self.codes, start=1):
            write_cell(page, i, 0, f"{code} {ja} / {en}", self.text)
        page.hide()


def _height(text: str, width: float) -> float:
    """The height, in points, that a text takes in cells so many figures wide; a sign of Japanese or Chinese is wider."""
    each = (sum(1.6 if east_asian_width(sign) in "WF" else 0.85 for sign in line) for line in text.splitlines())
    return 6 + 13.5 * sum(max(1, math.ceil(line / width)) for line in each)


def usual_deadline() -> str:
    """Return the day until when suppliers are asked where nobody says another: `DAYS` from today, as ISO text."""
    return (datetime.date.today() + datetime.timedelta(days=DAYS)).isoformat()

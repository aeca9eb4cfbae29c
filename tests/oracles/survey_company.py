"""A small company whose rows leave open what a survey asks about, and what a stop costs it."""

import handed_in
import openpyxl
import plain_sheets
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.figures import work_out
from kanmon.app.survey.merge import merge
from kanmon.app.survey.questionnaire import KEYS, survey_of, write_survey
from kanmon.app.survey.replies import Line, Replies, Reply, read_replies
from kanmon.app.survey.stopped import stopped
from kanmon.graph import SupplyGraph

HOSTILE = '=HYPERLINK("http://example.invalid","x")<script>alert(1)</script>'
HEAD = ("部品番号", "部品名", "調達先", "製造拠点国", "調達割合", "在庫日数", "切替日数", "含む素材")
NEVER = 400
ROWS = [
    ("P1", "Gear", "Alpha", "China", 0.5, 30, NEVER, None),
    ("P1", "Gear", "Beta", "Germany", 0.5, 30, NEVER, None),
    ("P2", HOSTILE, "Gamma", None, 1.0, 20, NEVER, None),
    ("P3", "Seal", "Delta", "Japan", 1.0, None, NEVER, None),
    ("P4", "Solder", "Omega", "Japan", 1.0, 10, NEVER, "tin_refining"),
]


def workbook(path, rows=ROWS, head=HEAD):
    parts = list(dict.fromkeys(row[0] for row in rows))
    sheets = {
        "会社": [("会社名",), ("例示株式会社",)],
        "製品": [("製品番号", "年間売上"), ("X", 3650.0)],
        "部品表": [("親品番", "部品番号"), *(("X", part) for part in parts)],
        "調達": [head, *rows],
    }
    return plain_sheets.workbook(path, sheets)


def company(path, rows=ROWS, head=HEAD):
    return handed_in.company(workbook(path, rows, head))


def told(supplier, part, **values):
    """A questionnaire in which a supplier answered one line: where it makes a part, how long that takes, what it needs."""
    table = "answers" if "answer" in values else "behind" if "input" in values else "origin"
    values = dict.fromkeys(KEYS[table]) | values | {"part": part}
    lines = {table: [Line(values, f"{supplier}.xlsx: {table}!5", {})]}
    return Reply(f"{supplier}.xlsx", supplier, None, lines, {(table + (values.get("kind") or ""), part): True})


def figures(found):
    return work_out(found, build_graph(found), [], "en")


def bounds(found, node, maker=False):
    """Certain and possible loss of the product while a node stops."""
    built = build_graph(found)
    (one,) = stopped(found, built, [(f"own@@{node}", False) if maker else (node, True)])
    return one["X"].lost


def replied(base, *paths, links=(), world=None):
    """The company with replies laid over it, and the replies."""
    found = read_replies(*paths) if paths and not isinstance(paths[0], Reply) else Replies(list(paths))
    return merge(base, found, links, world or SupplyGraph()), found


def questionnaires(base, asked, folder):
    """Write the questionnaires into a folder, and return the file of each supplier."""
    write_survey(survey_of(asked, "2026-12-25"), base, folder, "en")
    files = {}
    for path in sorted(folder.glob("questions-*.xlsx")):
        page = openpyxl.load_workbook(path).worksheets[0]
        files[next(row[2].value for row in page.iter_rows() if row[0].value == "supplier")] = path
    return files


def answered(path, target, answers):
    """A questionnaire filled in as a person does: {(table, part, kind or number of the line): {key: value}}."""
    book = openpyxl.load_workbook(path)
    for page in book.worksheets:
        keys, table = {}, None
        seen = {}
        for row in page.iter_rows():
            values = [cell.value for cell in row]
            for name, columns in KEYS.items():
                if set(columns) <= set(values):
                    keys, table = {value: j for j, value in enumerate(values) if value}, name
            if table is None or not keys:
                continue
            part = values[keys["part"]]
            which = values[keys["kind"]] if table == "answers" else seen.get(part, 0)
            seen[part] = seen.get(part, 0) + 1
            for (at, of, n), told in answers.items():
                if (at, of, n) == (table, part, which):
                    for key, value in told.items():
                        row[keys[key]].value = value
    book.save(target)
    return target

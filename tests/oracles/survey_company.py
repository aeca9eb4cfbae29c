"""A small company whose rows leave open what a survey asks about, and what a stop costs it."""

import plain_sheets
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.company_reader import company_from
from kanmon.app.audit.figures import work_out
from kanmon.app.audit.mapping import recognise
from kanmon.app.survey.merge import merge
from kanmon.app.survey.replies import read_replies
from kanmon.app.survey.stopped import stopped
from kanmon.datasets.intake.understanding import understand
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


def workbook(path, rows=ROWS):
    parts = list(dict.fromkeys(row[0] for row in rows))
    sheets = {
        "会社": [("会社名",), ("例示株式会社",)],
        "製品": [("製品番号", "年間売上"), ("X", 3650.0)],
        "部品表": [("親品番", "部品番号"), *(("X", part) for part in parts)],
        "調達": [HEAD, *rows],
    }
    return plain_sheets.workbook(path, sheets)


def company(path, rows=ROWS):
    return company_from(recognise(understand(workbook(path, rows))))


def figures(found):
    return work_out(found, build_graph(found, [], SupplyGraph()), [], "en")


def bounds(found, node, maker=False):
    """Certain and possible loss of the product while a node stops."""
    built = build_graph(found, [], SupplyGraph())
    (one,) = stopped(found, built, [(f"own@@{node}", False) if maker else (node, True)])
    return one["X"].lost


def replied(base, *paths, links=(), world=None):
    """The company with replies laid over it, and the replies."""
    found = read_replies(*paths)
    return merge(base, found, links, world or SupplyGraph()), found

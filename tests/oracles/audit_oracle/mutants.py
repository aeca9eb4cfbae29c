"""Workbooks made of the demo: cells left blank or filled otherwise, rows gone, and markets further up."""

import itertools
import random
from pathlib import Path

import openpyxl

DEMO = Path(__file__).resolve().parents[3] / "datasets" / "data" / "demo_company" / "audit.xlsx"
COLUMNS = {
    "調達": [
        "調達先",
        "製造拠点国",
        "調達割合",
        "認定",
        "認定日",
        "切替日数",
        "在庫数",
        "1日使用量",
        "在庫日数",
        "年間購入額",
    ],
    "製品": ["年間売上"],
    "部品表": ["必須"],
    "調達先": ["区分", "製造拠点国", "最終対話日"],
}
OTHERWISE = {
    "調達": {
        "製造拠点国": ["日本", "中国", "ドイツ", "台湾"],
        "認定": ["はい", "いいえ"],
        "切替日数": [0, 20, 90, 400],
        "在庫日数": [0, 5, 45, 200, "30-60日", "5日以上90日以下", "60日以上", "45日以内"],
    },
    "製品": {"年間売上": [1_000_000, 2_000_000_000]},
    "部品表": {"必須": ["いいえ", "はい"]},
}
"""What else a cell may say."""


SPANS = ["30-60日", "5日以上90日以下", "20-400日", "60日以上", "45日以内"]
"""Times as ranges; of some nobody said the most."""


def opened():
    """The demo's workbook with merged cells written out."""
    book = openpyxl.load_workbook(DEMO)
    for page in book:
        for area in list(page.merged_cells.ranges):
            value = page.cell(area.min_row, area.min_col).value
            page.unmerge_cells(str(area))
            for row, column in itertools.product(
                range(area.min_row, area.max_row + 1), range(area.min_col, area.max_col + 1)
            ):
                page.cell(row, column).value = value
    return book


def heads(page):
    return {str(cell.value).split("\n")[0]: cell.column for cell in page[2] if cell.value}


def mutated(path, seed, deep=False, spans=False):
    """The demo with some cells blank: one or many, a whole column, or all that is known of one maker.

    ``deep``: some parts also need others that only their makers buy, over up to three tiers, and some cells say otherwise.
    ``spans``: half of the times that something takes are ranges.
    """
    draw = random.Random(seed)
    book = opened()
    if deep:
        deepen(book, draw)
    page = book["調達"]
    names, last = heads(page), page.max_row - 1
    if seed % 4 == 1:
        for row in range(3, last + 1):
            page.cell(row, names[COLUMNS["調達"][seed % len(COLUMNS["調達"])]]).value = None
    elif seed % 4 == 2:
        maker = draw.choice([page.cell(row, names["調達先"]).value for row in range(3, last + 1)])
        for row in range(3, last + 1):
            if page.cell(row, names["調達先"]).value == maker:
                for name in COLUMNS["調達"][1:]:
                    page.cell(row, names[name]).value = None
    for _ in range((0, 3, 10, 60)[seed % 4] if seed else 0):
        name = draw.choice([*COLUMNS, "調達", "調達", "調達"])
        other = book[name]
        at = heads(other)
        other.cell(draw.randint(3, other.max_row - (name == "調達")), at[draw.choice(COLUMNS[name])]).value = None
    if deep:
        for _ in range(draw.randint(0, 20)):
            name = draw.choice([*OTHERWISE, "調達"])
            column = draw.choice(list(OTHERWISE[name]))
            row = draw.randint(3, book[name].max_row - (name == "調達"))
            book[name].cell(row, heads(book[name])[column]).value = draw.choice(OTHERWISE[name][column])
    if spans:
        for row in range(3, page.max_row):
            for name in ("切替日数", "リードタイム（日）"):
                if draw.random() < 0.5:
                    page.cell(row, names[name]).value = draw.choice(SPANS)
    book.save(path)
    return path


def deepen(book, draw):
    """Some parts need others that only their makers buy, of several makers in several countries, over up to three tiers."""
    bill, page = book["部品表"], book["調達"]
    lines, rows = heads(bill), heads(page)
    bought = sorted({page.cell(row, rows["部品番号"]).value for row in range(3, page.max_row)} - {None})
    above = draw.sample(bought, 6)
    for tier in range(3):
        new = []
        for n, part in enumerate(above):
            for one in range(draw.randint(1, 2) if tier < 2 else 1):
                id, line = f"UP{tier}{n}{one}", bill.max_row + 1
                for name, value in {"親品番": part, "部品番号": id, "部品名": id, "員数": 1}.items():
                    bill.cell(line, lines[name]).value = value
                shares = draw.choice([(1,), (0.5, 0.5), (0.2, 0.3, 0.5), (None, None), (0.4, None, None)])
                stock = draw.choice([None, 0, 10, 45, 90])
                for k, share in enumerate(shares):
                    page.insert_rows(page.max_row)
                    told = {"部品番号": id, "部品名": id, "調達先": f"Kakuu Up {draw.randint(0, 9)}", "調達割合": share}
                    told |= {
                        "製造拠点国": draw.choice(["日本", "中国", "台湾", "ドイツ", None]),
                        "在庫日数": stock if k == 0 else None,
                    }
                    for name, value in told.items():
                        page.cell(page.max_row - 1, rows[name]).value = value
                new.append(id)
        above = new

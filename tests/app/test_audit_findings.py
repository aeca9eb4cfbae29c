"""What a check may say of files with blanks: "no finding" is a statement about every way in which they may be filled in."""

import random

import pytest
from kanmon.app.audit.checks import CLEAR, FINDING, findings
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.company_reader import company_from
from kanmon.app.audit.figures import work_out
from kanmon.app.audit.mapping import recognise
from kanmon.datasets.intake.understanding import understand
from kanmon.graph import SupplyGraph
from plain_sheets import workbook

SOURCING = ["part", "supplier", "country", "share", "qualified", "stock days", "switching days", "annual spend"]
PRODUCTS = ["product", "revenue", "own world share", "customers depending on us alone"]
SUPPLIERS = ["supplier", "last dialogue date"]
MAKERS = ("Axo", "Bril", "Cend", "Dorr")
OF_BLANKS = {"coverage", "visibility", "site_country", "dialogue"}
"""Checks that find what is blank."""


def company_of(draw):
    """Sheets of a company of which everything is stated."""
    rows = []
    for part in ("P1", "P2", "P3")[: draw.randint(1, 3)]:
        shares = draw.choice([[1.0], [1.0], [0.5, 0.5], [0.7, 0.3], [0.4, 0.6]]) + [0.0] * draw.randint(0, 1)
        stock, switch = draw.choice([0, 10, 200]), draw.choice([5, 20, 100])
        for maker, share in zip(draw.sample(MAKERS, len(shares)), shares, strict=True):
            qualified = "yes" if share else draw.choice(["yes", "no"])
            place = draw.choice(["Japan", "Japan", "Japan", "China", "Germany"])
            rows.append([part, maker, place, share, qualified, stock, switch, 100 * share])
    parts = list(dict.fromkeys(row[0] for row in rows))
    needs = [["X", part] for part in parts] + ([["Y", parts[0]]] if draw.random() < 0.5 else [])
    products = [[one, 1000, draw.choice([0.1, 0.8]), draw.choice([0, 0, 2])] for one in dict.fromkeys(n[0] for n in needs)]
    firms = [[name, "2026-04-01"] for name in dict.fromkeys(row[1] for row in rows)]
    return rows, needs, products, firms


def blanked(draw, rows, needs, products, firms):
    """The same sheets with some cells left blank, some parts of which nobody is named, and some makers without a row."""
    chance = draw.choice([0.05, 0.2, 0.5])
    nobody = {row[0] for row in rows if draw.random() < chance / 2}
    keep = lambda row, first: row[:first] + [None if draw.random() < chance else cell for cell in row[first:]]  # noqa: E731
    told, gone = [], set()
    for row in rows:
        if row[0] in nobody:
            continue
        # Who is listed is taken for all where a share is blank: a row goes only where the others keep theirs.
        if row[0] not in gone and 0 < row[3] < 1 and draw.random() < chance:
            gone.add(row[0])
            continue
        told.append(row)
    told = [[*keep(row, 1)[:3], row[3] if row[0] in gone else keep(row, 1)[3], *keep(row, 4)[4:]] for row in told]
    return told, needs, [keep(row, 1) for row in products], [keep(row, 1) for row in firms if draw.random() > chance / 2]


def statuses(path, rows, needs, products, firms):
    sheets = {"Sourcing": [SOURCING, *rows], "BOM": [["parent", "part"], *needs]}
    sheets |= {"Products": [PRODUCTS, *products], "Suppliers": [SUPPLIERS, *firms]}
    company = company_from(recognise(understand(workbook(path, sheets)), {}))
    figures = work_out(company, build_graph(company, [], SupplyGraph()), [], "en")
    return {one.check: (one.status, one.says.text("en")) for one in findings(company, figures) if one.check}


@pytest.mark.parametrize("seed", range(25))
def test_no_blank_makes_a_finding_or_takes_one_away(tmp_path, seed):
    draw = random.Random(seed)
    whole = company_of(draw)
    known, found = statuses(tmp_path / "a.xlsx", *whole), statuses(tmp_path / "b.xlsx", *blanked(draw, *whole))
    for check, (status, says) in found.items():
        if status == CLEAR:
            assert known[check][0] == CLEAR, (check, says, known[check])
        if status == FINDING and check not in OF_BLANKS:
            assert known[check][0] == FINDING, (check, says, known[check])

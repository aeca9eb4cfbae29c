"""How many pieces of a part go into the products: counted line by line."""

import math
import random

import handed_in
import pytest
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.figures import work_out
from plain_sheets import workbook

PRODUCTS, MADE, BOUGHT = ("X", "Y"), ("S1", "S2", "S3"), ("P1", "P2", "P3", "P4")
COUNTRIES = {"P1": "China", "P2": "Germany", "P3": "Japan", "P4": "Brazil"}
CODES = {"P1": "CHN", "P2": "DEU", "P3": "JPN", "P4": "BRA"}


def bill(draw):
    """Lines (parent, part, quantity or blank, group or none); what stands further on never needs what stands before."""
    order, lines = [*PRODUCTS, *MADE, *BOUGHT], []
    for at, parent in enumerate([*PRODUCTS, *MADE]):
        for part in draw.sample(order[at + 1 :], draw.randint(1, 3)):
            quantity = None if draw.random() < 0.1 else draw.choice([1, 2, 5])
            lines.append((parent, part, quantity, "g" if draw.random() < 0.15 else None))
    for part in BOUGHT:
        if part not in {line[1] for line in lines}:
            lines.append(("X", part, 1, None))
    return lines


def pieces(lines, at, part):
    """Pieces of a part in one of what stands at a place; not a number where they are open."""
    ways = [line for line in lines if line[0] == at and (line[1] == part or part in under(lines, line[1]))]
    each = [math.nan if quantity is None or group else quantity for _, _, quantity, group in ways]
    return sum(n * (1 if way[1] == part else pieces(lines, way[1], part)) for n, way in zip(each, ways, strict=True))


def under(lines, at):
    below = {part for parent, part, *_ in lines if parent == at}
    return below.union(*(under(lines, part) for part in below))


def spend_of(path, lines):
    head = ["part", "supplier", "country", "share", "annual spend"]
    sheets = {"Sourcing": [head, *([part, f"Firm {part}", COUNTRIES[part], 1, 100] for part in BOUGHT)]}
    sheets |= {"BOM": [["parent", "part", "quantity", "alternative group"], *lines]}
    sheets |= {"Products": [["product", "revenue"], *([one, 100] for one in PRODUCTS)]}
    company = handed_in.company(workbook(path, sheets))
    assert [(need.parent, need.part, need.quantity, need.group) for need in company.needs] == lines
    return work_out(company, build_graph(company), [], "en").spend


@pytest.mark.parametrize("seed", range(30))
def test_the_quantity_of_a_country_counts_the_pieces_that_surely_go_in(tmp_path, seed):
    lines = bill(random.Random(seed))
    many = {part: sum(pieces(lines, product, part) for product in PRODUCTS) for part in BOUGHT}
    known = {part: n for part, n in many.items() if n and not math.isnan(n)}
    found = spend_of(tmp_path / "a.xlsx", lines)
    assert found["pieces"] == len(known)
    rows = {row["country"]: row for row in found["shares"]}
    for part in BOUGHT:
        row, share = rows[CODES[part]], known.get(part, 0.0) / (sum(known.values()) or 1.0)
        ends = [share, share] if known else [None, None]
        assert [row["quantity_low"], row["quantity_high"]] == (pytest.approx(ends) if known else ends)

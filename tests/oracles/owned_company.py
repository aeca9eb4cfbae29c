"""A company of three makers, of one of which nobody says whose it is, and a sanction on a group that holds another."""

import plain_sheets
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.graph import SupplyGraph

SHEETS = {
    "Company": [["Company name", "Days of a stop"], ["Acme", 100]],
    "Sourcing": [
        ["part", "name", "supplier", "country", "share", "stock days", "switching days"],
        ["P1", "Gear", "X", "China", "70%", 30, 400],
        ["P1", "Gear", "Y", "Japan", "30%", 30, 400],
        ["P2", "Seal", "Z", "Japan", "100%", 90, 400],
    ],
    "BOM": [["parent", "part"], ["A", "P1"], ["A", "P2"]],
    "Products": [["product", "annual revenue"], ["A", 36500]],
    "Scenarios": [
        ["scenario", "what happens", "company", "country", "days"],
        ["Group", "sanctions on a company and its group", "Group", None, 80],
    ],
}
HEAD = ["supplier", "kind", "billing country", "parent company", "share held by the parent"]
HELD = [["X", "maker", "China", "Group", "60%"], ["Z", "maker", "Japan", "none", None]]


def rows(*more):
    return SHEETS | {"Suppliers": [HEAD, *HELD, *more]}


def audited(path, *more, replies=None):
    """What is found with further rows of the suppliers sheet, and the least and the most that the sanction costs."""
    found = audit(
        plain_sheets.workbook(path, rows(*more)), lang="en", date="2026-11-28", world=SupplyGraph(), replies=replies
    )
    (row,) = content(found, "en")["scenarios"]
    return found, (row["loss_low"], row["loss_high"])

"""A company of two products and four parts, of which nearly everything is stated, and how its sheets are written."""

from plain_sheets import workbook

HEAD = {
    "Sourcing": [
        "part",
        "name",
        "supplier",
        "country",
        "share",
        "stock days",
        "switching days",
        "qualified",
        "annual spend",
    ],
    "BOM": ["parent", "part"],
    "Products": ["product", "revenue"],
}


def written(path, **sheets):
    return workbook(path, {name: [HEAD[name], *rows] for name, rows in sheets.items()})


SOURCING = [
    ["P1", "Gear", "X", "China", "100%", 30, 90, "yes", 700],
    ["P2", "Bolt", "Y", "Japan", "60%", 10, 120, "yes", 60],
    ["P2", "Bolt", "Z", "Germany", "40%", None, 120, "yes", 40],
    ["P3", "Chip", "W", "Taiwan", "70%", 20, 250, "yes", 100],
    ["P3", "Chip", "V", "China", "30%", None, 250, "yes", 50],
    ["P4", "Seal", "U", "Germany", "100%", 60, 200, "yes", 30],
    ["P4", "Seal", "T", "Japan", "0%", None, 75, "yes", None],
]


BOM = [["A", "P1"], ["A", "P2"], ["B", "P2"], ["B", "P3"], ["B", "M"], ["M", "P4"]]


PRODUCTS = [["A", 3650], ["B", 7300]]


def small(tmp_path, extra=(), products=True):
    sheets = {
        "Sourcing": [
            ["part", "name", "supplier", "country", "share", "stock days", "switching days", "qualified"],
            ["P1", "Gear", "X", "China", "100%", 30, 90, "yes"],
            ["P2", "Bolt", "Y", "Japan", "60%", 10, 20, "yes"],
            ["P2", "Bolt", "Z", "Germany", "40%", None, None, "yes"],
            *extra,
        ],
        "BOM": [["parent", "part"], ["A", "P1"], ["A", "P2"]],
    }
    if products:
        sheets["Products"] = [["product", "revenue"], ["A", 3650]]
    return workbook(tmp_path / "small.xlsx", sheets)

"""What a company hands in, read as an audit reads it, and what is said of it."""

from kanmon.app.audit.company_reader import company_from
from kanmon.app.audit.remarks import Remarks
from kanmon.app.audit.rows import rows_of
from kanmon.datasets.intake.understanding import understand
from plain_sheets import workbook

HEAD = ("部品番号", "調達先", "製造拠点国", "調達割合", "在庫日数", "切替日数")


def sourcing(*rows: list[object], head: tuple[str, ...] = ("part", "supplier", "country")) -> list[list[object]]:
    return [list(head), *rows]


def company(path, corrections=None, date=None):
    return company_from(understand(path, corrections=corrections), corrections, date)


def of_one_product(path, name, product, rows, days=None):
    """A company that makes one product of bought parts: (part, supplier, country, share, stock days, switching days)."""
    parts = list(dict.fromkeys(row[0] for row in rows))
    sheets = {
        "会社": [("会社名", "停止日数"), (name, days)],
        "製品": [("製品番号", "年間売上"), (product, 365.0)],
        "部品表": [("親品番", "部品番号"), *((product, part) for part in parts)],
        "調達": [HEAD, *rows],
    }
    return company(workbook(path / f"{name}.xlsx", sheets))


def rows(path, corrections=None):
    return rows_of(understand(path, corrections=corrections), None, Remarks())


def says(found):
    return " ".join(remark.message.text("en") for remark in found.remarks)

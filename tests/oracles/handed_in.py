"""What a company hands in, read as an audit reads it, and what is said of it."""

from kanmon.app.audit.company_reader import company_from
from kanmon.app.audit.remarks import Remarks
from kanmon.app.audit.rows import rows_of
from kanmon.datasets.intake.understanding import understand


def sourcing(*rows: list[object], head: tuple[str, ...] = ("part", "supplier", "country")) -> list[list[object]]:
    return [list(head), *rows]


def company(path, corrections=None, date=None):
    return company_from(understand(path, corrections=corrections), corrections, date)


def rows(path, corrections=None):
    return rows_of(understand(path, corrections=corrections), None, Remarks())


def says(found):
    return " ".join(remark.message.text("en") for remark in found.remarks)

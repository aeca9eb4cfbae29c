"""What a company hands in, read as an audit reads it, and what is said of it."""

from kanmon.app.audit.company_reader import company_from
from kanmon.app.audit.mapping import recognise
from kanmon.datasets.intake.understanding import understand


def sourcing(*rows: list[object], head: tuple[str, ...] = ("part", "supplier", "country")) -> list[list[object]]:
    return [list(head), *rows]


def company(path, corrections=None):
    return company_from(recognise(understand(path, corrections=corrections), corrections))


def says(found):
    return " ".join(remark.message.text("en") for remark in found.remarks)

"""Files as people write them, and what was understood of one."""

from pathlib import Path

import openpyxl
import pytest
from kanmon.datasets.intake.understanding import understand

REAL = Path(__file__).resolve().parents[1] / "data" / "real"
MORE = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
LEDGER = [
    "2025年度 購買台帳,,,,,,（単位：千円）",
    "発注日,品番,品名,仕入先名称,数量,購入金額[千円],備考",
    '令和7年4月1日,A-001,六角ボルト M6,(株)山田製作所,"1,000",120,',
    "R7.5.10,A-001,六角ボルト M6,株式会社山田製作所,500,６０,ー",
    '2025/6/3,B-010,ベアリング 6204,例示精機,200,"1,250",n/a',
    ",,,,,,",
    '合計,,,,"1,700","1,430",',
]


def text(path, lines, encoding="utf-8"):
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def book(path, sheets, merged=()):
    """Write sheets as openpyxl does: formulas without a value."""
    pages = openpyxl.Workbook()
    pages.remove(pages.active)
    for name, rows in sheets.items():
        page = pages.create_sheet(name)
        for i, row in enumerate(rows, start=1):
            for j, value in enumerate(row, start=1):
                if value is not None:
                    page.cell(i, j, value)
        for area in merged:
            page.merge_cells(area)
    pages.save(path)
    return path


def table(path, **options):
    (found,) = understand(path, **options).tables
    return found


def aside(found):
    return [(each.row, each.reason) for each in found.set_aside]


def real(name):
    for place in (REAL / name, MORE / "bom" / name):
        if place.is_file():
            return place
    return pytest.skip(f"{name} is not at hand")

"""Amounts of a purchase ledger are those of its days: a figure of a year is not made from them without saying so."""

import datetime

import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.graph import SupplyGraph
from plain_sheets import workbook

HEAD = ["order date", "part no.", "part name", "supplier", "country of origin", "quantity", "unit price", "amount"]
LINES = [
    ("P1", "Bearing", "Alpha", "China", 10, 100, 1000),
    ("P2", "Magnet", "Beta", "China", 5, 100, 500),
    ("P3", "Wire", "Gamma", "Chile", 2, 50, 100),
    ("P1", "Bearing", "Alpha", "China", 20, 100, 2000),
    ("P2", "Magnet", "Delta", "Germany", 5, 120, 600),
]
SOURCING = [["part", "supplier", "country", "annual spend"], ["P9", "Omega", "China", 4000]]


def audited(path, first, last, limit=None, more=None):
    start, end = map(datetime.date.fromisoformat, (first, last))
    days = [start + n * (end - start) / (len(LINES) - 1) for n in range(len(LINES))]
    sheets = {"Purchase ledger": [HEAD, *([str(day), *line] for day, line in zip(days, LINES, strict=True))]}
    sheets["Company"] = [["company name", "C-parts below (annual spend)"], ["Acme", limit]]
    sheets["Scenarios"] = [["scenario", "what happens", "country", "rate"], ["T", "tariff", "China", "10%"]]
    sheets |= {"Sourcing": more} if more else {}
    return audit(workbook(path, sheets), lang="en", date="2026-11-28", world=SupplyGraph())


@pytest.mark.parametrize(("first", "last", "days"), [("2025-04-10", "2025-09-01", 145), ("2023-01-01", "2025-12-31", 1096)])
def test_a_tariff_on_a_ledger_names_the_days_of_its_purchases_and_no_year(tmp_path, first, last, days):
    found = audited(tmp_path / "a.xlsx", first, last)
    assert (found.company.period.first, found.company.period.last, found.company.period.days) == (first, last, days)
    (row,) = content(found, "en")["scenarios"]
    assert row["loss"] == pytest.approx(0.1 * (1000 + 500 + 2000))
    assert row["lasts_says"] == f"{first} to {last}"
    assert (
        f"from {first} to {last} ({days} days): not scaled to a year" in row["notes"][0]
        and "a year on" not in row["notes"][0]
    )
    (row,) = content(found, "ja")["scenarios"]
    assert row["lasts_says"] == f"{first}〜{last}" and "1年間の負担" not in row["notes"][0]


def test_a_tariff_on_amounts_of_a_year_stays_a_years(tmp_path):
    sheets = {
        "Sourcing": SOURCING,
        "Scenarios": [["scenario", "what happens", "country", "rate"], ["T", "tariff", "China", "10%"]],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date="2026-11-28", world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]
    assert found.company.period is None and row["lasts_says"] == "1 year" and row["notes"][0].startswith("Cost a year")


def test_the_limit_of_c_parts_is_that_of_the_days_of_the_ledger_and_says_so(tmp_path):
    """P3 costs 100, P2 1,100, P1 3,000 in the days of the ledger; the company sets parts of up to 1,460 a year apart."""
    quarter = audited(tmp_path / "a.xlsx", "2025-01-01", "2025-04-01", limit=1460.0)
    assert quarter.company.period.days == 91 and quarter.company.apart == ["P3"], "364 in 91 days"
    says = content(quarter, "en")["apart"]["says"]
    assert "1 bought parts" in says and "91 days" in says and "364" in says and "1,460" in says
    years = audited(tmp_path / "b.xlsx", "2023-01-01", "2025-12-31", limit=1460.0)
    assert sorted(years.company.apart) == ["P1", "P2", "P3"], "4,384 in 1,096 days"


def test_beside_amounts_of_a_year_a_long_ledger_makes_the_limit_no_larger(tmp_path):
    found = audited(tmp_path / "a.xlsx", "2023-01-01", "2025-12-31", limit=1460.0, more=SOURCING)
    assert not found.company.period.alone and sorted(found.company.apart) == ["P2", "P3"], "P9 is bought for 4,000 a year"

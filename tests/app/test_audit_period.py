"""Amounts of a purchase ledger are those of its days: a figure of a year is not made from them without saying so."""

import datetime

import pytest
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.datasets.intake.periods import period_in
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
    assert row["lasts_says"].replace(",", "") == f"{days} days" and row["days"] == days
    assert (
        f"from {first} to {last} ({days} days): not scaled to a year" in row["notes"][0]
        and "per year on" not in row["notes"][0]
    )
    (row,) = content(found, "ja")["scenarios"]
    assert row["lasts_says"].replace(",", "") == f"{days}日" and "1年間の負担" not in row["notes"][0]


def test_a_tariff_on_amounts_of_a_year_stays_a_years(tmp_path):
    sheets = {
        "Sourcing": SOURCING,
        "Scenarios": [["scenario", "what happens", "country", "rate"], ["T", "tariff", "China", "10%"]],
    }
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", date="2026-11-28", world=SupplyGraph())
    (row,) = content(found, "en")["scenarios"]
    assert found.company.period is None and row["lasts_says"] == "1 year" and row["notes"][0].startswith("Cost per year")
    assert row["days"] == 365, "the workbook and the JSON have the days of the amounts, not those of a stop"


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


@pytest.mark.parametrize(
    ("title", "first", "last"),
    [
        ("2025年度 購買実績", "2025-04-01", "2026-03-31"),
        ("FY2025 purchases", "2025-04-01", "2026-03-31"),
        ("FY25", "2025-04-01", "2026-03-31"),
        ("令和7年度 購買台帳 作成日：2026/4/5", "2025-04-01", "2026-03-31"),
        ("2025年度上期", "2025-04-01", "2025-09-30"),
        ("2025年度下期", "2025-10-01", "2026-03-31"),
        ("Apr 2025 - Mar 2026", "2025-04-01", "2026-03-31"),
        ("期間：2025年4月～2026年3月", "2025-04-01", "2026-03-31"),
        ("2025-04-01 to 2026-03-15", "2025-04-01", "2026-03-15"),
        ("1 Apr 2025 – 31 Mar 2026", "2025-04-01", "2026-03-31"),
        ("Apr-Sep 2025", "2025-04-01", "2025-09-30"),
        ("2024年2月度", "2024-02-01", "2024-02-29"),
        ("2025年 購買実績", "2025-01-01", "2025-12-31"),
        ("Purchases 2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_title_says_the_time_that_it_covers(title, first, last):
    assert period_in(title) == (first, last)


@pytest.mark.parametrize(
    "title",
    ["購買台帳", "作成日 2025年11月30日", "2025-11-30", "ledger_20251130", "2025年度（11月末まで）", "2025年度 第1四半期"]
    + ["2024年度・2025年度", "Purchases 2025, Jan", "FY2025 year to date", "2025年4月1日現在", "2026年3月～2025年4月"],
)
def test_a_title_that_leaves_the_time_open_says_none(title):
    assert period_in(title) is None


@pytest.mark.parametrize(
    ("title", "date", "period", "says"),
    [
        ("2025年度 購買実績", "2026-11-28", ("2025-04-01", "2026-03-31"), "as '2025年度 購買実績' says"),
        ("2025年度 購買実績", "2026-01-31", ("2025-04-10", "2025-09-01"), "not over"),
        ("2024年度 購買実績", "2026-11-28", ("2025-04-10", "2025-09-01"), "does not cover all purchases"),
        ("購買実績", "2026-11-28", ("2025-04-10", "2025-09-01"), "Purchases from 2025-04-10 to 2025-09-01"),
    ],
)
def test_a_ledger_covers_what_its_title_states_where_that_is_over_and_holds_its_purchases(
    tmp_path, title, date, period, says
):
    days = ["2025-04-10", "2025-09-01"]
    rows = [[title], HEAD, *([day, *line] for day, line in zip(days, LINES, strict=False))]
    found = audit(workbook(tmp_path / "a.xlsx", {"購買台帳": rows}), lang="en", date=date, world=SupplyGraph()).company
    assert (found.period.first, found.period.last) == period
    assert any(says in remark.message.text("en") for remark in found.remarks)

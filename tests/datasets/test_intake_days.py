"""Days of a table that may be read with the day or the month first."""

import pytest
from kanmon.app.audit.company_reader import company_from
from kanmon.app.audit.mapping import recognise
from kanmon.datasets.intake.periods import dates_of
from kanmon.datasets.intake.understanding import understand
from people_files import table, text

HEAD = "Order Date,Vendor,Part No,Name,Qty,Amount USD"


def ledger(folder, *days, head=HEAD):
    lines = [f"{day},Acme,A-{n},Motor {n},2,100" for n, day in enumerate(days)]
    return table(text(folder / "orders.csv", [head, *lines]))


def said(found):
    return [(note.key.rpartition(".")[2], note.values.get("count")) for note in found.notes if "day" in note.key]


@pytest.mark.parametrize(
    ("telling", "first", "last"), [("13/04/2025", "2025-04-03", "2025-12-05"), ("04/13/2025", "2025-03-04", "2025-05-12")]
)
def test_one_day_that_can_only_be_read_so_tells_how_the_others_are_and_that_is_said(tmp_path, telling, first, last):
    found = ledger(tmp_path, "03/04/2025", telling, "05/12/2025")
    assert (found.kind, dates_of(found), said(found)) == ("ledger", (first, last), [("day_order", 2)])


@pytest.mark.parametrize("days", [("03/04/2025", "05/12/2025"), ("03/04/2025", "13/04/2025", "04/13/2025")])
def test_days_that_nothing_decides_are_not_read_and_that_is_said(tmp_path, days):
    found = ledger(tmp_path, *days)
    clear = len(days) == 3  # the two that can only be read so
    assert dates_of(found) == (("2025-04-13", "2025-04-13") if clear else None)
    assert dict(said(found)) == {"day_open": 2 if not clear else 1} and found.roles["date"] == (0,)


def test_another_column_of_the_table_tells_and_so_does_the_language_of_its_headers(tmp_path):
    lines = ["Order Date,Delivery Date,Vendor,Part No,Name,Qty,Amount", "03/04/2025,25/04/2025,Acme,A-1,Motor,2,100"]
    assert dates_of(table(text(tmp_path / "orders.csv", lines))) == ("2025-04-03", "2025-04-03")
    french = "Date de commande,Fournisseur,Référence,Désignation,Quantité,Montant"
    assert dates_of(ledger(tmp_path, "03/04/2025", head=french)) == ("2025-04-03", "2025-04-03")


def test_days_that_nobody_can_read_are_counted(tmp_path):
    assert said(ledger(tmp_path, "2025-04-03", "next week", "3.4.25")) == [("no_day", 2)]


def test_until_when_a_line_holds_and_when_a_source_was_qualified_are_read_as_the_other_days_tell(tmp_path):
    bill = ["Parent,Part,Name,Qty,Valid From,Valid To", "X,A-1,Motor,1,01/02/2020,25/12/2030"]
    bill += ["X,A-2,Seal,1,02/01/2020,03/12/2026"]
    text(tmp_path / "bom.csv", bill)
    needs = company_from(recognise(understand(tmp_path / "bom.csv"), date="2026-11-29")).needs
    assert [need.part for need in needs] == ["A-1", "A-2"]
    needs = company_from(recognise(understand(tmp_path / "bom.csv"), date="2026-12-04")).needs
    assert [need.part for need in needs] == ["A-1"]
    sources = ["Part,Name,Supplier,Country,Share,Qualified On", "A-1,Motor,Acme,Japan,60%,03/04/2024"]
    sources += ["A-1,Motor,Bolt,USA,40%,13/04/2024"]
    text(tmp_path / "sources.csv", sources)
    found = company_from(recognise(understand(tmp_path / "sources.csv"))).sources["A-1"]
    assert [source.qualified_date for source in found] == ["2024-04-03", "2024-04-13"]


def test_a_time_behind_a_day_does_not_hide_it(tmp_path):
    found = ledger(tmp_path, "4/3/2025 12:00:00 AM", "4/13/2025 8:15 PM", "5/12/2025 00:00")
    assert dates_of(found) == ("2025-04-03", "2025-05-12") and said(found) == [("day_order", 2)]

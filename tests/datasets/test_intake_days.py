"""Days of a table that may be read with the day or the month first."""

import handed_in
import pytest
from kanmon.datasets.intake.days import date
from kanmon.datasets.intake.periods import dates_of
from kanmon.datasets.packaged import packaged
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
    assert said(ledger(tmp_path, "2025-04-03", "next week", "3.14.25")) == [("no_day", 2)]


GERMAN = "Bestelldatum,Lieferant,Teilenummer,Bezeichnung,Menge,Betrag"
JAPANESE = "発注日,仕入先,品番,品名,数量,金額"


@pytest.mark.parametrize(
    ("head", "days", "first", "last"),
    [
        (HEAD, ("4/3/25", "4/13/25", "12/1/25"), "2025-04-03", "2025-12-01"),
        (HEAD, ("03/04/25", "13/04/25", "28/05/25"), "2025-04-03", "2025-05-28"),
        (HEAD, ("13.04.25", "03.05.25", "05.05.25"), "2025-04-13", "2025-05-05"),
        (HEAD, ("25/04/13", "25/05/03", "25/05/05"), "2025-04-13", "2025-05-05"),
        (GERMAN, ("13.04.25", "28.05.26"), "2025-04-13", "2026-05-28"),
        (JAPANESE, ("25.04.13", "26.05.28"), "2025-04-13", "2026-05-28"),
        (JAPANESE, ("25/4/3", "25/5/8"), "2025-04-03", "2025-05-08"),
    ],
)
def test_a_year_of_two_digits_is_read_where_its_column_or_the_language_tells_which_it_is(tmp_path, head, days, first, last):
    found = ledger(tmp_path, *days, head=head)
    assert (found.kind, dates_of(found)) == ("ledger", (first, last))
    assert not [name for name, _ in said(found) if name != "day_order"]


@pytest.mark.parametrize("days", [("13.04.25", "28.05.26"), ("03/04/05", "06/07/08"), ("12/11/10", "11/12/10")])
def test_a_year_of_two_digits_that_nothing_tells_is_not_read_and_that_is_said(tmp_path, days):
    found = ledger(tmp_path, *days)
    assert dates_of(found) is None and said(found) == [("day_open", 2)]


@pytest.mark.parametrize(
    "day",
    ["3. April 2025", "3 avr. 2025", "3 avril 2025", "3 de abril de 2025", "3 aprile 2025", "3 apr 2025", "3-abr-25"]
    + ["3 kwietnia 2025", "3. dubna 2025", "2025. április 3.", "3 aprilie 2025", "3 Nisan 2025", "3 апреля 2025"]
    + ["3rd April 2025", "April 3, 2025", "令和7年4月3日", "R7.4.3", "2025년 4월 3일", "2025. 4. 3."],
)
def test_a_day_is_read_with_the_name_of_its_month_in_many_languages(day):
    assert date(day) == "2025-04-03"


def test_the_months_of_every_language_are_twelve_and_no_name_is_of_two():
    told = [(word, int(month)) for month, line in packaged("headers", "months").iter_rows() for word in line.split("|")]
    assert len(dict(told)) == len(told) and {month for _, month in told} == {*range(1, 13)}


def test_levels_and_numbers_of_parts_are_no_days(tmp_path):
    lines = ["Pos.,Part Number,Description,Qty", "1.1.10,10.05.20,Screw,1", "1.1.11,11.05.20,Nut,2", "1.1.12,12.05.20,Pin,1"]
    found = table(text(tmp_path / "bom.csv", lines))
    assert found.texts("part") == ["10.05.20", "11.05.20", "12.05.20"] and "date" not in found.roles


def test_until_when_a_line_holds_and_when_a_source_was_qualified_are_read_as_the_other_days_tell(tmp_path):
    bill = ["Parent,Part,Name,Qty,Valid From,Valid To", "X,A-1,Motor,1,01/02/2020,25/12/2030"]
    bill += ["X,A-2,Seal,1,02/01/2020,03/12/2026"]
    text(tmp_path / "bom.csv", bill)
    needs = handed_in.company(tmp_path / "bom.csv", date="2026-11-29").needs
    assert [need.part for need in needs] == ["A-1", "A-2"]
    needs = handed_in.company(tmp_path / "bom.csv", date="2026-12-04").needs
    assert [need.part for need in needs] == ["A-1"]
    sources = ["Part,Name,Supplier,Country,Share,Qualified On", "A-1,Motor,Acme,Japan,60%,03/04/2024"]
    sources += ["A-1,Motor,Bolt,USA,40%,13/04/2024"]
    text(tmp_path / "sources.csv", sources)
    found = handed_in.company(tmp_path / "sources.csv").sources["A-1"]
    assert [source.qualified_date for source in found] == ["2024-04-03", "2024-04-13"]


def test_a_time_behind_a_day_does_not_hide_it(tmp_path):
    found = ledger(tmp_path, "4/3/2025 12:00:00 AM", "4/13/2025 8:15 PM", "5/12/2025 00:00")
    assert dates_of(found) == ("2025-04-03", "2025-05-12") and said(found) == [("day_order", 2)]

"""Tables of Dutch, Polish, Czech and Italian offices, with the letters and marks of their machines."""

import pytest
from kanmon.datasets import country
from kanmon.datasets.intake.periods import dates_of
from people_files import aside, table

POLISH = """Lp;Indeks;Nazwa towaru;Ilość;JM;Cena netto;Wartość netto;Dostawca;Kraj pochodzenia;Data zakupu
1;A-100;Wałek stalowy;1 200,5;szt;12,50;15 006,25;Zakład Mechaniczny Łódź;Polska;03.04.2025
2;A-101;Łożysko kulkowe;40;szt;8,00;320,00;Żelazo S.A.;Niemcy;15.05.2025
;;Razem;;;;15 326,25;;;
"""
CZECH = """Úroveň;Číslo dílu;Název;Množství;MJ;Výrobce;Země původu
0;S-1;Čerpadlo;1;ks;;
1;D-10;Hřídel;2;ks;Kovárna Plzeň;Česko
1;D-11;Těsnění;4;ks;Gumárna;Německo
"""
DUTCH = """Regel;Artikelnummer;Omschrijving;Aantal;Eenheid;Leverancier;Levertijd (weken);Land van herkomst
1;A-1;Motor;2;stuks;Jansen;6;Duitsland
2;A-2;Tandwiel;4;stuks;De Vries;8;Nederland
"""
ITALIAN = """Data;Fornitore;Codice articolo;Descrizione;Q.tà;Prezzo unitario;Importo
03/04/2025;Rossi;A-1;Motore;2;100,50;201,00
05/04/2025;Bianchi;A-2;Guarnizione;10;1,25;1.012,50
"""


def read(folder, text, encoding):
    path = folder / "export.csv"
    path.write_bytes(text.encode(encoding))
    return table(path)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250"])
def test_purchases_of_a_polish_office(tmp_path, encoding):
    found = read(tmp_path, POLISH, encoding)
    assert (found.encoding, found.kind, aside(found)) == (encoding, "ledger", [(4, "total")])
    assert found.texts("name") == ["Wałek stalowy", "Łożysko kulkowe"]
    assert (found.numbers("quantity"), found.totals["amount"]) == ([1200.5, 40.0], 15326.25)
    assert found.suppliers == ["Zakład Mechaniczny Łódź", "Żelazo S.A."] and dates_of(found) == ("2025-04-03", "2025-05-15")
    assert [country(cell) for cell in found.texts("country")] == ["POL", "DEU"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250"])
def test_a_bill_of_a_czech_office(tmp_path, encoding):
    found = read(tmp_path, CZECH, encoding)
    assert (found.encoding, found.kind, found.levels) == (encoding, "bom", [0, 1, 1])
    assert found.texts("part") == ["S-1", "D-10", "D-11"] and found.makers == ["Kovárna Plzeň", "Gumárna"]
    assert [country(cell) for cell in found.texts("country")] == [None, "CZE", "DEU"]


def test_a_list_of_a_dutch_office_with_terms_in_weeks(tmp_path):
    found = read(tmp_path, DUTCH, "utf-8")
    assert found.numbers("lead_time") == [42.0, 56.0] and found.suppliers == ["Jansen", "De Vries"]
    assert (found.texts("part"), found.numbers("quantity")) == (["A-1", "A-2"], [2.0, 4.0])
    assert [country(cell) for cell in found.texts("country")] == ["DEU", "NLD"]


def test_purchases_of_an_italian_office_have_the_day_first_and_commas(tmp_path):
    found = read(tmp_path, ITALIAN, "utf-8")
    assert (found.kind, dates_of(found)) == ("ledger", ("2025-04-03", "2025-04-05"))
    assert found.totals["amount"] == pytest.approx(1213.5)


def test_data_of_no_day_are_no_days(tmp_path):
    found = read(tmp_path, "Part,Name,Qty,Data\nA-1,Motor,2,ok\nA-2,Gear,3,ok\n", "utf-8")
    assert "date" not in found.roles


def test_western_letters_stay_western(tmp_path):
    text = "Référence;Désignation;Quantité;Fournisseur\nA-1;Pièce coulée;2;Générale à Nîmes\nA-2;Cœur 3 m³;1;Générale\n"
    found = read(tmp_path, text, "cp1252")
    assert (found.encoding, found.texts("name")) == ("cp1252", ["Pièce coulée", "Cœur 3 m³"])

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


LEDGERS = {
    "hu": "Cikkszám;Megnevezés;Szállító;Gyártó;Származási ország;Mennyiség;Egységár;Nettó összeg (HUF);Dátum",
    "ro": "Cod articol;Denumire;Furnizor;Producător;Țara de origine;Cantitate;Preț unitar;Valoare netă (RON);Data facturii",
    "tr": "Malzeme kodu;Malzeme adı;Tedarikçi;Üretici;Menşe ülke;Miktar;Birim fiyat;Tutar (TL);Sipariş tarihi",
    "ru": "Артикул;Наименование;Поставщик;Производитель;Страна происхождения;Кол-во;Цена;Сумма (руб.);Дата заказа",
    "pt": "Código do produto;Descrição;Fornecedor;Fabricante;País de origem;Quantidade;Preço unitário;Valor;Data do pedido",
    "ko": "품번;품명;공급사;제조사;원산지;수량;단가;금액(원);발주일",
    "zh": "料號;品名;供應商;製造商;原產地;數量;單價;金額;採購日期",
}
NAMES = {"hu": "Őrlő gyűrű"}
TOTALS = {"hu": "Összesen", "ro": "Total", "tr": "Toplam", "ru": "Итого", "pt": "Total", "ko": "합계", "zh": "總計"}
PLACES = {
    "hu": ("Németország", "Kína"),
    "ro": ("Germania", "China"),
    "tr": ("Almanya", "Çin"),
    "ru": ("Германия", "Китай"),
    "pt": ("Alemanha", "China"),
    "ko": ("독일", "중국"),
    "zh": ("德國", "中國"),
}


@pytest.mark.parametrize("lang", LEDGERS)
def test_purchases_of_an_office_of_each_language(tmp_path, lang):
    one, other = PLACES[lang]
    amounts = ("1500,50", "32,50") if lang not in {"ko", "zh"} else ("1500.50", "32.50")
    lines = [LEDGERS[lang], f"P-1;A;Alpha;Bosch;{one};100;15;{amounts[0]};2025-04-13"]
    lines += [f"P-2;B;Beta;;{other};10;3;{amounts[1]};2025-05-01", f"{TOTALS[lang]};;;;;;;1533;"]
    found = read(tmp_path, "\n".join(lines), "utf-8")
    assert (found.kind, aside(found)) == ("ledger", [(4, "total")])
    assert [found.texts(role) for role in ("part", "name", "supplier", "maker")] == [
        ["P-1", "P-2"],
        ["A", "B"],
        ["Alpha", "Beta"],
        ["Bosch", None],
    ]
    assert [country(cell) for cell in found.texts("country")] == ["DEU", "CHN"]
    assert (found.numbers("amount"), dates_of(found)) == ([1500.5, 32.5], ("2025-04-13", "2025-05-01"))


@pytest.mark.parametrize(("lang", "encoding"), [("hu", "cp1250"), ("tr", "cp1254"), ("ru", "cp1251"), ("pt", "cp1252")])
def test_purchases_of_an_office_whose_machine_is_older_than_unicode(tmp_path, lang, encoding):
    lines = [LEDGERS[lang], f"P-1;{NAMES.get(lang, 'A')};Alpha;Bosch;{PLACES[lang][1]};100;15;1500,50;2025-04-13"]
    found = read(tmp_path, "\n".join(lines), encoding)
    assert (found.encoding, found.names) == (encoding, tuple(LEDGERS[lang].split(";")))

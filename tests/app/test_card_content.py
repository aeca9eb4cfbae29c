"""What stands in a card, and which content is one: at each end of what is allowed, and just beyond it."""

import copy
import hashlib
import json

import handed_in
import pytest
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.survey.card import as_data, card_of, digest, from_data
from kanmon.app.survey.card_files import is_card, read_card, write_card
from kanmon.graph import InputError, SupplyGraph
from kanmon.risk.production.handed_on import HandedOn
from plain_sheets import workbook

HEAD = ["part", "supplier", "country", "share", "stock days", "switching days", "qualified"]


def card(tmp_path, sourcing, bom, products=("A",), names=None):
    sheets = {
        "Sourcing": [HEAD, *sourcing],
        "BOM": [["parent", "part"], *bom],
        "Products": [["product", "revenue"], *([product, 365] for product in products)],
    }
    found = handed_in.company(workbook(tmp_path / "a.xlsx", sheets))
    return card_of(found, build_graph(found, [], SupplyGraph()), "2026-11-28", names)


ROWS = [["P", "X", "China", 0.25, 0, 400, "yes"], ["P", "Y", "Germany", 0.75, 0, 400, "yes"]]


def test_a_product_of_which_nobody_said_what_goes_into_it_is_in_no_card(tmp_path):
    """It would read as one that no country can stop."""
    assert [part.part for part in card(tmp_path, ROWS, [["A", "P"]], ["A", "B"]).parts] == ["A"]
    with pytest.raises(InputError) as caught:
        card(tmp_path, ROWS, [], ["B"])
    assert caught.value.message.key == "app.card.no_product"


def test_a_number_for_a_product_that_is_not_made_here_is_refused_and_says_which_are(tmp_path):
    with pytest.raises(InputError) as caught:
        card(tmp_path, ROWS, [["A", "P"]], names={"A": "1", "Z": "2"})
    assert caught.value.message.key == "app.card.other_product"
    assert "Z" in str(caught.value) and "A" in str(caught.value)


@pytest.mark.parametrize("names", [{"A": "1", "B": "1"}, {"A": "B"}])
def test_two_products_of_one_name_are_in_no_card(tmp_path, names):
    """A buyer could not tell which of the two it buys."""
    with pytest.raises(InputError) as caught:
        card(tmp_path, ROWS, [["A", "P"], ["B", "P"]], ["A", "B"], names)
    assert caught.value.message.key == "app.card.same_name"
    assert {one.part for one in card(tmp_path, ROWS, [["A", "P"], ["B", "P"]], ["A", "B"], {"A": "B", "B": "A"}).parts} == {
        "A",
        "B",
    }


def test_a_country_has_a_row_of_its_own_where_its_stop_does_what_that_of_no_other_does(tmp_path):
    rows = [*ROWS, ["P", "W", "Vietnam", 0, None, 400, "yes"], ["Q", "V", "Japan", 1, 0, 400, "yes"]]
    rows += [["S", "U", "Korea", 1, 0, 400, "yes"]]
    part, other = card(tmp_path, rows, [["A", "P"], ["A", "Q"], ["B", "S"]], ["A", "B"]).parts
    nothing = HandedOn((0.0, 0.0), (0.0, 0.0), (180, 180), 180.0)
    whole = {code: HandedOn((share,) * 2, (share,) * 2, (0, 0), 180.0) for code, share in (("CHN", 0.25), ("DEU", 0.75))}
    assert dict(part.rows) == whole and part.countries == {"CHN", "DEU"} and other.countries == {"KOR"}
    # Who delivers nothing today has none, nor has Japan; theirs is that of any other country.
    assert [part.handed_on(code) for code in ("VNM", "JPN", "FRA", "KOR")] == [nothing] * 4


def test_a_stock_that_nobody_told_may_last_to_the_end_or_be_none(tmp_path):
    rows = [["P", "X", "China", 1, None, 400, "yes"], ["Q", "V", "Japan", 1, 0, 400, "yes"]]
    (part,) = card(tmp_path, rows, [["A", "P"], ["A", "Q"]]).parts
    assert part.rows == {"CHN": HandedOn((1.0, 1.0), (0.0, 1.0), (0, 180), 180.0)}


def test_the_hash_is_that_of_the_text_that_the_manual_describes():
    data = {"b": 1.0, "a": [0.5, 2.0, {"名": "é😀"}], "c": True}
    text = '{"a":[0.5,2,{"名":"é😀"}],"b":1,"c":true}'
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert digest(data) == digest(data | {"sha256": "whatever"}) == expected
    assert digest(data | {"b": 2}) != expected != digest(data | {"d": None})
    with pytest.raises(ValueError, match="JSON compliant"):
        digest(data | {"b": float("nan")})


FIGURES = {"stops": [0.25, 1], "lost": [0.125, 0.5], "lasts": [20, 180]}
DATA = {
    "format": "kanmon-exposure-card",
    "version": 1,
    "issuer": "Maker",
    "as_of": "2026-09-30",
    "made": "2026-11-28",
    "days": 180,
    "parts": [
        {
            "part": "P",
            "name": "Part",
            "known": {"parts": 3, "sourced": 2, "told": 0},
            "countries": [{"country": "CHN", **FIGURES}],
            "elsewhere": {"stops": [0, 0], "lost": [0, 0], "lasts": [180, 180]},
        }
    ],
}
PART, ROW = ("parts", 0), ("parts", 0, "countries", 0)


def changed(*path_and_value):
    """The card with one thing changed, under a right hash."""
    *path, last, value = path_and_value
    data = copy.deepcopy(DATA)
    place = data
    for step in path:
        place = place[step]
    place[last] = value
    return data | {"sha256": digest(data)}


def shown(value):
    return str(value)[:60]


@pytest.mark.parametrize(
    "change",
    [
        ("days", 3650),
        ("days", 180.5),
        ("as_of", None),
        ("issuer", "x" * 200),
        ("issuer", ""),
        ("parts", []),
        (*PART, "countries", []),
        (*PART, "known", "parts", 999_999_999),
        (*ROW, "stops", [1, 1]),
        (*ROW, "stops", [0.5, 0.5]),
        (*ROW, "lost", [0, 1]),
        (*ROW, "lost", [0.5, 0.5]),
        (*ROW, "lasts", [0, 0]),
        (*ROW, "lasts", [90, 90]),
        ("more", "of a later version"),
    ],
    ids=shown,
)
def test_what_is_allowed_is_read_to_its_ends_and_comes_back_as_it_was(change):
    data = changed(*change)
    found = as_data(from_data(data, "card.json"))
    assert {key: value for key, value in found.items() if key != "sha256"} == {
        key: value for key, value in data.items() if key not in {"sha256", "more"}
    }


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("days", 0), "days"),
        (("days", -1), "days"),
        (("days", 3651), "days"),
        (("days", True), "days"),
        (("days", "180"), "days"),
        (("days", None), "days"),
        (("issuer", "x" * 201), "issuer"),
        (("issuer", 7), "issuer"),
        (("issuer", None), "issuer"),
        (("made", None), "made"),
        (("as_of", 2026), "as_of"),
        (("parts", {}), "parts"),
        (("parts", [0]), "parts[0]"),
        (("parts", [None] * 10_001), "parts"),
        ((*PART, "part", None), "parts[0].part"),
        ((*PART, "name", 5), "parts[0].name"),
        ((*PART, "known", None), "parts[0].known.parts"),
        ((*PART, "known", "told", -1), "parts[0].known.told"),
        ((*PART, "known", "told", True), "parts[0].known.told"),
        ((*PART, "known", "told", None), "parts[0].known.told"),
        ((*PART, "known", "told", 1_000_000_000), "parts[0].known.told"),
        ((*PART, "countries", None), "parts[0].countries"),
        ((*PART, "countries", ["CHN"]), "parts[0].countries[0].country"),
        ((*PART, "countries", [DATA["parts"][0]["countries"][0]] * 2), "parts[0].countries[1].country"),
        ((*ROW, "country", "XXX"), "parts[0].countries[0].country"),
        ((*ROW, "country", ["CHN"]), "parts[0].countries[0].country"),
        ((*PART, "elsewhere", None), "parts[0].elsewhere"),
        ((*ROW, "stops", [0.25]), "parts[0].countries[0].stops"),
        ((*ROW, "stops", [0.25, 0.5, 1]), "parts[0].countries[0].stops"),
        ((*ROW, "stops", [None, 1]), "parts[0].countries[0].stops"),
        ((*ROW, "stops", [0.25, 1.0001]), "parts[0].countries[0].stops"),
        ((*ROW, "stops", [0.25, 10**400]), "parts[0].countries[0].stops"),
        ((*ROW, "lost", [-0.0001, 0.5]), "parts[0].countries[0].lost"),
        ((*ROW, "lost", [0.5, 0.25]), "parts[0].countries[0].lost"),
        ((*ROW, "lasts", [20, 181]), "parts[0].countries[0].lasts"),
        # More is lost than stops; and more for certain than there are days after the first shortage.
        ((*ROW, "stops", [0.25, 0.4]), "parts[0].countries[0].lost"),
        ((*ROW, "lasts", [158, 180]), "parts[0].countries[0].lost"),
    ],
    ids=shown,
)
def test_what_is_beyond_is_refused_under_a_right_hash_and_says_where(change, where):
    with pytest.raises(InputError) as caught:
        from_data(changed(*change), "card.json")
    assert caught.value.message.key == "app.card.bad"
    assert where in str(caught.value)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([], "no_card"),
        (None, "no_card"),
        (changed("format", "kanmon-exposure"), "no_card"),
        (changed("version", 2), "version"),
        (changed("version", None), "version"),
        (DATA, "changed"),
        (DATA | {"sha256": "0" * 64}, "changed"),
        (DATA | {"more": float("nan"), "sha256": "x"}, "changed"),
    ],
    ids=shown,
)
def test_what_is_no_card_or_another_one_is_said_to_be(data, code):
    with pytest.raises(InputError) as caught:
        from_data(data, "card.json")
    assert caught.value.message.key == f"app.card.{code}"


@pytest.fixture
def page(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    write_card(from_data(changed("days", 180), "card.json"), tmp_path / "card", "en")
    book = openpyxl.load_workbook(tmp_path / "card" / "card.xlsx")
    return tmp_path / "card" / "card.xlsx", book, book["card"]


def test_the_sheet_of_a_card_says_in_words_what_it_is_and_of_which_country_each_row_is(page):
    _, _, cells = page
    rows = [[cell for cell in row if cell.value is not None] for row in cells.iter_rows()]
    words = [str(cell.value) for row in rows[:3] for cell in row]
    assert any("180" in word for word in words) and len(words) == 4  # what it is, and twice what it says
    heads = {row[0].value: row[-1].value for row in rows[3:8]}
    assert (heads["issuer"], heads["days"], heads["as_of"]) == ("Maker", 180, "2026-09-30")
    top = next(n for n, row in enumerate(rows) if row and row[0].value == "part")
    table = [[cell.value for cell in row] for row in rows[top + 2 :]]
    assert [row[:4] for row in table] == [["P", "Part", "CHN", "China"], ["P", "Part", "*", table[1][3]]]
    assert "China" not in table[1][3] and len(table[1][3]) > 3
    assert table[0][4:] == [0.25, 1, 0.125, 0.5, 20, 180, 3, 2, 0]
    shown = [cell.number_format for cell in rows[top + 2][4:]]
    assert shown == ["0.00%"] * 4 + ["General"] * 5


def test_a_row_of_the_sheet_whose_country_was_taken_out_is_refused(page):
    path, book, cells = page
    next(cell for row in cells.iter_rows() for cell in row if cell.value == "CHN").value = None
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_card(path)
    assert caught.value.message.key == "app.card.bad"


def test_the_head_of_the_sheet_is_told_in_words_and_stays_in_sight(page):
    _, _, cells = page
    rows = {row[0].value: row for row in cells.iter_rows() if row[0].value is not None}
    for name in ("issuer", "as_of", "made", "days", "sha256"):
        assert len(rows[name][1].value or "") > 2 and rows[name][1].value != name, "what a figure is stands beside it"
    head = rows["part"][0].row + 1
    assert cells.freeze_panes == f"B{head + 1}" and cells.row_dimensions[head].height > 30
    assert all(cell.alignment.wrap_text and cell.font.bold for cell in cells[head])
    assert [cell.value for cell in cells[head + 1]][:3] == ["P", "Part", "CHN"], "no line between the words and the figures"


def test_a_row_without_a_word_between_those_of_a_part_says_nothing(page):
    path, book, cells = page
    cells.insert_rows(next(row[2].row for row in cells.iter_rows() if row[2].value == "*"))
    book.save(path)
    assert read_card(path) == from_data(changed("days", 180), "card.json")


def test_a_card_is_found_on_whatever_sheet_and_whatever_stands_on_the_others(page):
    path, book, _ = page
    book.create_sheet("Cover", 0)["A1"] = "Dear customer"
    book.save(path)
    assert is_card(path) and read_card(path) == from_data(changed("days", 180), "card.json")


@pytest.mark.parametrize(("change", "code"), [("columns", "bad"), ("rows", "no_card"), ("version", "version")])
def test_a_sheet_of_which_much_is_missing_or_of_another_version_is_said_to_be_one(page, change, code):
    path, book, cells = page
    if change == "columns":
        cells.delete_cols(4, 20)
    elif change == "rows":
        cells.delete_rows(4, 40)
    else:
        cells["A1"] = "kanmon-exposure-card/2"
    book.save(path)
    assert is_card(path)
    with pytest.raises(InputError) as caught:
        read_card(path)
    assert caught.value.message.key == f"app.card.{code}"


def test_a_row_of_another_part_among_those_of_one_is_refused_with_its_cell(page):
    path, book, cells = page
    row = next(row for row in cells.iter_rows() if row[2].value == "*")
    row[1].value = "Another"
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_card(path)
    assert caught.value.message.key == "app.card.bad" and row[0].coordinate in caught.value.message.text("en")
    row[0].value = "\u202e" + "x" * 5000
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_card(path)
    assert len(caught.value.text("en")) < 300 and "\u202e" not in caught.value.text("en")


def test_several_parts_in_one_sheet_come_back_each_with_its_own(tmp_path):
    one = changed("days", 180)
    other = {**one["parts"][0], "part": "Q", "name": "Part", "known": {"parts": 9, "sourced": 8, "told": 7}}
    data = {**one, "parts": [*one["parts"], other]}
    card = from_data(data | {"sha256": digest(data)}, "card.json")
    write_card(card, tmp_path / "card", "ja")
    assert read_card(tmp_path / "card" / "card.xlsx") == card


def test_json_is_known_whatever_the_case_of_its_ending_and_with_a_mark_of_its_bytes(tmp_path):
    data = changed("days", 180)
    path = tmp_path / "CARD.JSON"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(data, ensure_ascii=False).encode("utf-8"))
    assert is_card(path) and read_card(path) == from_data(data, "card.json")

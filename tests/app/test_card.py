"""Exposure cards: what they say holds for the joined data, they compose, they name nobody, and a changed one is refused."""

import contextlib
import json
import math

import handed_in
import pytest
from handed_in import of_one_product as company
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.content import content
from kanmon.app.audit.report import audit
from kanmon.app.survey.card import Card, CardPart, as_data, card_of, digest, from_data
from kanmon.app.survey.card_files import read_card, write_card
from kanmon.app.survey.merge import merge
from kanmon.app.survey.replies import Replies, read_replies
from kanmon.app.survey.stopped import stopped
from kanmon.graph import InputError, KanmonError, SupplyGraph
from kanmon.risk.production.handed_on import HandedOn
from plain_sheets import workbook

COUNTRIES = ("CHN", "VNM", "DEU", "CHL")
NEVER, DAYS = 400, 180.0


def graph(found):
    return build_graph(found)


def with_card(found, card, file="card.json"):
    replies = Replies(cards=[(file, card)])
    merged = merge(found, replies, [], SupplyGraph())
    return merged.company, replies


def bounds(found, country):
    """Loss of the one product under the stop of a country: certain, possible, and the earliest and latest shortage."""
    (one,) = stopped(found, graph(found), [(country, True)])[0].values()
    return (*one.lost, *one.day)


def lost(rows, country, upstream=(), length=DAYS):
    """Days of output lost, and the first day without, of one plant: worked out by hand, with nothing of the package.

    A requirement loses its rate a day; once its stock is used up, so does the output. The scarcest one decides.
    """
    worst, first = 0.0, length
    for part in {row[0] for row in rows}:
        missing, stock, begins = 0.0, 0.0, length
        for _, supplier, place, share, days, _ in (row for row in rows if row[0] == part):
            stock = days
            if place == country:
                missing += share * length
                begins = 0.0
            for who, what, days_lost, day in upstream:
                if (who, what) == (supplier, part) and place != country:
                    missing += share * days_lost
                    begins = min(begins, day)
        worst = max(worst, missing - stock)
        if missing > stock:
            first = min(first, begins)
    return max(0.0, worst), first


shares = st.integers(0, 10).map(lambda tenths: tenths / 10)
stocks = st.integers(0, 120).map(float)


@st.composite
def chains(draw):
    """Three companies: A delivers Q to B, B delivers P to C; each has another part, and Q has another source."""
    split = draw(shares.filter(lambda share: 0 < share < 1))
    a = [("R", "Secret Ore", draw(st.sampled_from(COUNTRIES)), 1.0 - split, draw(stocks), NEVER)]
    a += [("R", "Hidden Mine", draw(st.sampled_from(COUNTRIES)), split, a[0][4], NEVER)]
    a += [("S", "Quiet Chemicals", draw(st.sampled_from(COUNTRIES)), 1.0, draw(stocks), NEVER)]
    part = draw(shares.filter(lambda share: 0 < share < 1))
    b = [("Q", "A社", "JPN", part, draw(stocks), NEVER)]
    b += [("Q", "Open Rival", draw(st.sampled_from(COUNTRIES)), 1.0 - part, b[0][4], NEVER)]
    b += [("T", "Plain Bolts", draw(st.sampled_from(COUNTRIES)), 1.0, draw(stocks), NEVER)]
    c = [("P", "B社", "JPN", 1.0, draw(stocks), NEVER)]
    return a, b, c


def blanked(rows, at):
    """The rows with the country or the stock of one of them left blank."""
    row, column = at % len(rows), (2, 4)[at % 2]
    part = rows[row][0]
    return [
        tuple(
            None if j == column and (i == row if column == 2 else one[0] == part) else value for j, value in enumerate(one)
        )
        for i, one in enumerate(rows)
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chains(), st.none() | st.integers(0, 20))
def test_cards_of_a_chain_hold_what_the_joined_data_gives(tmp_path, chain, blank):
    a, b, c = chain
    told = a if blank is None else blanked(a, blank)
    card_a = card_of(company(tmp_path, "A社", "Q", told), graph(company(tmp_path, "A社", "Q", told)), "2026-11-28")
    with_a, _ = with_card(company(tmp_path, "B社", "P", b), card_a)
    card_b = card_of(with_a, graph(with_a), "2026-11-28")
    with_b, replies = with_card(company(tmp_path, "C社", "X", c), card_b)
    assert not replies.remarks
    for one in (card_a, card_b):
        assert from_data(as_data(one), "card.json") == one
    for country in COUNTRIES:
        days_a, day_a = lost(a, country)
        days_b, day_b = lost(b, country, [("A社", "Q", days_a, day_a)])
        days_c, _ = lost(c, country, [("B社", "P", days_b, day_b)])
        low, high, *_ = bounds(with_b, country)
        assert low - 1e-4 <= days_c / DAYS <= high + 1e-3
        row = card_b.parts[0].handed_on(country)
        assert row.lost[0] - 1e-9 <= days_b / DAYS <= row.lost[1] + 1e-9


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chains(), st.lists(st.integers(20, 365).map(float), min_size=3, max_size=3).map(lambda days: sorted(days, reverse=True))
)
def test_a_card_of_longer_stops_holds_for_shorter_ones(tmp_path, chain, days):
    a, b, c = chain
    found = company(tmp_path, "A社", "Q", a, days[0])
    with_a, _ = with_card(company(tmp_path, "B社", "P", b, days[1]), card_of(found, graph(found), "2026-11-28"))
    card_b = card_of(with_a, graph(with_a), "2026-11-28")
    with_b, replies = with_card(company(tmp_path, "C社", "X", c, days[2]), card_b)
    assert not replies.remarks and card_b.days == days[1]
    for country in COUNTRIES:
        days_a, day_a = lost(a, country, length=days[2])
        days_b, day_b = lost(b, country, [("A社", "Q", days_a, day_a)], days[2])
        days_c, _ = lost(c, country, [("B社", "P", days_b, day_b)], days[2])
        low, high, *_ = bounds(with_b, country)
        assert low - 1e-3 <= days_c / days[2] <= high + 1e-3


def test_a_card_of_shorter_stops_is_said_and_not_used(tmp_path):
    rows = [("R", "Ore", "CHN", 1.0, 30.0, NEVER)]
    found = company(tmp_path, "A社", "Q", rows, 90.0)
    merged, replies = with_card(
        company(tmp_path, "B社", "P", [("Q", "A社", "JPN", 1.0, 10.0, None)]), card_of(found, graph(found), "x")
    )
    assert not merged.cards and "--days 180" in replies.remarks[0].message.text("en")


def test_a_chain_without_blanks_is_known_to_the_day(tmp_path):
    a = [("R", "Secret Ore", "CHN", 1.0, 30.0, NEVER)]
    b = [("Q", "A社", "JPN", 1.0, 20.0, NEVER)]
    c = [("P", "B社", "JPN", 1.0, 10.0, NEVER)]
    card_a = card_of(company(tmp_path, "A社", "Q", a), graph(company(tmp_path, "A社", "Q", a)), "2026-11-28")
    with_a, _ = with_card(company(tmp_path, "B社", "P", b), card_a)
    card_b = card_of(with_a, graph(with_a), "2026-11-28")
    # Days are whole ones, rounded outwards.
    assert card_b.parts[0].handed_on("CHN").day in {(50, 50), (50, 51)}
    with_b, _ = with_card(company(tmp_path, "C社", "X", c), card_b)
    low, high, earliest, latest = bounds(with_b, "CHN")
    assert low == pytest.approx(120 / 180, abs=1e-3)
    assert high == pytest.approx(120 / 180, abs=1e-3)
    assert 59 <= earliest <= 60 + 1e-6 and 60 - 1e-6 <= latest <= 62
    assert bounds(with_b, "DEU")[1] == 0.0


def test_a_range_of_switching_reaches_the_buyer_through_a_card_with_both_its_ends(tmp_path):
    """A is short from day 30 until another delivers, on day 60 at the earliest and 100 at the latest."""
    a = company(tmp_path, "A社", "Q", [("R", "Secret Ore", "CHN", 1.0, 30.0, "60-100日")])
    card = card_of(a, graph(a), "2026-11-28")
    told = card.parts[0].handed_on("CHN")
    assert told.lost == pytest.approx((30 / DAYS, 70 / DAYS), abs=1e-3) and told.day == (30, 30)
    with_a, _ = with_card(company(tmp_path, "B社", "P", [("Q", "A社", "JPN", 1.0, 0.0, NEVER)]), card)
    low, high, *_ = bounds(with_a, "CHN")
    assert (low, high) == pytest.approx((30 / DAYS, 70 / DAYS), abs=1e-3)


def test_no_name_of_the_third_tier_is_in_any_card(tmp_path):
    a = [("R", "Secret Ore", "CHN", 1.0, 30.0, NEVER), ("S", "Hidden Mine", "CHL", 1.0, 5.0, None)]
    b = [("Q", "A社", "JPN", 0.5, 20.0, NEVER), ("Q", "Open Rival", "VNM", 0.5, 20.0, NEVER)]
    card_a = card_of(company(tmp_path, "A社", "Q", a), graph(company(tmp_path, "A社", "Q", a)), "2026-11-28")
    with_a, _ = with_card(company(tmp_path, "B社", "P", b), card_a)
    card_b = card_of(with_a, graph(with_a), "2026-11-28")
    secret = {"A社": ("Secret Ore", "Hidden Mine", '"R"', '"S"'), "B社": ("A社", "Open Rival", "Secret", '"Q"')}
    for card in (card_a, card_b):
        write_card(card, tmp_path / card.issuer, "ja", force=True)
        sheet = " ".join(
            f'"{cell}"' for table in understand_cells(tmp_path / card.issuer / "card.xlsx") for cell in table if cell
        )
        written = (tmp_path / card.issuer / "card.json").read_text(encoding="utf-8")
        for word in secret[card.issuer]:
            assert word not in written and word not in sheet
    assert {"CHN", "CHL", "VNM"} <= set(card_b.parts[0].rows)


def understand_cells(path):
    from kanmon.datasets.intake.sheets import read_sheets

    return [row for sheet in read_sheets(path) for row in sheet.frame.iter_rows()]


@pytest.fixture
def card(tmp_path):
    rows = [("R", "Ore", "CHN", 0.7, 30.0, None), ("R", "Salt", None, 0.3, 30.0, None)]
    found = company(tmp_path, "A社", "Q", rows)
    return card_of(found, graph(found), "2026-11-28", {"Q": "P-7"})


def test_both_files_of_a_card_read_back_the_same(card, tmp_path):
    assert write_card(card, tmp_path / "card", "en") == ["card.json", "card.xlsx"]
    assert read_card(tmp_path / "card" / "card.json") == card
    assert read_card(tmp_path / "card" / "card.xlsx") == card
    assert card.parts[0].part == "P-7"


def test_a_blank_country_may_be_anywhere_and_the_card_says_so(card):
    assert card.parts[0].elsewhere.stops == (0.0, 0.3)
    assert card.parts[0].handed_on("CHN").stops == (0.7, 1.0)
    assert card.parts[0].handed_on("BRA") == card.parts[0].elsewhere


def test_a_card_counts_what_is_known_of_what_goes_in(tmp_path):
    sheets = {
        "Sourcing": [["part", "supplier", "country"], ["P1", "X", "China"], ["P2", "Y", None]],
        "BOM": [["parent", "part"], ["A", "P1"], ["A", "P2"], ["A", "P3"], ["P2", "P4"], ["B", "P1"]],
        "Products": [["product", "revenue"], ["A", 1], ["B", 1]],
    }
    found = handed_in.company(workbook(tmp_path / "a.xlsx", sheets))
    both = card_of(found, graph(found), "x").parts
    # P4 is bought by whoever makes P2, of which is known what it needs; for P3 nobody is named.
    assert [dict(part.known) for part in both] == [
        {"parts": 3, "sourced": 2, "told": 1},
        {"parts": 1, "sourced": 1, "told": 0},
    ]


def test_a_part_that_a_suppliers_card_speaks_of_counts_as_told_in_the_next_card(card, tmp_path):
    rows = [("P-7", "A社", "JPN", 1.0, 10.0, None), ("T", "Bolts", "CHN", 1.0, 5.0, None)]
    merged, _ = with_card(company(tmp_path, "C社", "X", rows), card)
    assert dict(card_of(merged, graph(merged), "x").parts[0].known) == {"parts": 2, "sourced": 2, "told": 1}


def test_rounding_never_makes_a_bound_too_good(tmp_path):
    rows = [("R", "Ore", "CHN", 1 / 3, 31.3, NEVER), ("R", "Salt", "VNM", 2 / 3, 31.3, NEVER)]
    found = company(tmp_path, "A社", "Q", rows)
    row = card_of(found, graph(found), "2026-11-28").parts[0].handed_on("CHN")
    assert row.stops[0] <= 1 / 3 <= row.stops[1] and row.stops != (1 / 3, 1 / 3)
    day = 31.3 * 3
    assert row.day == (math.floor(day), math.ceil(day))


@pytest.mark.parametrize("change", [("parts", 0, "countries", 0, "stops", 0), ("issuer",), ("parts", 0, "known", "told")])
def test_a_changed_card_is_refused(card, change):
    data = as_data(card)
    *path, last = change
    place = data
    for step in path:
        place = place[step]
    place[last] = "B社" if last == "issuer" else 0.01 if last == 0 else 1
    with pytest.raises(InputError, match="changed after it was made"):
        from_data(data, "card.json")


def test_a_changed_cell_of_the_sheet_is_refused(card, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    write_card(card, tmp_path / "card", "en")
    book = openpyxl.load_workbook(tmp_path / "card" / "card.xlsx")
    page = book["card"]
    (cell,) = (cell for row in page.iter_rows() for cell in row if cell.value == 0.7)
    cell.value = 0.1
    book.save(tmp_path / "changed.xlsx")
    with pytest.raises(InputError, match="changed"):
        read_card(tmp_path / "changed.xlsx")


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("stops", [0.5, 0.2]),
        ("stops", [-1, 0.2]),
        ("stops", [0, float("inf")]),
        ("lasts", [0, 9999]),
        ("lost", [0.0, 1.0]),
        ("stops", "x"),
        ("stops", [True, True]),
    ],
)
def test_a_figure_out_of_place_is_refused_even_under_a_right_hash(card, figure, value):
    data = as_data(card)
    data["parts"][0]["elsewhere"][figure] = value
    if value != [0, float("inf")]:
        data["sha256"] = digest(data)
    with pytest.raises(InputError, match="elsewhere"):
        from_data(data, "card.json")


def test_a_loss_that_is_certain_before_anything_is_short_is_refused(card):
    data = as_data(card)
    data["parts"][0]["elsewhere"] = {"stops": [0.0, 1.0], "lost": [0.5, 1.0], "lasts": [90, 180]}
    from_data(data | {"sha256": digest(data)}, "card.json")
    for first in (91, 180):
        data["parts"][0]["elsewhere"]["lasts"] = [first, 180]
        with pytest.raises(InputError, match="elsewhere.lost"):
            from_data(data | {"sha256": digest(data)}, "card.json")


def test_a_part_that_stands_twice_in_a_card_is_refused_even_under_a_right_hash(card):
    data = as_data(card)
    data["parts"].append(data["parts"][0])
    with pytest.raises(InputError, match=r"parts\[\d\]\.part"):
        from_data(data | {"sha256": digest(data)}, "card.json")


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(values, st.sampled_from(["issuer", "made", "parts", "days", "version", "sha256", "as_of"]))
def test_no_content_of_a_card_ends_in_anything_but_a_sentence(value, key):
    part = {"part": "P", "name": "", "known": {"parts": 1, "sourced": 1, "told": 0}, "countries": []}
    part["elsewhere"] = {"stops": [0, 1], "lost": [0, 1], "lasts": [0, 180]}
    data = {"format": "kanmon-exposure-card", "version": 1, "issuer": "A", "as_of": None, "made": "x", "days": 180.0}
    data |= {"parts": [part, value]} | {key: value}
    with contextlib.suppress(KanmonError):
        from_data(data, "card.json")


def test_a_card_for_a_part_that_is_not_bought_there_is_said_and_not_used(card, tmp_path):
    found = company(tmp_path, "C社", "X", [("OTHER", "A社", "JPN", 1.0, 10.0, None)])
    merged, replies = with_card(found, card)
    assert not merged.cards and "P-7" in replies.remarks[0].message.text("en")


def test_the_card_of_one_of_two_traders_makes_no_loss_certain_of_what_the_other_sells(tmp_path):
    """Each sells half of what the maker delivers; where the one's half stops, the other's may go on."""
    rows = [("P", who, "Works Ltd", "日本", 0.5, 0, NEVER) for who in ("Trade Ltd", "Dealer Ltd")]
    sheets = {
        "製品": [("製品番号", "年間売上"), ("X", 365.0)],
        "部品表": [("親品番", "部品番号"), ("X", "P")],
        "調達": [(*handed_in.HEAD[:2], "メーカー", *handed_in.HEAD[2:]), *rows],
    }
    buyer = handed_in.company(workbook(tmp_path / "a.xlsx", sheets))
    losses = {}
    for name in ("Trade Ltd", "Works Ltd"):
        seller = company(tmp_path, name, "P", [("ore", "Mine", "チリ", 1, 0, NEVER)])
        told, replies = with_card(buyer, card_of(seller, graph(seller), "2026-11-23"))
        assert replies.remarks == []
        losses[name] = bounds(told, "CHL")[:2]
    assert losses == {"Trade Ltd": (0.0, 1.0), "Works Ltd": (1.0, 1.0)}


def test_two_cards_that_differ_allow_what_both_allow(card, tmp_path):
    found = company(tmp_path, "C社", "X", [("P-7", "A社", "JPN", 1.0, 10.0, None)])
    other = [("R", "Ore", "VNM", 1.0, 90.0, NEVER)]
    other = card_of(company(tmp_path, "A社", "Q", other), graph(company(tmp_path, "A社", "Q", other)), "x", {"Q": "P-7"})
    replies = Replies(cards=[("a.json", card), ("b.json", other)])
    merged = merge(found, replies, [], SupplyGraph()).company
    both = merged.cards["P-7", "A社"]
    assert both.handed_on("CHN").stops == (0.0, 1.0) and both.handed_on("VNM").stops == (0.0, 1.0)


def test_what_the_board_asks_of_a_country_holds_what_cards_say_of_it(tmp_path):
    """B is in Japan, and a third of what it makes stops with China from day 30 on, two thirds at most."""
    told = HandedOn((1 / 3, 2 / 3), (5 / 18, 5 / 9), (30.0, 30.0), DAYS)
    none = HandedOn((0.0, 0.0), (0.0, 0.0), (DAYS, DAYS), DAYS)
    card = Card("B", DAYS, None, "x", (CardPart("P", "", {"CHN": told}, none, {"parts": 1, "sourced": 1, "told": 0}),))
    head = ["scenario", "what happens", "country", "days", "rate", "part"]
    asked = {
        "stop": ["supply stops", "China", 180, None, None],
        "embargo": ["embargo towards us", "China", 180, None, None],
        "half": ["supply stops", "China", 180, "50%", None],
        "year": ["supply stops", "China", 360, None, None],
        "other": ["supply stops", "Germany", 180, None, None],
        "part": ["supply stops", "China", 180, None, "P"],
    }
    sheets = {
        "Sourcing": [["part", "supplier", "country", "share", "stock days"], ["P", "B", "Japan", 1, 0]],
        "BOM": [["parent", "part"], ["A", "P"]],
        "Products": [["product", "revenue"], ["A", 365]],
        "Scenarios": [head, *([name, *row] for name, row in asked.items())],
    }
    done = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", world=SupplyGraph(), replies=Replies(cards=[("c", card)]))
    (board,) = (row for row in content(done, "en")["countries"] if row["node"] == "CHN")
    found = {row["title"]: (row["loss_low"], row["loss_high"]) for row in done.scenarios}
    assert found["stop"] == pytest.approx((board["loss_low"], board["loss_high"]))
    assert found["stop"][0] <= 50 + 1e-6 and found["stop"][1] >= 100 - 1e-6  # a third, or two, of 150 days of 1
    # An embargo, or half a stop, takes no more; of a longer stop no card says how it goes on.
    assert found["embargo"] == found["half"] == pytest.approx((0.0, found["stop"][1]))
    assert found["year"][0] == 0.0 and found["year"][1] >= 2 / 3 * 330 - 1e-6
    assert found["other"] == found["part"] == (0.0, 0.0)


def test_a_card_with_another_hash_in_a_folder_is_set_aside_and_the_rest_is_read(card, tmp_path):
    write_card(card, tmp_path / "cards" / "good", "en")
    bad = as_data(card) | {"issuer": "Mallory"}
    (tmp_path / "cards" / "bad.json").write_text(json.dumps(bad), encoding="utf-8")
    (tmp_path / "cards" / "broken.json").write_text('{"format": "kanmon-exposure-card", ', encoding="utf-8")
    found = read_replies(tmp_path / "cards")
    assert [one.issuer for _, one in found.cards] == ["A社", "A社"]
    assert len(found.remarks) == 2

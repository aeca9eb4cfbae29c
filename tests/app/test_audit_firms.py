"""Firms that a line names: several in one cell, further sources, vendors and makers."""

import pytest
from handed_in import company, says, sourcing
from kanmon.app.audit.sources import by_seller
from kanmon.app.survey.plants import one_each
from plain_sheets import workbook


def test_firms_beside_the_lines_of_a_bill_are_said_to_be_no_sources_and_a_person_may_say_that_they_are(tmp_path):
    head, row = ["parent", "part", "quantity", "supplier", "country"], ["A", "P", 2, "X", "China"]
    path = workbook(tmp_path / "a.xlsx", {"BOM": [head, row]})
    found = company(path)
    assert found.sources == {} and "not taken as a sourcing list" in says(found)
    corrected = company(path, {"sheets": {"BOM": {"kind": "sourcing"}}})
    assert [(s.maker, s.country) for s in corrected.sources["P"]] == [("X", "CHN")]
    assert [(need.parent, need.part, need.quantity) for need in corrected.needs] == [("A", "P", 2)]


def test_firms_that_one_cell_lists_are_sources_each(tmp_path):
    lines = [
        "品番,品名,調達先,原産国,割合",
        "P-1,磁石,甲製作所、乙工業,中国,100%",
        "P-2,軸受,Vishay/Dale,日本,",
        "P-3,線,甲、他,日本,",
    ]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    found = company(tmp_path / "a.csv")
    told = [(one.maker, one.country, one.share) for one in found.sources["P-1"]]
    assert told == [("甲製作所", "CHN", None), ("乙工業", "CHN", None)]
    assert [one.maker for part in ("P-2", "P-3") for one in found.sources[part]] == ["Vishay/Dale", "甲、他"]
    assert "1 cell(s) list several firms, for instance '甲製作所、乙工業'" in says(found)


LINE = "品番,品名,調達先,メーカー,原産国,割合,認定,リードタイム,切替日数,在庫日数,年間購入額"


def of_line(one):
    return one.maker, one.country, one.qualified, one.lead_days, one.switch_days


def test_what_a_line_says_that_is_no_sum_holds_for_each_firm_that_one_of_its_cells_lists(tmp_path):
    lines = [LINE, "P-1,磁石,甲社、乙社,,中国,100%,はい,60,400,10,900", "P-1,磁石,丙社,,日本,0%,はい,30,20〜40日,,"]
    found = company(listed(tmp_path, lines))
    *both, spare = found.sources["P-1"]
    assert [of_line(one) for one in both] == [(name, "CHN", True, 60.0, 400.0) for name in ("甲社", "乙社")]
    assert of_line(spare) == ("丙社", "JPN", True, 30.0, (20, 40))
    # How much of the share and the amount is whose nobody said; the stock is of the part, once.
    assert [(one.share, one.spend, one.whole_spend) for one in both] == [(None, None, None)] * 2
    assert found.parts["P-1"].stock == (10, 10)


def test_firms_that_one_cell_lists_beside_a_share_of_nothing_are_alternatives_each(tmp_path):
    found = company(listed(tmp_path, [LINE, "P-1,磁石,甲社、乙社,,中国,0%,はい,,90,,", "P-1,磁石,丙社,,日本,100%,,,,,"]))
    assert {one.maker: one.share for one in found.sources["P-1"]} == {"甲社": 0.0, "乙社": 0.0, "丙社": 1.0}
    assert {one.maker for one in found.alternatives("P-1")} == {"甲社", "乙社"}


def test_sellers_that_one_cell_lists_beside_a_maker_sell_what_it_makes_and_make_nothing(tmp_path):
    found = company(listed(tmp_path, [LINE, "P-1,磁石,甲商事、乙商事,丙工業,中国,100%,,,90,,"]))
    (one,) = found.sources["P-1"]
    assert (one.maker, one.vendor, one.tellers, one.share) == ("丙工業", "甲商事", ["乙商事"], 1.0)
    found = company(listed(tmp_path, [LINE, "P-1,磁石,甲商事,丙工業、丁工業,中国,100%,,,90,,"]))
    assert [(one.maker, one.vendor) for one in found.sources["P-1"]] == [("丙工業", "甲商事"), ("丁工業", "甲商事")]


def test_an_amount_of_a_line_that_lists_a_firm_leaves_what_is_spent_with_it_open(tmp_path):
    found = company(listed(tmp_path, [LINE, "P-1,磁石,甲社、乙社,,中国,,,,,,900", "P-1,磁石,乙社,,中国,,,,,,100"]))
    known = {one.maker: (one.spend, one.whole_spend) for one in found.sources["P-1"]}
    assert known == {"甲社": (None, None), "乙社": (100.0, None)}


@pytest.mark.parametrize("turned", [False, True])
def test_a_share_of_a_line_that_lists_a_firm_leaves_its_share_open_whatever_another_line_states(tmp_path, turned):
    lines = ["P-1,磁石,甲社、乙社,,中国,60%,,,,,", "P-1,磁石,乙社,,中国,40%,,,,,"]
    found = company(listed(tmp_path, [LINE, *(lines[::-1] if turned else lines)]))
    assert {one.maker: one.share for one in found.sources["P-1"]} == {"甲社": None, "乙社": None}


def test_a_country_that_cannot_be_read_is_not_borrowed_for_a_further_firm(tmp_path):
    suppliers = [["supplier", "country"], ["甲社", "Japan"], ["乙社", "Japan"]]
    rows = sourcing(["P", "甲社、乙社", "China / Taiwan"])
    found = company(workbook(tmp_path / "a.xlsx", {"Sourcing": rows, "Suppliers": suppliers}))
    assert [one.country for one in found.sources["P"]] == [None, None]


def test_the_vendor_is_not_the_maker_and_the_billing_address_not_the_site(tmp_path):
    suppliers = [["supplier", "kind", "country", "billing country"], ["Trade", "trading company", None, "Japan"]]
    rows = sourcing(["P", "Trade", None])
    found = company(workbook(tmp_path / "a.xlsx", {"Sourcing": rows, "Suppliers": suppliers}))
    (source,) = found.sources["P"]
    assert (source.maker, source.vendor, source.country) == ("", "Trade", None)


def listed(folder, lines):
    path = folder / "list.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "lines",
    [
        [
            "品番,品名,調達先1,国1,割合1,リードタイム1（週）,調達先2,国2,割合2,リードタイム2（週）",
            "P-1,磁石,甲社,中国,60%,8,乙社,日本,40%,4",
        ],
        ["品番,品名,調達先①,調達先②,国①,国②,割合①,割合②,納期①(週),納期②(週)", "P-1,磁石,甲社,乙社,中国,日本,60,40,8,4"],
        ["Part,Name" + 2 * ",Supplier,Country,Share,Lead time (weeks)", "P-1,Magnet,甲社,China,0.6,8,乙社,Japan,0.4,4"],
    ],
)
def test_what_stands_beside_a_further_source_is_told_of_it(tmp_path, lines):
    one, other = company(listed(tmp_path, lines)).sources["P-1"]
    assert (one.maker, one.country, one.share, one.lead_days) == ("甲社", "CHN", 0.6, 56.0)
    assert (other.maker, other.country, other.share, other.lead_days) == ("乙社", "JPN", 0.4, 28.0)


def test_a_column_of_the_second_source_tells_nothing_of_the_first(tmp_path):
    lines = ["品番,品名,在庫日数,調達先1,調達先2,国2,割合2", "P-1,磁石,5,甲社,乙社,日本,40%", "P-2,軸,5,甲社,乙社,どこか,?"]
    found = company(listed(tmp_path, lines))
    one, other = found.sources["P-1"]
    assert (one.country, one.share) == (None, None)
    assert (other.maker, other.country, other.share) == ("乙社", "JPN", 0.4)
    assert [source.country for source in found.sources["P-2"]] == [None, None] and "どこか" in says(found)


def test_a_column_of_the_first_source_that_is_emptier_than_those_of_the_others_still_tells_of_it(tmp_path):
    head = ",".join(f"調達先{n},国{n},切替日数{n}" for n in (1, 2, 3))
    lines = [
        f"品番,品名,{head}",
        "P-1,磁石,甲社,中国,30-60日,乙社,日本,40,丙社,台湾,50",
        "P-2,軸,甲社,,,乙社,日本,40,丙社,台湾,50",
    ]
    found = company(listed(tmp_path, lines))
    told = {part: [(one.country, one.switch_days) for one in each] for part, each in found.sources.items()}
    others = [("JPN", 40), ("TWN", 50)]
    assert told == {"P-1": [("CHN", (30, 60)), *others], "P-2": [(None, None), *others]}


def sources(tmp_path, *rows):
    found = company(workbook(tmp_path / "co.xlsx", {"Sourcing": sourcing(*rows)}))
    return {part: [source.maker for source in each] for part, each in found.sources.items()}, says(found)


@pytest.mark.parametrize("cell", ["Alpha / Beta", "Alpha/Beta", "Alpha, Beta", "Alpha or Beta", "Alpha または Beta"])
def test_a_cell_that_lists_firms_of_other_lines_names_each(tmp_path, cell):
    found, said = sources(tmp_path, ["P-1", cell, "Japan"], ["P-2", "Alpha", "Japan"], ["P-3", "Beta Ltd", "China"])
    assert found["P-1"] == ["Alpha", "Beta"] and "1 cell(s) list several firms" in said and "may name several" not in said


def test_a_cell_that_may_list_firms_of_which_nothing_else_tells_is_one_and_that_is_said(tmp_path):
    rows = ["P-1", "Gamma / Delta", "Japan"], ["P-2", "Vishay/Dale", "Japan"], ["P-3", "Gamma", "Japan"]
    found, said = sources(tmp_path, *rows)
    assert (found["P-1"], found["P-2"]) == (["Gamma / Delta"], ["Vishay/Dale"])
    assert "1 cell(s) such as 'Gamma / Delta' may name several firms" in said


SOLD = [["R22", "Brenntag", "Chemours", "USA"], ["R32", "Brenntag", "Daikin", "Japan"], ["R300", "Brenntag", None, "China"]]
OWN = ["G-1", "Gearworks", None, "Japan"]


def makers(tmp_path, rows, needs=(), **sheets):
    bill = [["parent", "part"], *(["X", row[0]] for row in rows if row[0] not in {below for _, below in needs}), *needs]
    book = {"BOM": bill, "Sourcing": sourcing(*rows, head=("part", "supplier", "maker", "country"))} | sheets
    found = company(workbook(tmp_path / "co.xlsx", book))
    return {part: [(one.maker, one.vendor) for one in each] for part, each in found.sources.items()}, says(found)


def test_who_sells_parts_of_two_others_is_not_taken_as_the_maker_where_that_is_blank(tmp_path):
    found, said = makers(tmp_path, [*SOLD, OWN])
    assert found["R300"] == [("", "Brenntag")] and found["G-1"] == [("Gearworks", "Gearworks")]
    assert "'Brenntag' also sells parts of other makers (Chemours, Daikin)" in said and "'R300'" in said


@pytest.mark.parametrize(
    ("more", "sheets"),
    [
        ([["R9", "Shop", "Brenntag GmbH", "Germany"]], {}),
        ([], {"Suppliers": [["supplier", "kind"], ["Brenntag", "maker"]]}),
        ([], {"Suppliers": [["supplier", "country"], ["Brenntag", "Germany"]]}),
    ],
)
def test_who_sells_parts_of_others_and_is_said_to_make_some_stays_the_maker(tmp_path, more, sheets):
    found, said = makers(tmp_path, [*SOLD, *more], **sheets)
    assert found["R300"] == [("Brenntag", "Brenntag")] and "sells parts of other makers" not in said


def test_who_sells_parts_of_one_other_stays_the_maker(tmp_path):
    found, _ = makers(tmp_path, [["R22", "Brenntag", "Chemours", "USA"], ["R23", "Brenntag", "Chemours", None], SOLD[2]])
    assert found["R300"] == [("Brenntag", "Brenntag")]


def test_a_first_tier_maker_stays_one_where_what_it_puts_in_is_listed_with_it_as_the_supplier(tmp_path):
    rows = [OWN, ["Steel", "Gearworks", "Nippon Steel", None], ["Case", "Gearworks", "Foundry", None]]
    rows += [["Ore", "Gearworks", "Vale", "Brazil"]]
    found, said = makers(tmp_path, rows, [["G-1", "Steel"], ["G-1", "Case"], ["Steel", "Ore"]])
    assert found["G-1"] == [("Gearworks", "Gearworks")] and "sells parts of other makers" not in said


BILL = [["parent", "part", "quantity", "maker"], ["X", "P-1", 1, "Mabuchi"], ["X", "P-2", 2, "NSK"], ["X", "P-3", 2, None]]
BOUGHT = [["date", "part", "supplier", "quantity", "amount"]]
BOUGHT += [[f"2026-01-0{day}", f"P-{day}", "Suzuki", 5, 100 * day] for day in (1, 2, 3)]


def of_files(tmp_path, *lists, bought=BOUGHT, **sheets):
    """Who makes and sells each part, as a bill, purchases and further lists of one book say together."""
    book = {"BOM": BILL, "Ledger": bought, **{f"List {n}": one for n, one in enumerate(lists)}, **sheets}
    found = company(workbook(tmp_path / "co.xlsx", book))
    return {part: [(one.maker, one.vendor) for one in each] for part, each in found.sources.items()}, says(found)


def test_who_makes_what_a_firm_delivers_is_whom_the_bill_names_and_that_is_said(tmp_path):
    found, said = of_files(tmp_path)
    assert found == {"P-1": [("Mabuchi", "Suzuki")], "P-2": [("NSK", "Suzuki")], "P-3": [("", "Suzuki")]}  # it sells others'
    assert "Of 2 part(s) another row names the maker" in said and "taken to be made by Mabuchi" in said


def test_lists_of_vendors_and_of_makers_of_one_part_are_no_sources_beside_each_other(tmp_path):
    vendors = [["part", "vendor", "lead time"], ["P-3", "Suzuki", 30]]
    makers = [["part", "manufacturer", "lead time"], ["P-3", "Minebea", 30]]
    found, _ = of_files(tmp_path, vendors, makers)
    assert found["P-3"] == [("Minebea", "Suzuki")]


def test_what_is_said_of_a_list_of_firms_brings_its_countries_in(tmp_path):
    register = [
        ["VendorCode", "VendorName", "Country", "City"],
        ["V1", "Suzuki", "JP", "Osaka"],
        ["V2", "Beta", "FR", "Paris"],
    ]
    path = workbook(tmp_path / "co.xlsx", {"Ledger": BOUGHT, "Vendors": register})
    before = company(path)
    assert before.sources["P-1"][0].country is None and "not recognised" not in says(before)
    assert "set its kind to 'suppliers'" in says(before)
    columns = {"VendorName": "supplier", "Country": "country"}
    after = company(path, {"sheets": {"Vendors": {"kind": "suppliers", "columns": columns}}})
    assert after.sources["P-1"][0].country == "JPN"


ORIGINS = [["part", "name", "HS code", "country of origin"], ["P-1", "motor", "850110", "China"]]


def placed(tmp_path, *lists, bought=BOUGHT):
    book = {"BOM": BILL, "Ledger": bought, "Customs": ORIGINS, **{f"List {n}": one for n, one in enumerate(lists)}}
    found = company(workbook(tmp_path / "co.xlsx", book))
    return [(one.maker, one.vendor, one.country) for one in found.sources["P-1"]], says(found)


def test_where_a_part_comes_from_is_where_its_only_source_makes_it_and_that_is_said(tmp_path):
    found, said = placed(tmp_path)
    assert found == [("Mabuchi", "Suzuki", "CHN")] and "a list without firms says where they come from" in said


@pytest.mark.parametrize(
    "more",
    [
        [["part", "maker", "lead time", "country"], ["P-1", "Minebea", 30, None]],
        [["part", "supplier", "lead time", "country"], ["P-1", "Suzuki", 30, "Japan"]],
        [["part", "HS code", "country of origin"], ["P-1", "850110", "Vietnam"]],
        [["part", "supplier", "country", "qualified"], ["P-1", None, "China", "yes"]],
    ],
    ids=["of another source, too", "said of the source itself", "of two countries", "of somebody without a name"],
)
def test_where_a_part_comes_from_stays_nobodys_where_it_may_be_anothers(tmp_path, more):
    found, said = placed(tmp_path, more)
    assert ("", None, "CHN") in found and "a list without firms" not in said


def test_of_several_makers_behind_a_firm_it_is_not_known_which(tmp_path):
    makers = [["part", "manufacturer", "lead time"], ["P-3", "Minebea", 30], ["P-3", "NTN", 40]]
    found, said = of_files(tmp_path, makers)
    assert sorted(found["P-3"]) == [("", "Suzuki"), ("Minebea", None), ("NTN", None)]
    assert "Of several makers it is not known which" in said


@pytest.mark.parametrize(
    ("lists", "sheets"),
    [
        ([], {"Suppliers": [["supplier", "country"], ["Suzuki", "Japan"]]}),
        ([[["part", "manufacturer", "lead time"], ["P-9", "Suzuki", 30]]], {}),
    ],
)
def test_a_firm_that_is_said_to_make_something_may_make_what_it_delivers(tmp_path, lists, sheets):
    found, said = of_files(tmp_path, *lists, **sheets)
    assert found["P-1"] == [("Suzuki", "Suzuki")] and "another row names the maker" not in said


def test_a_blank_in_a_column_of_makers_says_that_who_delivers_makes_it(tmp_path):
    bought = [[*row, maker] for row, maker in zip(BOUGHT, ("maker", None, "Suzuki", None), strict=True)]
    bought[1][2] = "Alpha"
    found, said = of_files(tmp_path, bought=bought)
    assert found["P-1"] == [("Alpha", "Alpha")] and "another row names the maker" not in said


SELLERS = ["P-1,磁石,甲商事,丙工業,中国,60%,,20,60,,", "P-1,磁石,乙商事,丙工業,中国,40%,,,90〜120日,,"]


def test_each_seller_of_a_plant_has_the_times_of_its_own_rows_alone(tmp_path):
    (one,) = company(listed(tmp_path, [LINE, *SELLERS])).sources["P-1"]
    assert (one.lead_days, one.switch_days) == (20.0, (60, 120))
    told = {each.vendor: (each.share, each.lead_days, each.switch_days) for each in by_seller(one)}
    assert told == {"甲商事": (0.6, 20.0, 60.0), "乙商事": (0.4, None, (90, 120))}


def test_of_times_that_several_sellers_of_a_plant_state_either_holds_whoever_is_heard_first(tmp_path):
    (one,) = company(listed(tmp_path, [LINE, *SELLERS])).sources["P-1"]
    for sellers in (by_seller(one), by_seller(one)[::-1]):
        (plant,) = one_each(sellers)
        assert (plant.share, plant.lead_days, plant.switch_days) == (1.0, 20.0, (60, 120))

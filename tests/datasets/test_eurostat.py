"""Eurostat's Comext as its API gives it: columns and codes are those of DS-045409, the figures are made up."""

import polars as pl
import pytest
from kanmon.datasets import clean_trade, read_eurostat, read_trade, trade_kind
from kanmon.graph import InputError

HEAD = "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE"
LINES = [
    "A,DE,CN,85051110,1,VALUE_IN_EUROS,2024,600",
    "A,DE,CN,85051110,1,QUANTITY_IN_100KG,2024,30",
    "A,DE,CN,85051190,1,VALUE_IN_EUROS,2024,100",
    "A,DE,CN,85051190,1,QUANTITY_IN_100KG,2024,10",
    "A,DE,GR,85051110,1,VALUE_IN_EUROS,2024,200",
    "A,DE,JP,85051110,1,VALUE_IN_EUROS,2024,",
    "A,DE,QZ,85051110,1,VALUE_IN_EUROS,2024,50",
    "A,DE,EU27_2020_EXTRA,85051110,1,VALUE_IN_EUROS,2024,650",
    "A,EU27_2020,CN,85051110,1,VALUE_IN_EUROS,2024,9000",
    "A,DE,CN,TOTAL,1,VALUE_IN_EUROS,2024,90000",
    "A,DE,CN,85051110,2,VALUE_IN_EUROS,2024,7",
]


def file(path, lines, head=HEAD, before="ESTAT:DS-045409(1.0),15/09/26 11:00:00"):
    target = path / "comext.csv"
    target.write_text("\n".join([head, *(f"{before},{line}" for line in lines)]) + "\n", encoding="utf-8")
    return target


def read(path, **options):
    notes = []
    return read_eurostat(path, notes=notes, **options), [note.text("en") for note in notes]


def test_values_are_euros_quantities_tonnes_and_codes_are_added_to_six_digits(tmp_path):
    rows, notes = read(file(tmp_path, LINES))
    found = {row["exporter"]: (row["value"], row["quantity"]) for row in rows.iter_rows(named=True)}
    assert found == {"CHN": (700.0, 4.0), "GRC": (200.0, None), "JPN": (None, None), None: (50.0, None)}
    assert set(rows.select("hs6", "importer", "year", "unit", "quantity_unit").unique().row(0)) == {
        *("850511", "DEU", 2024, "EUR", "t")
    }
    assert any("TOTAL" in note for note in notes) and any("EU27_2020_EXTRA" in note for note in notes)
    assert read(file(tmp_path, LINES), exports=True)[0].select("exporter", "importer", "value").rows() == [
        ("DEU", "CHN", 7.0)
    ]


def test_it_is_told_by_its_header_and_goes_on_to_the_methods(tmp_path):
    path = file(tmp_path, LINES)
    assert trade_kind(path) == "eurostat"
    table, report = clean_trade(read_trade(path), digits=None)
    assert table.collect().height == 4 and report.filter(pl.col("action") == "set_aside").is_empty()


def test_the_newer_header_of_the_api_is_read_too(tmp_path):
    path = file(tmp_path, LINES[:2], HEAD.replace("DATAFLOW,LAST UPDATE", "STRUCTURE,STRUCTURE_ID"))
    assert read(path)[0]["value"].to_list() == [600.0]


def test_what_a_total_over_all_partners_holds_beyond_its_origins_stays_of_unknown_origin(tmp_path):
    lines = ["A,DE,WORLD,850511,1,VALUE_IN_EUROS,2024,1000", "A,DE,CN,850511,1,VALUE_IN_EUROS,2024,600"]
    rows, notes = read(file(tmp_path, lines))
    assert dict(rows.select("exporter", "value").rows()) == {"CHN": 600.0, None: 400.0}
    assert any("unknown origin" in note for note in notes)


def test_months_are_added_up_and_years_go_before_them(tmp_path):
    months = [f"M,DE,CN,850511,1,VALUE_IN_EUROS,2024-{month:02d},10" for month in (1, 2, 3)]
    rows, notes = read(file(tmp_path, months))
    assert rows["value"].to_list() == [30.0] and any("2024: 3/12" in note for note in notes)
    rows, notes = read(file(tmp_path, [*months, "A,DE,CN,850511,1,VALUE_IN_EUROS,2024,120"]))
    assert rows["value"].to_list() == [120.0] and any("3 monthly" in note for note in notes)


def test_no_code_is_counted_beside_its_finer_codes_and_no_part_beside_its_whole(tmp_path):
    lines = ["A,DE,CN,8505,1,VALUE_IN_EUROS,2024,999", "A,DE,CN,85051110,1,VALUE_IN_EUROS,2024,600"]
    lines += [
        f"A,DE,{partner},85051110,1,VALUE_IN_EUROS,2024,{value}" for partner, value in (("GB", 9), ("XI", 4), ("XU", 5))
    ]
    assert dict(read(file(tmp_path, lines))[0].select("exporter", "value").rows()) == {"CHN": 600.0, "GBR": 9.0}
    assert any("2 row(s) of XI" in note for note in read(file(tmp_path, lines))[1])


def kingdom(path, *cells):
    """The United Kingdom in a file whose lines are given as partner, indicator, year, figure."""
    rows, notes = read(file(path, [f"A,DE,{a},850511,1,{b},{year},{figure}" for a, b, year, figure in cells]))
    return {row["year"]: (row["value"], row["quantity"]) for row in rows.filter(exporter="GBR").iter_rows(named=True)}, notes


def test_the_parts_of_the_united_kingdom_are_the_whole_where_it_is_not_there(tmp_path):
    value, weight = "VALUE_IN_EUROS", "QUANTITY_IN_100KG"
    parts = [("XI", value, 2024, 4), ("XU", value, 2024, 5), ("XI", weight, 2024, 40), ("XU", weight, 2024, 50)]
    found, notes = kingdom(tmp_path, *parts)
    assert found == {2024: (9.0, 9.0)} and not any("XI" in note for note in notes)
    # The whole of years before 2021 takes nothing from the parts since.
    assert kingdom(tmp_path, ("GB", value, 2020, 7), *parts)[0] == {2020: (7.0, None), 2024: (9.0, 9.0)}
    assert kingdom(tmp_path, ("GB", value, 2024, ""), *parts)[0] == {2024: (9.0, 9.0)}
    # Of a blank whole one part is not all.
    assert kingdom(tmp_path, ("GB", value, 2024, ""), parts[0])[0] == {2024: (None, None)}
    found, notes = kingdom(tmp_path, parts[1])
    assert found == {2024: (5.0, None)} and any("has XU but not XI" in note for note in notes)


def test_labels_beside_codes_change_nothing(tmp_path):
    def labelled(line, label):
        return ",".join(f'"{cell}: {label} of {cell}, etc."' for cell in line.split(",")[:7]) + "," + line.split(",")[7]

    head = ",".join(f"{name}: Label" for name in HEAD.split(",")[2:])
    wanted, _ = read(file(tmp_path, LINES))
    joined = file(tmp_path, [labelled(line, "Name") for line in LINES], f"DATAFLOW,LAST UPDATE,{head}", "A,B")
    assert trade_kind(joined) == "eurostat" and read(joined)[0].equals(wanted)
    beside = ",".join(f"{name},{name.title()} as a label" for name in HEAD.split(",")[2:])
    lines = [",".join(f"{cell},Name" for cell in line.split(",")) for line in LINES]
    beside = file(tmp_path, lines, f"STRUCTURE,STRUCTURE_ID,{beside}", "A,B")
    assert trade_kind(beside) == "eurostat" and read(beside)[0].equals(wanted)


def test_labels_without_codes_are_refused_and_so_are_goods_that_are_not_of_the_harmonized_system(tmp_path):
    head = "DATAFLOW,LAST UPDATE,Time frequency,Reporter,Partner,Product,Flow,Indicators,Time,Observation value"
    with pytest.raises(InputError, match="without codes"):
        read_trade(file(tmp_path, ["Annual,Germany,China,Magnets,IMPORT,VALUE_IN_EUROS,2024,600"], head))
    with pytest.raises(InputError, match="not by the Harmonized System"):
        read_trade(file(tmp_path, ["A,DE,CN,33,1,VALUE_IN_EUROS,2024,600"], before="ESTAT:DS-018995(1.0),now"))


@pytest.mark.parametrize("before", [0, 20], ids=["two periods", "many periods"])
def test_the_tsv_with_its_periods_in_columns_says_the_same(tmp_path, before):
    years = "".join(f"\t{year} " for year in range(2023 - before, 2025))
    head, none = f"freq,reporter,partner,product,flow,indicators\\TIME_PERIOD{years}", "\t: " * before
    lines = [f"CN,85051110,1,VALUE_IN_EUROS{none}\t500 \t600 p", f"JP,85051110,1,VALUE_IN_EUROS{none}\t: \t200 "]
    lines += [f"CN,85051110,1,QUANTITY_IN_100KG{none}\t10 \t30 ", f"VN,85051110,1,VALUE_IN_EUROS{none}\t: c\t: "]
    path = tmp_path / "estat_ds-045409.tsv"
    path.write_text("\n".join([head, *(f"A,DE,{line}" for line in lines)]) + "\n", encoding="utf-8")
    assert trade_kind(path) == "eurostat"
    found = {(row["exporter"], row["year"]): (row["value"], row["quantity"]) for row in read(path)[0].iter_rows(named=True)}
    assert found == {
        ("CHN", 2023): (500.0, 1.0),
        ("CHN", 2024): (600.0, 3.0),
        ("JPN", 2024): (200.0, None),
        ("VNM", 2023): (None, None),  # confidential
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("A,DE,CN,850511,2,VALUE_IN_EUROS,2024,1", "no rows of the flow 1"),
        ("A,DE,CN,TOTAL,1,VALUE_IN_EUROS,2024,1", "only totals"),
        ("A,EU27_2020,CN,850511,1,VALUE_IN_EUROS,2024,1", "groups of countries"),
        ("A,DE,WORLD,850511,1,VALUE_IN_EUROS,2024,1", "only partner is World"),
        ("A,DE,CN,850511,1,QUANTITY_IN_100KG,2024,1", "no values in euros"),
        ("A,DE,CN,850511,1,VALUE_IN_EUROS,24,1", "is not a year"),
        ("A,DE,CN,850511,1,VALUE_IN_EUROS,2024,one", "is not a number"),
        ('A,DE,CN,850511,1,VALUE_IN_EUROS,2024,"1234,5"', "is not a number"),  # no thousands, whatever else
    ],
)
def test_a_file_that_cannot_say_what_comes_from_where_is_refused_with_its_reason(tmp_path, line, says):
    with pytest.raises(InputError, match=says):
        read_eurostat(file(tmp_path, [line]))

"""UN Comtrade in every form that it is downloaded in: what is read, at which level, and what is refused with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kanmon.datasets import clean_trade, read_comtrade, read_trade, trade_kind
from kanmon.graph import InputError, ReadError
from polars.testing import assert_frame_equal

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "real" / "trade"
# The header of a download of today, and what its columns hold unless a test says otherwise.
HEADER_LINE = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,"
    "partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode,"
    "isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode,"
    "qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,"
    "isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate"
)
HEADER = HEADER_LINE.split(",")
USUAL = {
    "typeCode": "C", "freqCode": "A", "refPeriodId": "20230101", "refYear": "2023", "refMonth": "52", "period": "2023",
    "reporterCode": "392", "reporterISO": "JPN", "reporterDesc": "Japan", "flowCode": "M", "flowDesc": "Import",
    "partner2Code": "0", "partner2ISO": "W00", "partner2Desc": "World", "classificationCode": "H6",
    "classificationSearchCode": "HS", "cmdCode": "854231", "customsCode": "C00", "mosCode": "0", "motCode": "0",
}  # fmt: skip
PARTNERS = {
    "CHN": ("156", "China"), "TUR": ("792", "Türkiye"), "CUW": ("531", "Curaçao"), "S19": ("490", "Other Asia, nes"),
    "W00": ("0", "World"), "X2 ": ("839", "Special Categories"), "R20": ("697", "Europe EFTA, nes"), "USA": ("842", "USA"),
}  # fmt: skip
CLASSIC = (
    "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,Reporter Code,Reporter,"
    "Reporter ISO,Partner Code,Partner,Partner ISO,2nd Partner Code,2nd Partner,2nd Partner ISO,Customs Proc. Code,Customs,"
    "Mode of Transport Code,Mode of Transport,Commodity Code,Commodity,Qty Unit Code,Qty Unit,Qty,Alt Qty Unit Code,"
    "Alt Qty Unit,Alt Qty,Netweight (kg),Gross weight (kg),"
    "Trade Value (US$),CIF Trade Value (US$),FOB Trade Value (US$),Flag"
)


def row(partner, value, **other):
    code, name = PARTNERS[partner]
    about = {"partnerISO": partner, "partnerCode": code, "partnerDesc": name, "primaryValue": str(value)}
    return dict.fromkeys(HEADER, "") | USUAL | about | other


def write(path, rows, encoding="latin-1"):
    """Write rows as the web page does: Latin-1, every cell quoted, a comma more in each row than in the header."""
    lines = [",".join(HEADER), *(",".join(f'"{row[name]}"' for name in HEADER) + "," for row in rows)]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def flows(table):
    return dict(table.select("exporter", "value").rows())


def key(caught):
    assert caught.value.text("en") != caught.value.text("ja")
    return caught.value.message.key.removeprefix("datasets.trade.")


def keys(notes):
    for note in notes:
        assert note.text("en") != note.text("ja")
    return {note.key.rpartition(".")[2] for note in notes}


# --- forms of the file -----------------------------------------------------------------------------------------------------


def test_the_download_of_today(tmp_path):
    rows = [row("W00", 100), row("CHN", 60, netWgt="5000"), row("TUR", 20), row("CUW", 15), row("S19", 5)]
    notes = []
    table = read_comtrade(write(tmp_path / "today.csv", rows), notes=notes)
    assert flows(table) == {"CHN": 60.0, "TUR": 20.0, "CUW": 15.0, "TWN": 5.0}
    assert table.row(0, named=True) == {
        "hs6": "854231", "importer": "JPN", "exporter": "CHN", "year": 2023, "value": 60.0, "quantity": 5.0, "unit": "USD",
        "quantity_unit": "t", "hs_edition": "HS22", "source": "UN_COMTRADE",
    }  # fmt: skip
    assert keys(notes) == {"guessed"}


@pytest.mark.parametrize("year", ["2023", "2023.0", None])
def test_a_frame_of_the_api_has_numbers_and_no_letters(year):
    rows = [row(partner, value) for partner, value in (("W00", 100), ("CHN", 60), ("S19", 40))]
    frame = pd.DataFrame(rows).drop(columns=[] if year else ["refYear"])
    for column in ("reporterISO", "partnerISO", "reporterDesc", "partnerDesc", "netWgt"):
        frame[column] = None
    for column in ("reporterCode", "partnerCode", "partner2Code", "motCode", "mosCode"):
        frame[column] = frame[column].astype(int)
    frame["primaryValue"] = frame["primaryValue"].astype(float)
    if year:
        frame["refYear"] = float(year)
    assert flows(read_comtrade(frame)) == {"CHN": 60.0, "TWN": 40.0}
    assert flows(read_comtrade(pl.from_pandas(frame))) == {"CHN": 60.0, "TWN": 40.0}


def test_the_same_frame_saved_by_pandas_as_csv_tsv_and_json(tmp_path):
    frame = pd.DataFrame([row("W00", 100), row("CHN", 60), row("S19", 40)]).replace("", None)
    expected = read_comtrade(frame)
    frame["refYear"] = frame["refYear"].astype(float)
    frame.to_csv(tmp_path / "a.csv")
    frame.to_csv(tmp_path / "b.txt", sep="\t", index=False)
    (tmp_path / "c.json").write_text(json.dumps({"elapsedTime": "1", "count": 3, "data": frame.to_dict("records")}), "utf-8")
    for name in ("a.csv", "b.txt", "c.json"):
        assert trade_kind(tmp_path / name) == "comtrade"
        assert_frame_equal(read_trade(tmp_path / name).collect(), expected)


def test_the_classic_export(tmp_path):
    start, middle = "H3,2012,2012,2012,6,1,0", "0,World,W00,C00,All CPCs,0,All MOTs,280530,Earth-metals,8,kg"
    rows = [
        f"{start},M,392,Japan,JPN,0,World,W00,{middle},9,-1,N/A,,9000,,90,90,,0",
        f"{start},M,392,Japan,JPN,156,China,CHN,{middle},8,-1,N/A,,8000,,80,80,,0",
        f"{start},M,392,Japan,JPN,490,\"Other Asia, nes\",S19,{middle},1,-1,N/A,,1000,,10,10,,0",
        f"{start},X,392,Japan,JPN,842,USA,USA,{middle},1,-1,N/A,,1000,,7,,7,0",
    ]  # fmt: skip
    path = tmp_path / "classic.csv"
    path.write_text("\r\n".join([CLASSIC, *rows]), encoding="utf-8")
    table = read_trade(path).collect()
    assert flows(table) == {"CHN": 80.0, "TWN": 10.0}
    assert table.select("year", "hs_edition", "quantity").row(0) == (2012, "HS07", 8.0)
    assert read_comtrade(path, exports=True).select("importer", "exporter", "value").rows() == [("USA", "JPN", 7.0)]


# --- what counts ----------------------------------------------------------------------------------------------------------


def test_taiwan_is_a_reporter_and_a_partner(tmp_path):
    reported = {"reporterCode": "490", "reporterISO": "S19", "reporterDesc": "Other Asia, nes"}
    table = read_comtrade(write(tmp_path / "t.csv", [row("CHN", 1, **reported), row("S19", 2)]))
    assert table.select("importer", "exporter").rows() == [("TWN", "CHN"), ("JPN", "TWN")]


def test_areas_that_are_no_countries_are_of_unknown_origin(tmp_path):
    table = read_comtrade(write(tmp_path / "t.csv", [row("R20", 1), row("X2 ", 2), row("CHN", 3)]))
    assert table.select("exporter", "value").rows() == [(None, 3.0), ("CHN", 3.0)]


def test_downloads_that_overlap_are_counted_once():
    notes = []
    table = read_comtrade(pl.DataFrame([row("CHN", 2), row("USA", 2), row("CHN", 2)]), notes=notes)
    assert table.select("exporter", "value").rows() == [("CHN", 2.0), ("USA", 2.0)]
    assert "aside_repeated" in keys(notes)


def test_parts_of_totals_are_not_added_to_them(tmp_path):
    parts = [row("CHN", 25, motCode="1000"), row("CHN", 30, partner2Code="156"), row("CHN", 5, customsCode="C01")]
    notes = []
    assert flows(read_comtrade(write(tmp_path / "t.csv", [row("CHN", 60), *parts]), notes=notes)) == {"CHN": 60.0}
    assert "aside_parts" in keys(notes)
    with pytest.raises(InputError) as caught:
        read_comtrade(write(tmp_path / "t.csv", parts))
    assert key(caught) == "only_parts"


@pytest.mark.parametrize("code", ["85", "8542"])
def test_headings_and_chapters_are_read_at_their_level(tmp_path, code):
    table = read_comtrade(write(tmp_path / "t.csv", [row("CHN", 60, cmdCode=code), row("USA", 40, cmdCode=code)]))
    assert set(table["hs6"]) == {code}
    assert clean_trade(table, digits=None)[0].height == 2


def test_of_mixed_levels_only_the_finest_count_and_the_rest_is_said(tmp_path):
    codes = ["TOTAL", "85", "8542", "854231", "854239", "8112"]
    notes = []
    table = read_comtrade(write(tmp_path / "t.csv", [row("CHN", 1, cmdCode=code) for code in codes]), notes=notes)
    assert table["hs6"].to_list() == ["854231", "854239", "8112"]
    assert {"aside_totals", "aside_coarser"} <= keys(notes)
    assert any("85, 8542" in note.text("en") for note in notes)


def test_months_are_added_up_and_said_and_never_added_to_years(tmp_path):
    months = [row("CHN", 1, freqCode="M", period=f"2023{month:02}") for month in (1, 2, 12)]
    notes = []
    table = read_comtrade(write(tmp_path / "t.csv", months), notes=notes)
    assert table.select("year", "value").rows() == [(2023, 3.0)]
    assert clean_trade(table)[0]["value"].to_list() == [3.0]  # months of equal value are no repetition
    assert any("2023: 3/12" in note.text("en") for note in notes)
    assert flows(read_comtrade(write(tmp_path / "t.csv", [*months, row("CHN", 60)]), notes=notes)) == {"CHN": 60.0}
    assert "aside_monthly" in keys(notes)


@given(
    known=st.dictionaries(st.sampled_from(["CHN", "TUR", "S19", "USA"]), st.integers(1, 1000), min_size=1),
    rest=st.integers(-50, 1000),
)
def test_what_a_total_holds_beyond_its_origins_is_of_unknown_origin(known, rest):
    """A download with some partners only must not make them look like all of them."""
    whole = max(sum(known.values()) + rest, 1)
    frame = pl.DataFrame([row("W00", whole), *(row(partner, value) for partner, value in known.items())])
    table = read_comtrade(frame)
    missing = table.filter(pl.col("exporter").is_null())["value"].sum()
    unexplained = whole - sum(known.values())
    assert missing == (unexplained if unexplained > whole / 1000 else 0)
    assert table["value"].sum() == pytest.approx(max(whole, sum(known.values())), rel=1e-3)


def test_a_total_without_origins_beside_codes_that_have_some_stays_unknown():
    notes = []
    rows = [row("W00", 9, cmdCode="850511"), row("W00", 5), row("CHN", 5)]
    table = read_comtrade(pl.DataFrame(rows), notes=notes)
    assert table.filter(hs6="850511").select("exporter", "value").rows() == [(None, 9.0)]
    assert keys(notes) == {"totals_kept"}


# --- what is refused, with its reason ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cmdCode": "TOTAL"}, "only_totals"),
        ({"cmdCode": "AG6"}, "only_totals"),
        ({"typeCode": "S", "classificationCode": "EB10", "cmdCode": "SC"}, "services"),
        ({"classificationCode": "EB", "cmdCode": "200"}, "services"),
        ({"classificationCode": "S3", "cmdCode": "7764"}, "not_hs"),
        ({"flowCode": "RX", "flowDesc": "Re-export"}, "no_flow"),
        ({"refYear": "FY24"}, "year"),
        ({"primaryValue": "many"}, "number"),
        ({"primaryValue": "1e999"}, "number"),
    ],
)
def test_a_file_that_cannot_say_is_refused_with_its_reason(tmp_path, change, reason):
    path = write(tmp_path / "no.csv", [row("CHN", 1) | change, row("USA", 1) | change])
    with pytest.raises(InputError) as caught:
        read_comtrade(path)
    assert key(caught) == reason
    assert "no.csv" in caught.value.text("ja")


def test_services_beside_goods_are_left_out_with_a_word(tmp_path):
    notes = []
    service = row("CHN", 7, typeCode="S", classificationCode="EB10", cmdCode="SC")
    assert flows(read_comtrade(write(tmp_path / "t.csv", [service, row("CHN", 1)]), notes=notes)) == {"CHN": 1.0}
    assert "aside_services" in keys(notes)


def test_partner_world_alone_says_totals_without_origins(tmp_path):
    with pytest.raises(InputError, match="without origins") as caught:
        read_comtrade(write(tmp_path / "t.csv", [row("W00", 1), row("W00", 2, cmdCode="850511")]))
    assert key(caught) == "world_only"


def test_json_that_is_no_answer_is_said(tmp_path):
    path = tmp_path / "x.json"
    for content in ('{"data": [{"refYear": 1', '{"data": 3}', "[" * 5000):
        path.write_text(content, encoding="utf-8")
        with pytest.raises((ReadError, InputError)):
            read_comtrade(path)


# --- files that nobody here made ------------------------------------------------------------------------------------------


@pytest.fixture
def real():
    if not SHARED.is_dir():
        pytest.skip("the real downloads are not here")
    return SHARED


def test_a_real_download_is_read_at_four_digits(real):
    notes = []
    table = read_trade(real / "comtrade_new_latin1.csv", notes=notes).collect()
    assert (set(table["hs6"]), set(table["importer"]), set(table["year"])) == ({"8542"}, {"THA"}, {2014})
    assert {"TUR", "TWN", "CHN"} <= set(table["exporter"].drop_nulls())
    assert table["value"].sum() == pytest.approx(9680795326)  # the file's own total over all partners
    assert keys(notes) == {"guessed", "rest_kept"}  # its first rows only: not all partners


@pytest.mark.parametrize(("name", "reason"), [("classic", "world_only"), ("total_only", "only_totals")])
def test_real_downloads_that_cannot_say_what_comes_from_where(real, name, reason):
    with pytest.raises(InputError) as caught:
        read_trade(real / f"comtrade_{name}.csv")
    assert key(caught) == reason


def test_values_that_a_spreadsheet_cut_are_taken_as_they_stand_and_said(tmp_path):
    notes = []
    path = write(tmp_path / "t.csv", [row("CHN", "6.09E+04"), row("USA", "60871.5"), row("TUR", "1.2345678901e+05")])
    assert flows(read_comtrade(path, notes=notes)) == {"CHN": 60900.0, "USA": 60871.5, "TUR": 123456.78901}
    said = [note for note in notes if note.key == "datasets.trade.cut_values"]
    assert [(note.values["count"], note.values["cell"]) for note in said] == [(1, "6.09E+04")]

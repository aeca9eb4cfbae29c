"""A person's own input-output table becomes the flows and sectors that the systemic figures take."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kanmon.datasets import read_input_output, wiod_flows, wiod_sectors
from kanmon.graph import FirmNetwork, InputError, ReadError
from kanmon.risk import systemic_risk
from polars.testing import assert_frame_equal

ICIO = """V1,JPN_A,JPN_C10,ROW_A,ROW_C10,JPN_HFCE,ROW_HFCE,OUT
JPN_A,1,2,3,4,5,6,21
JPN_C10,0,1,0,2,3,-1,5
ROW_A,1,1,1,1,1,1,6
ROW_C10,2,2,2,2,2,2,12
TLS,0,0,0,0,0,0,0
VA,17,-1,0,3,,,
OUT,21,5,6,12,,,
"""
LEVELS = ",,日本,,ROW,,日本\n,,食品,機械,食品,機械,最終需要\n"
LEVELS += "日本,食品,1,2,3,4,5\n,機械,1,2,3,4,5\nROW,食品,1,2,3,4,5\n,機械,1,2,3,4,5\n"
PYMRIO = {
    "Z": "region\t\tJPN\tJPN\tROW\tROW\nsector\t\tfood\tore\tfood\tore\nregion\tsector\t\t\t\t\n"
    "JPN\tfood\t10\t5\t1\t6.5\nJPN\tore\t5\t0\t10\t8\nROW\tfood\t6\t5\t3\t2\nROW\tore\t5\t4\t3\t2\n",
    "Y": "region\t\tJPN\tROW\ncategory\t\tFinal\tFinal\nregion\tsector\t\t\n"
    "ROW\tfood\t5\t6\nROW\tore\t7\t8\nJPN\tfood\t1\t2\nJPN\tore\t3\t4\n",
    "x": "region\tsector\tindout\nJPN\tfood\t100\nJPN\tore\t200\nROW\tfood\t300\nROW\tore\t400\n",
}


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def keys(notes):
    assert all(note.text("en") != note.text("ja") for note in notes)
    return {note.key.rpartition(".")[2] for note in notes}


def test_a_table_in_the_layout_of_the_oecd(tmp_path):
    notes = []
    flows, sectors = read_input_output(write(tmp_path / "icio.csv", ICIO), notes=notes)
    assert sectors.rows() == [
        ("JPN.A", "JPN", "A", 21.0, 11.0), ("JPN.C10", "JPN", "C10", 5.0, 2.0), ("ROW.A", "ROW", "A", 6.0, 2.0),
        ("ROW.C10", "ROW", "C10", 12.0, 4.0),
    ]  # fmt: skip
    assert flows.filter(supplier="JPN.A").rows() == [
        ("JPN.A", "JPN.A", 1.0), ("JPN.A", "JPN.C10", 2.0), ("JPN.A", "ROW.A", 3.0), ("JPN.A", "ROW.C10", 4.0),
    ]  # fmt: skip
    assert flows.height == 14 and not notes  # two zeros are no flows; totals and value added are no industries


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_countries_may_stand_once_above_their_industries(tmp_path, encoding):
    notes = []
    _, sectors = read_input_output(write(tmp_path / "own.csv", LEVELS, encoding), notes=notes)
    assert sectors["country"].to_list() == ["JPN", "JPN", "ROW", "ROW"]
    assert (sectors["output"][0], sectors["final_demand"][0]) == (15.0, 5.0)
    assert keys(notes) == {"added"} | ({"guessed"} if encoding == "cp932" else set())


def test_a_folder_that_pymrio_saved_in_any_order_of_rows(tmp_path):
    for name, text in PYMRIO.items():
        write(tmp_path / f"{name}.txt", text)
    flows, sectors = read_input_output(tmp_path)
    assert sectors.select("id", "output", "final_demand").rows() == [
        ("JPN.food", 100.0, 3.0), ("JPN.ore", 200.0, 7.0), ("ROW.food", 300.0, 11.0), ("ROW.ore", 400.0, 15.0),
    ]  # fmt: skip
    assert flows["value"].sum() == 75.5 and flows.height == 15


def test_the_packaged_table_written_as_a_matrix_gives_the_same_network(tmp_path):
    ids = wiod_sectors().filter(pl.col("country").is_in(["JPN", "DEU", "ROW"]))["id"].to_list()
    inside = wiod_flows().filter(pl.col("supplier").is_in(ids) & pl.col("buyer").is_in(ids))
    matrix = pl.DataFrame({"supplier": ids}).join(
        inside.pivot("buyer", index="supplier", values="value"), on="supplier", how="left", maintain_order="left"
    )
    # What nobody buys has no column yet.
    matrix = matrix.with_columns(pl.lit(0.0).alias(id) for id in ids if id not in matrix.columns).fill_null(0)
    matrix.select("supplier", *ids).write_csv(tmp_path / "wiod.csv")
    flows, sectors = read_input_output(tmp_path / "wiod.csv")
    order = ["supplier", "buyer"]
    assert_frame_equal(flows.sort(order), inside.sort(order))
    assert sectors["id"].to_list() == ids
    network = FirmNetwork.from_transactions(flows, sectors.select(firm="id", sector="industry"))
    assert systemic_risk(network).height == len(ids)


def test_several_columns_of_final_demand_may_share_a_name_and_a_single_country_needs_none(tmp_path):
    text = "industry,A01,Food products,最終需要,最終需要\nA01,1,2,3,4\nFood products,5,6,7,8\n"
    flows, sectors = read_input_output(write(tmp_path / "own.csv", text))
    assert sectors.rows() == [("A01", None, "A01", 10.0, 7.0), ("Food products", None, "Food products", 26.0, 15.0)]
    assert flows.row(1) == ("A01", "Food products", 2.0)


@given(st.integers(2, 6).flatmap(lambda n: st.lists(st.floats(0, 1e6), min_size=n * n, max_size=n * n)))
def test_a_matrix_comes_back_as_it_was(tmp_path_factory, values):
    size = int(len(values) ** 0.5)
    names = [f"C{number}_I{number}" for number in range(size)]
    cells = np.array(values).reshape(size, size)
    table = pl.DataFrame({"": names, **{name: cells[:, at] for at, name in enumerate(names)}})
    path = tmp_path_factory.mktemp("io") / "own.csv"
    table.write_csv(path)
    flows, sectors = read_input_output(path)
    found = np.zeros((size, size))
    at = {id: number for number, id in enumerate(sectors["id"])}
    for supplier, buyer, value in flows.rows():
        found[at[supplier], at[buyer]] = value
    assert np.array_equal(found, cells)


def test_without_final_demand_and_output_the_output_stays_blank(tmp_path):
    notes = []
    _, sectors = read_input_output(write(tmp_path / "z.csv", ",JPN_A,ROW_A\nJPN_A,1,-2\nROW_A,3,\n"), notes=notes)
    assert sectors["output"].null_count() == 2
    assert keys(notes) == {"no_demand", "negative", "blank"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a,b\nc,d\n", "no_labels"),
        ("1,2\n3,4\n", "no_labels"),
        (",JPN_A,ROW_A\nUSA_A,1,2\nDEU_A,3,4\n", "not_square"),
        (",JPN_A,JPN_A,ROW_A\nJPN_A,1,2,3\nROW_A,3,4,5\n", "twice"),
        (",JPN_A,ROW_A\nJPN_A,1,2\nROW_A,3,many\n", "number"),
        (",JPN_A,ROW_A\nJPN_A,1,2\nROW_A,3,1e999\n", "number"),
    ],
)
def test_what_is_no_table_is_said(tmp_path, text, key):
    with pytest.raises(InputError) as caught:
        read_input_output(write(tmp_path / "own.csv", text))
    assert caught.value.message.key.rpartition(".")[2] == key
    assert "own.csv" in caught.value.text("en") and "own.csv" in caught.value.text("ja")
    if key == "number":
        assert (caught.value.message.values["row"], caught.value.message.values["column"]) == (3, "ROW_A")


def test_a_folder_without_a_table_is_said(tmp_path):
    with pytest.raises(ReadError, match=r"Z\.txt"):
        read_input_output(tmp_path)
    with pytest.raises(ReadError):
        read_input_output(tmp_path / "nowhere.csv")
    with pytest.raises(ReadError, match="own.csv' is empty"):
        read_input_output(write(tmp_path / "own.csv", ""))


@pytest.mark.parametrize("unit", ["_", "x_", "total_", "txs _"])
def test_a_label_as_long_as_a_cell_may_be_is_read_at_once(tmp_path, unit):
    label = unit * (32_000 // len(unit))
    text = ICIO.replace("ROW_C10", f"ROW_{label}x")
    _, sectors = read_input_output(write(tmp_path / "icio.csv", text))
    assert sectors.height == 4


@pytest.mark.parametrize("cell", ["2,25", "1.234,5", "0,5"])
def test_a_comma_that_parts_no_thousands_is_refused_and_not_dropped(tmp_path, cell):
    text = ICIO.replace(",", ";").replace("JPN_A;1;2;", f"JPN_A;1;{cell};")
    with pytest.raises(InputError, match=cell):
        read_input_output(write(tmp_path / "icio.csv", text))


def test_a_comma_that_parts_thousands_is_read(tmp_path):
    text = ICIO.replace(",", ";").replace("JPN_A;1;2;", "JPN_A;1;1,234.5;")
    flows, _ = read_input_output(write(tmp_path / "icio.csv", text))
    assert flows.filter(supplier="JPN.A", buyer="JPN.C10")["value"].item() == 1234.5

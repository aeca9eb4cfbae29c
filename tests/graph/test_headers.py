"""Tables under the names that people give their columns, in the files that they have."""

from __future__ import annotations

import polars as pl
import pytest
from kanmon.graph import FirmNetwork, ReadError, SchemaError, SupplyGraph
from kanmon.graph.headers import called
from kanmon.graph.schema import SCHEMA
from kanmon.graph.tables import header_of, read_frame

FOLDER = {
    "items.csv": ("品目コード;英語名;日本語名;種類\nmag;Magnet;磁石;component\n", "cp932"),
    "suppliers.tsv": ("供給者\t英語名\t区分\nCHN\tChina\tcountry\n", "utf-16"),
    "Shares.CSV": ("品目,供給国,出典,シェア\nmag,CHN,s,0.9\n", "euc-jp"),
    "sources.txt": ("出典コード|題名|発行元\ns|調査報告|省\n", "utf-8"),
}


def write(folder, files):
    folder.mkdir(exist_ok=True)
    for name, (text, encoding) in files.items():
        (folder / name).write_bytes(text.encode(encoding))
    return folder


def test_a_folder_of_four_encodings_delimiters_and_japanese_headers_is_a_graph(tmp_path):
    graph = SupplyGraph.read(write(tmp_path / "g", FOLDER))
    assert graph.shares.select("item", "supplier", "share").rows() == [("mag", "CHN", 0.9)]
    assert graph.items.select("id", "name_ja", "kind").rows() == [("mag", "磁石", "component")]
    taken = {(note.table, note.column, note.value) for note in graph.notes}
    assert ("shares", "share", "シェア") in taken and len(taken) == 14


def test_what_the_tables_call_their_columns_can_be_said(tmp_path):
    files = {"items.csv": ("SKU,Label,kind\nmag,Magnet,component\n", "utf-8")}
    with pytest.raises(SchemaError):
        SupplyGraph.read(write(tmp_path / "g", files))
    graph = SupplyGraph.read(tmp_path / "g", columns={"id": "SKU", "name_en": "Label"})
    assert graph.items.select("id", "name_en").rows() == [("mag", "Magnet")]


def test_a_table_in_two_files_is_refused(tmp_path):
    files = {"items.csv": ("id\na\n", "utf-8"), "items.tsv": ("id\na\n", "utf-8")}
    with pytest.raises(ReadError) as caught:
        SupplyGraph.read(write(tmp_path / "g", files))
    assert caught.value.message.key == "graph.tables.twice"


def test_a_row_that_is_longer_than_the_header_is_refused_where_cells_could_move(tmp_path):
    (tmp_path / "x.csv").write_text("id,name\na,Bolt, long\n", encoding="utf-8")
    with pytest.raises(ReadError):
        read_frame(tmp_path / "x.csv")
    assert read_frame(tmp_path / "x.csv", ragged=True).row(0) == ("a", "Bolt")


@pytest.mark.parametrize("table", SCHEMA)
def test_own_names_stay_and_a_column_is_taken_once(table):
    names = SCHEMA[table].names
    assert called(names, table) == {}
    found = called(["品目", "品目コード", "ID", "item", "source", "出典", "Note", "備考"], table)
    assert len(set(found.values())) == len(found) and set(found.values()) <= set(names)


def test_a_unit_in_a_header_is_not_dropped():
    assert called(["金額（千円）", "Value [kUSD]"], "flows") == {}


def test_firm_tables_are_files_of_any_kind_under_words_for_their_columns(tmp_path):
    sales, firms = tmp_path / "取引.csv", tmp_path / "企業.tsv"
    sales.write_bytes("仕入先;販売先;取引額\nmine;mill;3\nmill;shop;5\n".encode("cp932"))
    firms.write_bytes("会社コード\t業種\t売上高\nmine\tore\t3\nmill\tmetal\t5\nshop\tretail\t0\n".encode("utf-16"))
    network = FirmNetwork.from_transactions(sales, firms)
    plain = pl.DataFrame({"supplier": ["mine", "mill"], "buyer": ["mill", "shop"], "value": [3.0, 5.0]})
    told = {"firm": ["mine", "mill", "shop"], "sector": ["ore", "metal", "retail"], "revenue": [3.0, 5.0, 0.0]}
    assert network == FirmNetwork.from_transactions(plain, pl.DataFrame(told))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc-jp"])
def test_the_header_of_a_long_file_is_that_of_the_frame(tmp_path, encoding):
    path = tmp_path / "x.csv"
    path.write_bytes(("品番\t品名\t数量\n" + "A-1\t関門のボルト\t3\n" * 9000).encode(encoding))
    assert header_of(path) == read_frame(path).columns == ["品番", "品名", "数量"]

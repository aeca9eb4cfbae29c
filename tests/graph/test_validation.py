"""Validation says everything that is wrong, at once, where it stands, and what was probably meant."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from kanmon.graph import SCHEMA, ReadError, SchemaError, SupplyGraph


def tables(**changes):
    base = {
        "items": [{"id": "magnet", "name_en": "Magnet", "kind": "component"}],
        "inputs": [],
        "suppliers": [
            {"id": "CHN", "name_en": "China", "kind": "country"},
            {"id": "JPN", "name_en": "Japan", "kind": "country"},
        ],
        "shares": [{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.9}],
        "sources": [{"id": "s", "title": "t", "publisher": "p"}],
    }
    return {table: rows for table, rows in (base | changes).items() if len(rows)}


def codes(**changes):
    with pytest.raises(SchemaError) as caught:
        SupplyGraph(**tables(**changes))
    return {(p.code, p.table, p.row, p.column) for p in caught.value.problems}


def share(**changes):
    return {"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.9} | changes


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (share(share=1.2), "out_of_range", "share"),
        (share(share=-0.1), "out_of_range", "share"),
        (share(share="n/a"), "not_a_number", "share"),
        (share(share=float("inf")), "not_finite", "share"),
        (share(supplier=None), "blank", "supplier"),
        (share(supplier="CHM"), "unknown_id", "supplier"),
        (share(item="magnets"), "unknown_id", "item"),
        (share(source="x"), "unknown_id", "source"),
        (share(scope="EU"), "unknown_id", "scope"),
        (share(year=2024.5), "not_a_whole_number", "year"),
        (share(confidence="sure"), "not_allowed", "confidence"),
        (share(share=None, share_low=0.6, share_high=0.5), "range_reversed", "share_low"),
        (share(share=0.5, share_low=0.6), "share_outside_range", "share"),
        (share(note="x" * 40_000), "too_long", "note"),
    ],
)
def test_a_bad_cell_is_named_with_its_row_and_column(row, code, column):
    assert (code, "shares", 1, column) in codes(shares=[share(supplier="JPN", share=0.01), row])


@pytest.mark.parametrize("cell", ["50%", 50, "50"])
def test_a_share_in_percent_is_told_how_to_be_written(cell):
    with pytest.raises(SchemaError) as caught:
        SupplyGraph(**tables(shares=[share(share=cell)]))
    assert "0.5" in caught.value.problems[0].text("en") and "0.5" in caught.value.problems[0].text("ja")
    with pytest.raises(SchemaError) as caught:
        SupplyGraph(**tables(shares=[share(year="x")]))
    assert "0.5" not in caught.value.problems[0].text("en")


def measure(**changes):
    return {"id": "m", "issuer": "CHN", "kind": "export_ban", "source": "s", "item": "magnet"} | changes


@pytest.mark.parametrize("column", ["since", "until", "checked"])
@pytest.mark.parametrize("cell", ["soon", "06/05/2024", "2024", "2024-13-01", "2024-02-30 00:00:00"])
def test_what_is_no_day_is_named_and_not_taken_for_an_unknown_day(column, cell):
    assert ("not_a_date", "measures", 0, column) in codes(measures=[measure(**{column: cell})])


@pytest.mark.parametrize(
    "cell", ["2030-05-06", "2030/5/6", "2030-05-06 00:00:00", "2030-05-06T09:30:00+09:00", datetime(2030, 5, 6, tzinfo=UTC)]
)
def test_a_day_with_its_hour_as_spreadsheets_write_it_is_that_day(cell):
    graph = SupplyGraph(**tables(measures=[measure(since=cell)]))
    assert graph.measures["since"].to_list() == ["2030-05-06"]


def test_a_share_above_one_is_refused_only_beyond_rounding():
    two = [share(share=0.6), share(supplier="JPN", share=0.41)]
    graph = SupplyGraph(**tables(shares=two))
    assert [note.code for note in graph.notes] == ["sum_rounded"]
    assert graph.markets["share_low"].to_list() == [0.6, 0.41]  # as published; figures divide by the sum
    assert graph.markets["attributed"].to_list() == [1.0, 1.0]
    assert graph.network().low.sum() == pytest.approx(1)
    assert ("sum_above_one", "shares", None, "share") in codes(shares=[share(share=0.7), share(supplier="JPN", share=0.6)])


def test_quantities_of_one_view_must_fit_their_total_and_unit():
    world = {"id": "WORLD", "name_en": "World", "kind": "aggregate"}
    suppliers = [*tables()["suppliers"], world]
    rows = [share(share=None, quantity=9.0, unit="t"), share(supplier="WORLD", share=None, quantity=5.0, unit="t")]
    assert ("quantity_above_total", "shares", None, "quantity") in codes(suppliers=suppliers, shares=rows)
    rows[1]["unit"] = "kt"
    assert ("mixed_units", "shares", None, "unit") in codes(suppliers=suppliers, shares=rows)


def test_an_aggregate_is_never_a_supplier():
    suppliers = [*tables()["suppliers"], {"id": "OTHER", "name_en": "Other", "kind": "aggregate"}]
    found = codes(suppliers=suppliers, shares=[share(supplier="OTHER", share=0.1)])
    assert ("aggregate_share", "shares", 0, "supplier") in found


def test_duplicates_name_both_rows():
    with pytest.raises(SchemaError) as caught:
        SupplyGraph(**tables(items=tables()["items"] * 2, shares=[share(), share()]))
    said = {p.code: p for p in caught.value.problems}
    assert said["duplicate_id"].row == 1
    assert said["duplicate_id"].details["first"] == 0
    assert said["duplicate_row"].row == 1


def test_an_id_cannot_name_an_item_and_a_supplier():
    items = [*tables()["items"], {"id": "CHN", "name_en": "x", "kind": "item"}]
    assert {"item_and_supplier", "not_allowed"} <= {code for code, *_ in codes(items=items)}


def test_a_cycle_is_allowed_but_said():
    items = [{"id": i, "name_en": i, "kind": "material"} for i in "ab"] + tables()["items"]
    inputs = [{"item": a, "input": b, "source": "s"} for a, b in ("ab", "ba")]
    assert [note.code for note in SupplyGraph(**tables(items=items, inputs=inputs)).notes] == ["cycle"]


def test_all_problems_of_all_tables_come_together_in_both_languages():
    with pytest.raises(SchemaError) as caught:
        SupplyGraph(**tables(items=[{"id": "magnet", "kind": "componnt"}], shares=[share(share=2.0), share(supplier="JP")]))
    english, japanese = str(caught.value), caught.value.text("ja")
    assert "Did you mean 'component'?" in english
    assert "Did you mean 'JPN'?" in english
    assert "もしかして" in japanese
    assert len(english.splitlines()) == len(japanese.splitlines()) == len(caught.value.problems) + 1


def test_problems_of_one_kind_are_located_up_to_a_limit_and_then_counted():
    rows = [share(supplier="JPN", year=1900 + i, share=2.0) for i in range(150)]
    with pytest.raises(SchemaError) as caught:
        SupplyGraph(**tables(shares=rows))
    said = [p for p in caught.value.problems if p.column == "share"]
    assert [p.code for p in said].count("out_of_range") == 100
    assert next(p for p in said if p.code == "more").details["count"] == 50


def test_markup_and_control_characters_are_data_not_trouble():
    graph = SupplyGraph(**tables(items=[{"id": "magnet", "name_en": "<b>\x1b[31mx</b>\u202e", "kind": "component"}]))
    assert graph.item("magnet")["name_en"] == "<b>[31mx</b>"
    assert "control_characters" in {note.code for note in graph.notes}


def test_a_million_rows_are_checked_and_kept(tmp_path):
    n = 1_000_000
    years = np.arange(n) % 200 + 1900
    frame = pl.DataFrame(
        {"item": ["magnet"] * n, "supplier": ["CHN"] * n, "source": ["s"] * n, "year": years, "measure": np.arange(n) // 200}
    )
    graph = SupplyGraph(**tables(shares=frame))
    assert graph.shares.height == n


def test_unknown_columns_and_missing_ones_are_said():
    found = codes(items=[{"id": "magnet", "name": "Magnet", "kind": "component"}])
    assert {("unknown_column", "items", None, "name"), ("missing_column", "items", None, "name_en")} <= found


def test_every_column_is_described_in_both_languages():
    for table in SCHEMA.values():
        for column in table.columns:
            assert column.description["en"]
            assert column.description["ja"]


def test_a_row_number_is_the_one_seen_in_the_file(tmp_path):
    SupplyGraph(**tables()).write(tmp_path / "a")
    path = tmp_path / "a" / "shares.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.9", "1.2"), encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        SupplyGraph.read(tmp_path / "a")
    assert caught.value.problems[0].row == 2


def test_errors_survive_pickling():
    import pickle

    with pytest.raises(SchemaError) as caught:
        SupplyGraph(**tables(shares=[share(share=2)]))
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert isinstance(again, ValueError)
    assert isinstance(pickle.loads(pickle.dumps(ReadError("graph.tables.empty", path="x"))), OSError)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10121", "010121"),
        ("2504|10121|250410", "2504|010121|250410"),
        ("10121|20110|30111", "010121|020110|030111"),
        ("101", "0101"),
        ("850511", "850511"),
        ("8505.11", "8505.11"),
        (None, None),
    ],
)
def test_a_code_of_goods_that_lost_its_zero_in_a_spreadsheet_gets_it_back_and_that_is_said(written, read):
    graph = SupplyGraph(items=[{"id": "a", "name_en": "A", "kind": "mineral", "hs6": written}])
    assert graph.items["hs6"].item() == read
    said = [(note.code, note.table, note.row, note.column, note.value, note.details["mended"]) for note in graph.notes]
    assert said == ([("code_restored", "items", 0, "hs6", written, read)] if written != read else [])

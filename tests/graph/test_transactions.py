"""A firm network keeps every sale, whatever the ids, the order of rows and the kind of frame, and says what it assumed."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from kanmon.graph import FirmNetwork, InputError, ReadError, UnknownIdError

SALES = pl.DataFrame({"supplier": ["c", "a", "b", "a"], "buyer": ["a", "b", "c", "c"], "value": [4.0, 1.0, 2.0, 3.0]})
FIRMS = pl.DataFrame({"firm": ["b", "c", "a"], "sector": ["metal", "ore", "metal"]})
ROLES = pl.DataFrame(
    {
        "supplier_sector": ["ore", "metal", "metal"],
        "buyer_sector": ["metal", "ore", "metal"],
        "role": ["essential", "non_essential", "none"],
    }
)


def links(network):
    firms = network.firms
    return sorted(
        (firms[int(i)], firms[int(j)], float(v), int(r))
        for i, j, v, r in zip(network.suppliers, network.buyers, network.values, network.roles, strict=True)
    )


def notes(network):
    return [note.key.removeprefix("graph.transactions.note_") for note in network.notes]


def test_links_and_roles_are_those_of_the_tables():
    network = FirmNetwork.from_transactions(SALES, FIRMS, ROLES)
    assert links(network) == [("a", "b", 1.0, 0), ("a", "c", 3.0, 1), ("b", "c", 2.0, 1), ("c", "a", 4.0, 2)]
    assert network.firms.to_list() == ["b", "c", "a"]
    assert not network.notes


@pytest.mark.parametrize("convert", [pl.DataFrame.lazy, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow, "parquet", "csv"])
def test_every_kind_of_table_gives_the_same_network(convert, tmp_path):
    tables = []
    for name, table in (("sales", SALES), ("firms", FIRMS), ("roles", ROLES)):
        if isinstance(convert, str):
            path = tmp_path / f"{name}.{convert}"
            getattr(table, f"write_{convert}")(path)
            tables.append(path)
        else:
            tables.append(convert(table))
    assert FirmNetwork.from_transactions(*tables) == FirmNetwork.from_transactions(SALES, FIRMS, ROLES)


def test_rows_may_come_in_any_order():
    shuffled = [table.sample(fraction=1, shuffle=True, seed=3) for table in (SALES, ROLES)]
    network = FirmNetwork.from_transactions(shuffled[0], FIRMS, shuffled[1])
    assert network == FirmNetwork.from_transactions(SALES, FIRMS, ROLES)


def test_whole_numbers_and_their_text_are_the_same_firm():
    firms = pd.DataFrame({"firm": [30, 10, 20], "sector": [1, np.nan, 2]})
    sales = pl.DataFrame({"supplier": ["10", "20"], "buyer": ["20", "30"], "value": [1, 2]})
    network = FirmNetwork.from_transactions(sales, firms)
    assert network.firms.to_list() == [30, 10, 20]
    assert [x[:2] for x in links(network)] == [(10, 20), (20, 30)]
    assert network.sectors.to_list() == ["1", "2", None]
    assert network.positions([20]).tolist() == network.positions(["20"]).tolist() == [2]


def test_categorical_and_large_string_ids_are_text():
    supplier, buyer = pa.array(["a"]).dictionary_encode(), pa.array(["b"], pa.large_string())
    firms = FIRMS.with_columns(pl.col("firm").cast(pl.Categorical))
    network = FirmNetwork.from_transactions(pa.table({"supplier": supplier, "buyer": buyer, "value": [1]}), firms)
    assert links(network)[0][:2] == ("a", "b")


def test_what_is_assumed_is_said():
    sales = pl.concat([SALES, SALES[:1], pl.DataFrame({"supplier": ["a", "b"], "buyer": ["a", "a"], "value": [5.0, 0.0]})])
    firms = pl.concat([FIRMS, pl.DataFrame({"firm": ["d"], "sector": [None]}, schema=FIRMS.schema)])
    network = FirmNetwork.from_transactions(sales, firms, ROLES[1:], unlisted="non_essential")
    assert notes(network) == ["zero", "duplicates", "self", "no_sector", "isolated", "unlisted"]
    assert ("c", "a", 8.0, 1) in links(network)
    text = [note.text("en") for note in network.notes][-1]
    assert text == "1 pair(s) of sectors that trade (1 link(s)) are not in the role table, for example ore → metal; " + (
        "they count as non_essential."
    )
    assert all(note.text("ja") != note.text("en") for note in network.notes)


def test_unknown_revenue_and_costs_are_said_only_where_they_matter():
    firms = FIRMS.with_columns(revenue=pl.Series([None, 9.0, 9.0]), costs=pl.Series([2.0, 0.0, 5.0]))
    assert notes(FirmNetwork.from_transactions(SALES, firms, ROLES)) == ["revenue", "costs"]
    only_sells = pl.DataFrame({"supplier": ["a"], "buyer": ["b"], "value": [1.0]})
    firms = FIRMS.with_columns(revenue=pl.Series([None, None, 9.0]))
    assert notes(FirmNetwork.from_transactions(only_sells, firms, ROLES)) == ["isolated"]


def test_a_firm_without_sector_shares_it_with_nobody():
    firms = FIRMS.with_columns(sector=pl.lit(None, pl.String))
    network = FirmNetwork.from_transactions(SALES, firms)
    assert sorted(network.sector_of) == [0, 1, 2]


def test_saved_networks_open_mapped_and_travel_as_their_path(tmp_path):
    network = FirmNetwork.from_transactions(SALES, FIRMS[:, :2], ROLES[:1])
    saved = network.save(tmp_path / "net")
    assert saved == network
    assert [note.text("ja") for note in saved.notes] == [note.text("ja") for note in network.notes]
    assert isinstance(saved.values, np.memmap)
    assert saved.save(tmp_path / "net") is saved
    assert len(pickle.dumps(saved)) < 300
    assert pickle.loads(pickle.dumps(saved)) == pickle.loads(pickle.dumps(network)) == network
    with pytest.raises(ValueError, match="read-only"):
        network.values[0] = 1


def test_a_folder_that_is_no_network_is_refused(tmp_path):
    with pytest.raises(ReadError, match="holds no saved network"):
        FirmNetwork.open(tmp_path)


def test_columns_of_other_names_go_in_by_a_mapping():
    called = {
        "supplier": "販売元", "buyer": "Käufer", "value": "売上高 (百万円)", "firm": "ID", "sector": "業種",
        "supplier_sector": "from", "buyer_sector": "to", "role": "kind",
    }  # fmt: skip
    tables = [
        table.rename({name: called[name] for name in table.columns if name in called}) for table in (SALES, FIRMS, ROLES)
    ]
    assert FirmNetwork.from_transactions(*tables, columns=called) == FirmNetwork.from_transactions(SALES, FIRMS, ROLES)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"])
def test_files_of_japanese_offices(tmp_path, encoding):
    paths = []
    for name, table in (("sales", SALES), ("firms", FIRMS)):
        paths.append(tmp_path / f"{name}.csv")
        text = table.rename({"value": "取引額", "sector": "業種"}, strict=False).write_csv()
        paths[-1].write_bytes(text.encode(encoding))
    network = FirmNetwork.from_transactions(*paths, columns={"value": "取引額", "sector": "業種"})
    assert len(network.buyers) == len(FirmNetwork.from_transactions(SALES, FIRMS).buyers)


def test_a_mapping_wins_over_a_column_that_happens_to_have_the_name():
    other = SALES.rename({"value": "amount"}).with_columns(value=pl.lit("a remark"))
    network = FirmNetwork.from_transactions(other, FIRMS, ROLES, columns={"value": "amount"})
    assert network == FirmNetwork.from_transactions(SALES, FIRMS, ROLES)


def test_rows_and_columns_make_the_network_that_frames_make():
    whole = FirmNetwork.from_transactions(SALES, FIRMS, ROLES)
    assert FirmNetwork.from_transactions(SALES.to_dicts(), FIRMS.to_dicts(), ROLES.to_dicts()) == whole
    columns = [table.to_dict(as_series=False) for table in (SALES, FIRMS, ROLES)]
    assert FirmNetwork.from_transactions(*columns) == whole


@pytest.mark.parametrize(
    ("columns", "key", "words"),
    [
        ({"suplier": "x"}, "mapping", ["suplier", "'supplier'"]),
        ({"value": "betrag"}, "columns", ["betrag", "columns="]),
    ],
)
def test_a_mapping_that_fits_nothing_is_said(columns, key, words):
    with pytest.raises(InputError) as caught:
        FirmNetwork.from_transactions(SALES, FIRMS, ROLES, columns=columns)
    assert caught.value.message.key == f"graph.transactions.{key}"
    assert all(word in caught.value.text("en") for word in words)
    assert caught.value.text("ja") != caught.value.text("en")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"transactions": SALES.drop("value")}, "columns"),
        ({"transactions": 3}, "unreadable"),
        ({"transactions": SALES.with_columns(value=-pl.col("value"))}, "amount"),
        ({"transactions": SALES.with_columns(value=pl.lit(float("nan")))}, "amount"),
        ({"transactions": SALES.with_columns(value=pl.lit(float("inf")))}, "amount"),
        ({"transactions": SALES.with_columns(value=pl.lit("many"))}, "amount"),
        ({"transactions": SALES.with_columns(value=pl.date(2024, 1, 1))}, "amount"),
        ({"transactions": SALES.with_columns(value=pl.lit("many").cast(pl.Categorical))}, "amount"),
        ({"transactions": SALES.to_pandas()[:0]}, "empty"),
        ({"transactions": SALES.with_columns(value=pl.lit(1e308))}, "overflow"),
        ({"transactions": SALES.with_columns(buyer=pl.lit(None, pl.String))}, "blank"),
        ({"transactions": SALES.with_columns(buyer=pl.lit(1.5))}, "ids"),
        ({"transactions": SALES[:0]}, "empty"),
        ({"transactions": SALES.with_columns(value=pl.lit(0.0))}, "empty"),
        ({"firms": FIRMS[:0]}, "no_firms"),
        ({"firms": pl.concat([FIRMS, FIRMS[:1]])}, "repeated_firm"),
        ({"roles": ROLES.with_columns(role=pl.lit("esential"))}, "role"),
        ({"roles": pl.concat([ROLES, ROLES[:1].with_columns(role=pl.lit("none"))])}, "repeated_role"),
        ({"unlisted": "some"}, "unlisted"),
    ],
)
def test_bad_input_is_named(change, key):
    arguments = {"transactions": SALES, "firms": FIRMS, "roles": ROLES, **change}
    with pytest.raises(InputError) as caught:
        FirmNetwork.from_transactions(**arguments)
    assert caught.value.message.key == f"graph.transactions.{key}"
    assert caught.value.text("ja") != caught.value.text("en")


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Decimal(10, 2), pl.Int16])
def test_an_amount_is_the_number_that_stands_there_whatever_holds_it(kind):
    words = pl.Series(["40", "10", "20", "30"])
    sales = SALES.with_columns(value=words.cast(kind))
    network = FirmNetwork.from_transactions(sales, FIRMS, ROLES)
    assert links(network) == [("a", "b", 10.0, 0), ("a", "c", 30.0, 1), ("b", "c", 20.0, 1), ("c", "a", 40.0, 2)]


def test_unknown_firms_come_with_the_nearest():
    firms = FIRMS.with_columns(firm=pl.Series(["Acme", "Bolt", "Coil"]))
    with pytest.raises(UnknownIdError, match="Did you mean 'Acme'"):
        FirmNetwork.from_transactions(pl.DataFrame({"supplier": ["Acne"], "buyer": ["Bolt"], "value": [1.0]}), firms)


def test_missing_files_are_read_errors(tmp_path):
    with pytest.raises(ReadError, match="none.csv"):
        FirmNetwork.from_transactions(tmp_path / "none.csv", FIRMS)


@pytest.mark.parametrize("name", ["\ud800", "A\udcff", None, 5])
def test_what_names_no_firm_is_said_whatever_it_is(name):
    sales = pl.DataFrame({"supplier": ["Acme"], "buyer": ["Bolt"], "value": [1.0]})
    network = FirmNetwork.from_transactions(sales, pl.DataFrame({"firm": ["Acme", "Bolt"], "sector": ["x", "x"]}))
    with pytest.raises(UnknownIdError):
        network.positions([name])

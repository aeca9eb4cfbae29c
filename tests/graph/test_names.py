"""The texts of a network's nodes: numbered once, the same for the network and for every section of it."""

import pickle

import numpy as np
import polars as pl
import pytest
from kanmon.datasets import load
from kanmon.graph import UnknownIdError
from kanmon.graph.names import Names
from kanmon.graph.sections import section, seen_section

TABLE = pl.DataFrame(
    {"item": ["gear", "seal", "gear", "", "seal"], "supplier": ["X", None, "", "X", "Y"]},
    schema={"item": pl.String, "supplier": pl.String},
)


@pytest.fixture(scope="module")
def network():
    return load("world").network(None, buyer="JPN")


@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4], [4, 2], [1], []])
@pytest.mark.parametrize("column", ["item", "supplier"])
def test_numbers_tell_the_texts_of_the_rows_and_blanks_have_none(rows, column):
    whole = Names(TABLE)
    part = whole[np.array(rows, np.int64)]
    for some in (part, part.apart()):
        texts = [None if code < 0 else some.texts(column, np.array([code]))[0] for code in some.codes(column)]
        assert texts == TABLE[column].gather(rows).to_list() == some.frame[column].to_list()
    assert all(part.code(column, text) == whole.code(column, text) for text in TABLE[column].drop_nulls())


def test_a_text_that_the_table_does_not_have_is_that_of_no_row_not_even_of_a_blank_one():
    names = Names(TABLE)
    assert not (names.codes("supplier") == names.code("supplier", "Z")).any()
    assert not len(names.grouped("supplier", np.arange(5), np.arange(5))["Z"])


@pytest.mark.parametrize("column", ["item", "supplier"])
def test_values_are_grouped_by_the_text_of_their_row_each_once(column):
    rng = np.random.default_rng(7)
    rows, values = np.sort(rng.integers(0, 5, 40)), np.sort(rng.integers(0, 9, 40))
    grouped = Names(TABLE).grouped(column, rows, values)
    for text in {*TABLE[column].drop_nulls(), "Z"}:
        told = [value for row, value in zip(rows, values, strict=True) if TABLE[column][int(row)] == text]
        assert grouped[text].tolist() == list(dict.fromkeys(told))


def test_rows_of_rows_are_those_of_the_whole():
    part = Names(TABLE)[np.array([4, 2, 0])][np.array([2, 0])]
    assert part.frame["item"].to_list() == part.texts("item", part.codes("item")) == ["gear", "seal"]
    assert part.apart().frame["supplier"].to_list() == ["X", "Y"]


def test_one_value_of_several_texts_is_each_ones():
    grouped = Names(TABLE).grouped("item", np.array([0, 1, 2, 3]), np.array([5, 5, 5, 5]))
    assert [grouped[text].tolist() for text in ("gear", "seal", "")] == [[5], [5], [5]]


def test_a_section_names_its_nodes_as_the_whole_does_and_copies_no_table_for_that(network):
    hit = (network.nodes["item"] == "ndfeb_magnet").to_numpy()
    part = section(network, hit, ["ev_traction_motor"])
    assert 0 < len(part.kind) < len(network.kind)
    names = {item: network.names.code("item", item) for item in part.items}
    assert {item: part.names.code("item", item) for item in part.items} == names
    assert part.market("ndfeb_magnet") >= 0 and "frame" not in vars(part.names)
    assert part.nodes["item"].to_list() == part.names.texts("item", part.names.codes("item"))


def test_a_section_that_stands_alone_or_is_sent_elsewhere_takes_only_its_own_rows_along(network):
    part = section(network, (network.nodes["item"] == "ndfeb_magnet").to_numpy())
    sent = pickle.loads(pickle.dumps(part))
    assert sent.nodes.equals(part.nodes) and sent.items == part.items and sent.markets == part.markets
    assert len(pickle.dumps(part.names)) < len(pickle.dumps(network.names)) / 2
    alone = seen_section(network)
    assert alone.nodes.height == len(alone.kind) and set(alone.items) == set(network.items)


def test_an_item_that_a_network_does_not_have_is_told_beside_the_nearest_that_it_has(network):
    with pytest.raises(UnknownIdError, match="ndfeb_magnet"):
        network.market("ndfeb_magnett")

"""Pages of Parquet files are looked over before a reader trusts their counts."""

import io
import random

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kanmon.graph import ReadError
from kanmon.graph.parquet import damage
from kanmon.graph.tables import read_frame, scan_parquet

ROWS = {"a": list(range(900)), "b": [f"x{i % 7}" for i in range(900)], "c": [None, 1.5, 2.0] * 300}


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_nothing_is_held_against_files_of_another_writer(compression, version, dictionary):
    stream = io.BytesIO()
    table = pa.table({**ROWS, "lists": [[1, 2], [], None] * 300, "nothing": pa.array([None] * 900, pa.string())})
    pq.write_table(
        table, stream, compression=compression, data_page_version=version, use_dictionary=dictionary, row_group_size=250
    )
    assert damage(stream.getvalue()) is None


@pytest.mark.parametrize("rows", [ROWS, {"a": []}, {"a": [None]}])
def test_nothing_is_held_against_our_own(rows):
    stream = io.BytesIO()
    pl.DataFrame(rows).write_parquet(stream, row_group_size=200)
    assert damage(stream.getvalue()) is None


def first_page(data):
    """Where the count of values of the first page stands: after its kind, two sizes and the start of its own head."""
    at = data.index(b"\x15", 4)
    assert at == 4, "the first page follows the magic word"
    for _ in range(3):  # fields of one varint each
        at += 1
        while data[at] & 0x80:
            at += 1
        at += 1
    return at + 2


def test_a_page_that_counts_below_zero_or_beyond_its_column_is_refused_and_no_memory_is_asked_for(tmp_path):
    stream = io.BytesIO()
    pq.write_table(pa.table({"a": ROWS["a"][:30]}), stream, compression="none", use_dictionary=False, write_statistics=False)
    data = bytearray(stream.getvalue())
    at = first_page(data)
    assert data[at] == 60, "thirty values, as a zigzag number"
    for wrong in (61, 126):  # -31 and 63
        data[at] = wrong
        assert damage(bytes(data)) == "the number of values of a page"
        file = tmp_path / "shares.parquet"
        file.write_bytes(data)
        for reader in (read_frame, scan_parquet):
            with pytest.raises(ReadError, match=r"shares\.parquet"):
                reader(file)


def test_damage_anywhere_is_told_or_left_to_the_reader():
    stream = io.BytesIO()
    pl.DataFrame(ROWS).write_parquet(stream)
    data, rng = stream.getvalue(), random.Random(1)
    told = 0
    for _ in range(3000):
        torn = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            torn[rng.randrange(len(torn))] = rng.randrange(256)
        told += damage(bytes(torn)) is not None
    assert told > 30
    for end in range(0, len(data), 97):
        damage(data[:end])  # a file that ends early is no error of its own

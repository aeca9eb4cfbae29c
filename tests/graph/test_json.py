"""JSON of a stranger is of a bounded size and one meaning; anything else is refused with the file."""

from __future__ import annotations

import pytest
from kanmon.graph import InputError, KanmonError, ReadError
from kanmon.graph.json import SIZE, read_json


def read(folder, data, **limit):
    path = folder / "card.json"
    path.write_bytes(data)
    return read_json(path, **limit)


def test_values_are_as_they_are_written(tmp_path):
    assert read(tmp_path, b'\xef\xbb\xbf{"a": [1, 0.5, null, true, "\xe9\x96\xa2"]}') == {
        "a": [1, 0.5, None, True, "\u95a2"]
    }


@pytest.mark.parametrize("data", [b"{", b"{} {}", b"[" * 200_000, b'"\xff"', "{}".encode("utf-16"), b"9" * 5000, b"a: b"])
def test_what_is_no_json_is_refused_in_both_languages(tmp_path, data):
    with pytest.raises(ReadError, match="card.json") as caught:
        read(tmp_path, data)
    assert caught.value.message.key == "graph.tables.no_json"
    assert caught.value.text("en") != caught.value.text("ja")


@pytest.mark.parametrize("element", [b"[],", b"{},", b'{"a":1},'])
def test_a_small_file_that_is_large_in_memory_is_refused_before_it_is_unpacked(tmp_path, element):
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="values"):
        read(tmp_path, b"[" + element * 4_000_000 + b"0]", values=4_000_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # KiB; unpacked it is above 700,000


def test_a_file_without_end_is_refused_by_its_size_alone(tmp_path):
    path = tmp_path / "card.json"
    with path.open("wb") as stream:
        stream.truncate(SIZE + 1)  # takes no room on the disk
    with pytest.raises(InputError, match="512 MiB"):
        read_json(path)


def test_a_name_that_is_said_twice_has_no_one_meaning(tmp_path):
    with pytest.raises(InputError, match="'days' twice"):
        read(tmp_path, b'{"days": 30, "more": {"days": 1}, "days": 3650}')


def test_a_missing_and_an_empty_file_are_said(tmp_path):
    for data in (b"", b" \n"):
        with pytest.raises(KanmonError, match="empty"):
            read(tmp_path, data)
    with pytest.raises(ReadError, match="card"):
        read_json(tmp_path / "cards.json")

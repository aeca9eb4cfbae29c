"""YAML of a person is plain values of a bounded size; anything else is refused with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kanmon.graph import InputError, KanmonError, ReadError
from kanmon.graph.yaml import DEPTH, read_yaml


def read(folder, text):
    path = folder / "scenario.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_yaml(path)


def test_dates_are_text_and_numbers_are_numbers(tmp_path):
    found = read(tmp_path, "a: 2001-13-01\nb: 2026-01-13\nc: 3\nd: 0.5\ne: true\nf:\ng: 関門\n")
    assert found == {"a": "2001-13-01", "b": "2026-01-13", "c": 3, "d": 0.5, "e": True, "f": None, "g": "関門"}


@pytest.mark.parametrize(
    "text",
    [
        "a: !!float x",
        "a: !!int x",
        "a: !!python/object/apply:os.system [ls]",
        "a: !!timestamp 2001-13-01",
        "a: !!binary '*'",
        "a: [",
        "? [a]\n: b",
        "\t- a",
        "a: !!set {a, b}\n{}: {}: x",
        b"a: \xff\xfe\x00",
        "a: &x [*x]",
        "",
    ],
)
def test_what_is_no_plain_value_is_refused(tmp_path, text):
    with pytest.raises((ReadError, InputError)) as caught:
        read(tmp_path, text)
    assert caught.value.text("en") != caught.value.text("ja")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
@pytest.mark.parametrize("depth", [DEPTH + 2, 5000])
def test_depth_is_bounded_and_its_line_is_said(tmp_path, opening, depth):
    with pytest.raises(InputError, match=r"Line 1: .* 40 levels"):
        read(tmp_path, opening * depth)


def test_references_that_multiply_are_refused(tmp_path):
    laughs = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(InputError, match="Line 2"):
        read(tmp_path, laughs)


def test_size_is_bounded(tmp_path):
    with pytest.raises(InputError, match="4 MiB"):
        read(tmp_path, "a: " + "x" * 2**22)


@given(text=st.text(st.sampled_from("ab: -[]{}&*!|>\"'\n\t#?%@,1.e2026")))
def test_any_text_is_a_value_or_an_error(tmp_path_factory, text):
    try:
        read(tmp_path_factory.getbasetemp(), text)
    except KanmonError as error:
        assert error.text("en")

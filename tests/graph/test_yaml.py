"""YAML of a person is plain values of a bounded size; anything else is refused with its line."""

from __future__ import annotations

import importlib.util
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from kanmon.graph import InputError, KanmonError, ReadError
from kanmon.graph import yaml as of_kanmon
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


@pytest.mark.parametrize(
    "word", ["00123", "010", "12:30", "1:10:10", "0x1F", "0b1", "1_000", "NO", "on", "yes", "y", "2026-01-13", "1.2.3"]
)
def test_a_number_of_a_part_or_a_code_is_text_without_quotes(tmp_path, word):
    assert read(tmp_path, f"parts: {{{word}: {word}}}\nlist:\n- {word}") == {"parts": {word: word}, "list": [word]}


def test_a_name_in_front_of_a_value_is_text_as_it_is_written(tmp_path):
    assert read(tmp_path, "1001: a\n1.50: b\ntrue: c\n2e3: d") == {"1001": "a", "1.50": "b", "true": "c", "2e3": "d"}


def test_figures_are_numbers_in_every_usual_form(tmp_path):
    found = read(tmp_path, "[0, -3, +4, 0.25, .5, 5., 1e3, 1.5E-2, .inf, -.INF, true, FALSE, ~, null]")
    assert found == [0, -3, 4, 0.25, 0.5, 5.0, 1e3, 0.015, float("inf"), float("-inf"), True, False, None, None]


def test_a_setting_that_stands_twice_is_refused_with_its_line_and_none_is_dropped(tmp_path):
    with pytest.raises(InputError, match=r"Line 3: 'parts' stands twice"):
        read(tmp_path, "parts:\n  A: {world_item: x}\nparts:\n  B: {world_item: y}\n")


def test_a_broken_file_is_told_with_the_line(tmp_path):
    with pytest.raises(ReadError, match=r"line 3: .*mapping values"):
        read(tmp_path, "sheets:\n  BOM:\n    kind: bom: x\n")


def test_what_takes_long_to_work_out_is_text(tmp_path):
    assert len(read(tmp_path, "a: 1" + ":10" * 300_000)["a"]) == 900_001
    with pytest.raises(ReadError):
        read(tmp_path, "a: !!int 1" + ":10" * 300_000)


def test_many_small_values_are_refused_before_they_take_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(of_kanmon, "VALUES", 1000)
    assert len(read(tmp_path, f"a: [{'x, ' * 997}]")["a"]) == 997
    with pytest.raises(InputError, match="1,000 values") as caught:
        read(tmp_path, f"a: [{'x, ' * 998}]")
    assert "1,000" in caught.value.text("ja")


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-1.7"])
def test_a_workbook_in_the_place_of_settings_is_told_to_be_one(tmp_path, start):
    with pytest.raises(ReadError, match="is a workbook or another file that is not text") as caught:
        read(tmp_path, start + bytes(range(256)))
    assert "YAML" in caught.value.text("ja")


@pytest.fixture(scope="module")
def in_python():
    """The same module where the library has no libyaml."""
    spec = importlib.util.spec_from_file_location("kanmon.graph.yaml_in_python", of_kanmon.__file__)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        spec.loader.exec_module(module)
    yield module
    sys.modules.pop(spec.name, None)


def outcome(reader, path):
    try:
        return reader(path)
    except InputError as error:  # ours: what is wrong is said with its line
        return error.message
    except ReadError as error:  # of the library, which words its reasons in its own way
        return error.message.key, error.message.values.get("line")


TEXTS = [
    "parts:\n  A: {world_item: x}\nparts:\n  B: 1\n",
    "a: &a [x, x]\nb: [*a, *a]\n",
    "a: !!python/object/apply:os.system [ls]",
    "sheets:\n  BOM:\n    kind: bom: x\n",
    "\t- a",
    "a: [",
    "? [a]\n: b",
    "a: |\n  text\n  more\nb: 'x''y'\nc: \"\\u95a2\"\n",
    "- 1\n- {a: 2, b: [3, ~]}\n-\n",
    "--- a\n--- b\n",
    "a: \x01",
    "\ufeffa: 1",
    "[" * 50,
    "a: 1\n b: 2",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_with_and_without_libyaml_a_text_is_the_same_value_or_the_same_error_at_the_same_line(tmp_path, in_python, text):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    assert outcome(read_yaml, path) == outcome(in_python.read_yaml, path)


@given(text=st.text(st.sampled_from("ab: -[]{}|>\"'\n#?,1.e"), max_size=60))
def test_with_and_without_libyaml_what_is_read_is_the_same(tmp_path_factory, in_python, text):
    path = tmp_path_factory.getbasetemp() / "both.yaml"
    path.write_text(text, encoding="utf-8")
    found = [outcome(reader, path) for reader in (read_yaml, in_python.read_yaml)]
    if not any(isinstance(each, tuple) for each in found):  # the two are not of one mind on what is no YAML
        assert repr(found[0]) == repr(found[1])

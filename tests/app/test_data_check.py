"""``kanmon data check`` and ``kanmon data list`` as a person meets them."""

import json

import pytest
from kanmon.app.cli import main
from kanmon.datasets.inspection import KINDS


def run(capsys, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["kanmon", "data", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit:
        main()
    return exit.value.code, capsys.readouterr().out


@pytest.mark.parametrize(("lang", "words"), [("en", "No supplier is named"), ("ja", "供給者の名前がない")])
def test_it_prints_the_list_in_both_languages(capsys, monkeypatch, lang, words):
    code, out = run(capsys, monkeypatch, "check", "mlcc", "--lang", lang)
    assert code == 0
    assert words in out


def test_json_counts_every_kind_and_files_are_written(capsys, monkeypatch, tmp_path):
    code, out = run(capsys, monkeypatch, "check", "mlcc", "--json", "--out", tmp_path / "o")
    found = json.loads(out)
    assert (code, set(found["counts"])) == (0, set(KINDS))
    assert sum(found["counts"].values()) == len(found["findings"])
    assert {file.name for file in (tmp_path / "o").glob("[!.]*")} == {"check.csv", "sources.csv"}


def test_the_list_shows_every_bundled_set_with_its_age(capsys, monkeypatch):
    code, out = run(capsys, monkeypatch, "list", "--lang", "en")
    assert code == 0
    for words in ("technologies", "guideline", "critical_products", "measures", "2026-07-31"):
        assert words in out


def test_a_reference_set_is_shown_with_its_tables_and_sources(capsys, monkeypatch):
    code, out = run(capsys, monkeypatch, "show", "measures", "--lang", "en")
    assert code == 0
    assert "country_groups: " in out
    assert "S_GRPA" in out
    assert run(capsys, monkeypatch, "show", "technologies", "--lang", "ja")[0] == 0
    assert run(capsys, monkeypatch, "show", "measurs")[0] == 2

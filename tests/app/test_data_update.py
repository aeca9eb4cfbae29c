"""``kanmon data update``: a folder of one's own that merges over the bundled data."""

import json
from pathlib import Path

import kanmon as kn
import polars as pl
import pytest
from kanmon.app.cli import main
from kanmon.app.console import open_graph
from kanmon.graph import ReadError, SupplyGraph

MCS2026 = Path(__file__).parents[1] / "data" / "releases" / "MCS2026_excerpt.csv"


def run(capsys, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["kanmon", "data", "update", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit:
        main()
    return exit.value.code, *capsys.readouterr()


@pytest.mark.parametrize(("lang", "words"), [("en", "Not taken"), ("ja", "取り込まなかった")])
def test_it_says_what_was_read_what_changed_and_what_was_not_taken(capsys, monkeypatch, tmp_path, lang, words):
    code, out, error = run(capsys, monkeypatch, MCS2026, "--into", tmp_path / "mine", "--lang", lang)
    assert (code, error.strip()) == (0, "")
    assert "USGS_MCS2026_READ" in out
    assert words in out
    assert {"shares.csv", "changes.csv", "set_aside.csv", "sources.csv"} <= {f.name for f in (tmp_path / "mine").iterdir()}


def test_the_folder_merges_over_the_bundled_data(capsys, monkeypatch, tmp_path):
    folder = tmp_path / "mine"
    code, out, _ = run(capsys, monkeypatch, MCS2026, "--into", folder, "--json")
    assert (code, set(json.loads(out)["changes"])) == (0, {"same"})
    over = open_graph(f"world+{folder}")
    assert over.shares.height == kn.load().shares.height + SupplyGraph.read(folder).shares.height
    assert over.items.select("id", "name_ja").equals(kn.load().items.select("id", "name_ja"))
    assert open_graph(f"mlcc+{folder}").items.height > kn.load("mlcc").items.height


def test_the_bundled_view_stays_preferred_where_the_release_says_the_same(tmp_path, capsys, monkeypatch):
    run(capsys, monkeypatch, MCS2026, "--into", tmp_path / "mine")
    best = open_graph(f"world+{tmp_path / 'mine'}").markets.filter(pl.col("preferred"), item="gallium_primary")
    assert "USGS_MCS2026" in set(best["source"]) and not {key for key in best["source"] if key.startswith("mine")}


def test_a_wrong_folder_or_file_is_an_error_of_two(capsys, monkeypatch, tmp_path):
    for arguments in ((tmp_path / "none.csv", "--into", tmp_path / "a"), (__file__, "--into", tmp_path / "b")):
        code, _, error = run(capsys, monkeypatch, *arguments)
        assert code == 2
        assert "Traceback" not in error
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x.txt").write_text("x", encoding="utf-8")
    assert run(capsys, monkeypatch, MCS2026, "--into", tmp_path / "full")[0] == 2
    with pytest.raises(ReadError, match="nowhere"):
        open_graph("world+nowhere")


@pytest.mark.parametrize("behind", ["", "world", "nowhere", "a/b"])
def test_what_is_put_over_a_dataset_must_be_there(tmp_path, monkeypatch, behind):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nowhere_else").mkdir()
    with pytest.raises(ReadError) as caught:
        open_graph(f"permanent_magnet+{behind}")
    assert caught.value.message.key == "app.cli.no_addition" and f"'{behind}'" in caught.value.text("en")

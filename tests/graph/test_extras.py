"""A plain installation does without some packages: what needs one says which command adds it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import kanmon as kn
import pandas as pd
import polars as pl
import pytest
from kanmon.graph import MissingExtraError
from kanmon.graph.extras import EXTRAS, installed, need
from kanmon.graph.frames import to_polars

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def without(monkeypatch):
    """Make packages look as if they were not installed."""

    def hide(*packages):
        for package in packages:
            monkeypatch.setitem(sys.modules, package, None)

    return hide


@pytest.mark.parametrize("package", EXTRAS)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_command_that_adds_a_missing_package_is_said_in_both_languages(package, lang, without):
    without(package)
    with pytest.raises(MissingExtraError) as raised:
        need(package)
    assert f'pip install "kanmon[{EXTRAS[package]}]"' in raised.value.text(lang)
    assert package in raised.value.text(lang)
    assert isinstance(raised.value, ImportError) and isinstance(raised.value, kn.KanmonError)


def test_an_extra_brings_the_package_that_it_is_named_for():
    for package, extra in EXTRAS.items():
        assert any(line.startswith(package) for line in PROJECT["optional-dependencies"][extra]), package


def test_no_package_of_an_extra_is_required():
    required = {line.split(">=")[0] for line in PROJECT["dependencies"]}
    assert not required & set(EXTRAS)


def test_what_is_installed_is_not_missed():
    assert installed("polars")
    need("polars")


def test_pictures_without_matplotlib_name_the_extra(without, monkeypatch):
    for package in [name for name in sys.modules if name.startswith("matplotlib.")]:
        monkeypatch.delitem(sys.modules, package)
    without("matplotlib")
    graph = kn.load("mlcc")
    frame, shares = kn.risk.concentration(graph), graph.preferred("country", "world")
    pictures = [
        lambda: kn.plot.intervals(frame),
        lambda: kn.plot.treemap(shares, graph=graph),
        lambda: kn.plot.heat_map(shares, columns="item", graph=graph),
        lambda: kn.plot.world_map(shares.filter(item=shares["item"][0]), graph=graph),
        lambda: kn.plot.flow(shares, [shares["item"][0]], graph=graph),
    ]
    for draw in pictures:
        with pytest.raises(MissingExtraError, match=r"kanmon\[plot\]"):
            draw()


def test_a_sweep_on_dask_without_dask_names_the_extra(without):
    from kanmon.risk.systemic.batches import sweep

    without("distributed")
    with pytest.raises(MissingExtraError, match=r"kanmon\[dask\]"):
        sweep(lambda part: pl.DataFrame({"part": [part]}), [1, 2], executor="dask")


def test_sliders_without_ipywidgets_name_the_extra(without):
    without("ipywidgets")
    with pytest.raises(MissingExtraError, match=r"kanmon\[notebook\]"):
        kn.app.whatif_widget(kn.load("mlcc"))


def test_pandas_frames_are_read_and_made_without_pyarrow():
    code = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())  # pandas looks for it when it is imported
import pandas as pd, kanmon as kn
from kanmon.graph.frames import to_pandas, to_polars
frame = pd.DataFrame({
    "text": ["a", None], "share": [0.5, float("nan")], "count": [1, 2], "maybe": pd.array([1, None], dtype="Int64"),
    "kind": pd.Categorical(["x", None]), "yes": [True, False], "day": pd.to_datetime(["2026-01-01", None]),
})
found = to_polars(frame)
assert found.drop("day").rows() == [("a", 0.5, 1, 1, "x", True), (None, None, 2, None, None, False)], found
assert found["day"].null_count() == 1
assert to_pandas(found.select("text", "share"))["text"].isna().tolist() == [False, True]
graph = kn.SupplyGraph(items=pd.DataFrame({"id": ["a"], "name_en": ["A"], "kind": ["component"]}))
assert graph.items["id"].to_list() == ["a"]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pandas_gives_the_frame_that_polars_makes_with_pyarrow():
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"text": ["a", None, "b"], "share": [0.1, None, 0.3], "count": [3, 2, 1]})
    assert to_polars(frame).equals(pl.from_pandas(frame))


def _run(monkeypatch, *arguments):
    from kanmon.app import cli

    monkeypatch.setattr(sys, "argv", ["kanmon", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code in {0, None}


def test_an_audit_draws_its_pictures_without_an_extra(without, tmp_path, monkeypatch, capsys):
    without("matplotlib")
    book = Path(kn.__file__).parent / "datasets" / "data" / "demo_company" / "audit.xlsx"
    _run(monkeypatch, "audit", str(book), "--out", str(tmp_path / "out"), "--yes", "--lang", "ja")
    assert "kanmon[plot]" not in capsys.readouterr().out
    assert '<rect class="hatched"' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_command_does_without_pictures_and_says_so(without, tmp_path, monkeypatch, capsys):
    without("matplotlib")
    asked = ["whatif", "permanent_magnet", "--product", "ndfeb_magnet", "--halt", "CHN", "--horizon", "90"]
    _run(monkeypatch, *asked, "--out", str(tmp_path / "out"))
    assert 'pip install "kanmon[plot]"' in capsys.readouterr().out
    assert not list((tmp_path / "out").glob("*.svg")) and (tmp_path / "out" / "timeline.csv").exists()

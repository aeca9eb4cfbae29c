"""``kanmon dependence``: what a person sees and gets."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import polars as pl
import pytest
import typer
from kanmon import datasets
from kanmon.app.commands.dependence import dependence
from kanmon.app.dependence import LIMITS, METHODS, assess_dependence, write_dependence
from kanmon.graph import InputError, ReadError, UnknownIdError
from typer.testing import CliRunner

app = typer.Typer()
app.command()(dependence)


def run(*arguments):
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.stdout


@pytest.fixture(scope="module")
def found():
    return assess_dependence()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["unwrought tungsten", "China 99.6%", "Vietnam 98.8%", "Türkiye", "Etalab", "merger-control", "CEPII"]),
        ("ja", ["タングステン（塊）", "中国 99.6%", "ベトナム 98.8%", "集中的供給財", "通商白書2024", "出典"]),
    ],
)
def test_japans_most_dependent_minerals_are_shown_with_sources(lang, words):
    shown = run("--importer", "JPN", "--lang", lang)
    for word in words:
        assert word in shown


@pytest.mark.parametrize("method", METHODS)
def test_each_method_alone_shows_its_limit_and_its_issuer(method):
    shown = run("--method", method, "--lang", "en", "--top", "3")
    assert LIMITS[method][0].split("-")[0] in shown
    assert any(f"TH_{name}" in shown for name in LIMITS[method])


def test_ranking_is_by_concentration_and_baskets_are_marked(found):
    assert found.year == 2024
    assert found.ranked["hhi_low"].is_sorted(descending=True)
    assert set(found.ranked.filter("basket")["hs6"]) == {"270112", "280429", "811292", "850511"}
    assert found.ranked.height == 30


def test_a_ratio_without_end_is_no_constant_that_json_does_not_know():
    found = json.loads(run("--json"), parse_constant=pytest.fail)
    assert "inf" in {row["cdi3_high"] for row in found["items"]}


def test_json_is_one_document():
    data = json.loads(run("--json", "--method", "geodep", "--year", "2022"))
    assert (data["importer"], data["year"], len(data["items"])) == ("JPN", 2022, 30)
    assert {row["c4"] for row in data["items"]} <= {"yes", "no", "unknown"}


def test_files_carry_sources_that_are_listed(found, tmp_path):
    names = write_dependence(found, tmp_path / "out", lang="ja")
    listed = set(pl.read_csv(tmp_path / "out" / "sources.csv")["id"])
    assert {"concentration.csv", "geodep.csv", "groups.csv", "over_time.csv", "limits.csv"} <= set(names)
    for name in names:
        if name.endswith(".csv") and name != "sources.csv":
            used = {i for cell in pl.read_csv(tmp_path / "out" / name)["source"] for i in cell.split(" | ")}
            assert used <= listed, name
    with pytest.raises(ReadError):
        write_dependence(found, tmp_path / "out", lang="ja")


def test_the_same_figures_are_written_in_whatever_order_an_engine_adds(found, tmp_path):
    other = {name: frame.with_columns(pl.selectors.float() * (1 + 2**-52)) for name, frame in found.tables.items()}
    series = found.series.with_columns(pl.selectors.float() * (1 + 2**-52))
    assert any(not frame.equals(found.tables[name]) for name, frame in other.items())
    write_dependence(found, tmp_path / "a", lang="en")
    write_dependence(replace(found, tables=other, series=series), tmp_path / "b", lang="en")
    for file in (tmp_path / "a").glob("*.csv"):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_written_figures_lose_no_whole_unit_and_no_interval_becomes_narrower(found, tmp_path):
    """Each end is compared, as a fraction of its text, with the figure that was written."""
    yen = 112_345_678_901_234.0  # a year of Japan's imports
    figures = [
        (1 / 3, 2 / 3),
        (2 / 3, 1.0),
        (1 / 3, 1 / 3),
        (0.0, 1.0),
        (0.1, 0.123456789012251),
        (7e-14 / 3, float("inf")),
        (yen, yen + 1),
    ]
    frame = pl.DataFrame(
        {"value": [yen] * len(figures), "x_low": [f[0] for f in figures], "x_high": [f[1] for f in figures]}
    )
    write_dependence(replace(found, tables=found.tables | {"figures": frame}), tmp_path / "out", lang="en")
    rows = pl.read_csv(tmp_path / "out" / "figures.csv", infer_schema=False)
    assert {float(text) for text in rows["value"]} == {yen}
    for (low, high), below, above in zip(figures, rows["x_low"], rows["x_high"], strict=True):
        if low == high:
            assert below == above and float(below) == pytest.approx(low, rel=1e-11)
            continue
        assert float(below) <= low and float(above) >= high, (below, above)
        assert float(below) == pytest.approx(low, rel=2e-11) and float(above) == pytest.approx(high, rel=2e-11)


@pytest.mark.parametrize(("lang", "word"), [("en", "share of the largest origin"), ("ja", "最大の輸入元")])
def test_picture_is_text_that_scales_and_repeats_to_the_byte(found, lang, word):
    pytest.importorskip("matplotlib", reason="the picture needs matplotlib")
    from kanmon.app.dependence_chart import draw

    picture = draw(found, lang)
    words = "".join(ElementTree.fromstring(picture.encode()).itertext())
    assert word in words
    assert found.ranked[f"name_{lang}"][0] in words
    assert "CHN" in words and "http" not in words.replace("http://www.w3.org", "").replace("http://purl.org", "")
    assert draw(found, lang) == picture


def test_years_between_come_from_the_largest_flows_and_say_so(found):
    series = found.series.filter(hs6="280470")
    assert series["year"].to_list() == list(range(2018, 2025))
    assert series.filter("partial")["year"].to_list() == [2018, 2019, 2020, 2021, 2023]
    assert "99.99 %" in found.sources.filter(pl.col("id").str.ends_with("TOP6"))["note"].item()


def test_a_messy_table_of_ones_own(tmp_path):
    path = tmp_path / "own.csv"
    rows = ["hs6,importer,exporter,year,value", "2805.30,Japan,China,2023,90", "280530,Japan,Atlantis,2023,5"]
    rows += ["280530,Japan,World,2023,99", "280530,Japan,Viet Nam,2023,5", "280530,Japan,USA,2023,n/a"]
    path.write_text("\n".join(rows) + "\n", encoding="cp932")
    shown = run(str(path), "--lang", "en", "--method", "meti")
    assert "China" in shown and "Atlantis" in shown and "World" in shown
    found = assess_dependence(path, "日本", ["meti"])
    row = found.ranked.row(0, named=True)
    assert (row["reason"], row["hhi_high"], row["source"]) == ("value_missing", 1.0, "own.csv")
    assert row["name_en"].startswith("Earth-metals, rare")
    assert "own.csv" in found.sources["id"]


def test_a_file_of_japans_statistics(tmp_path):
    head = "Exp or Imp,Year,HS,Country,Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year\n"
    path = tmp_path / "japan.csv"
    path.write_text(head + "2,2025,'280530100',105,  ,KG,0,9,900\n2,2025,'280530100',110,  ,KG,0,1,100\n", encoding="utf-8")
    row = assess_dependence(path).ranked.row(0, named=True)
    assert (row["top_origin"], row["top_share_low"], row["cao"], row["c2"]) == ("CHN", 0.9, "yes", "unknown")


HEADING = "hs6,importer,exporter,year,value\n8542,THA,TWN,2023,60\n8542,THA,CHN,2023,40\n85,THA,CHN,2023,40\n"


@pytest.mark.parametrize(("lang", "words"), [("en", ["only 4 digits", "too coarse"]), ("ja", ["4 桁", "桁数不足"])])
def test_headings_are_read_at_their_level_with_a_word(tmp_path, lang, words):
    path = tmp_path / "own.csv"
    path.write_text(HEADING, encoding="utf-8")
    shown = run(str(path), "--importer", "THA", "--lang", lang, "--method", "meti")
    assert "8542" in shown and "60.0%" in shown
    for word in words:
        assert word in shown
    data = json.loads(run(str(path), "--importer", "THA", "--lang", lang, "--json"))
    assert any(words[0] in note for note in data["notes"])


def test_who_imports_is_said_when_the_one_asked_for_does_not(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(HEADING, encoding="utf-8")
    with pytest.raises(InputError, match="--importer THA") as caught:
        assess_dependence(path, "JPN")
    assert "THA" in caught.value.text("ja")


def test_why_nothing_is_left_is_said(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "hs6,importer,exporter,year,value\n850511,JPN,World,2023,1\n850511,JPN,CHN,FY24,2\n850511,JPN,World,2022,9\n",
        "utf-8",
    )
    with pytest.raises(InputError, match="a total") as caught:
        assess_dependence(path)
    assert (caught.value.message.key, caught.value.message.values["rows"]) == ("app.dependence.all_set_aside", 3)
    assert "合計行" in caught.value.text("ja")


def test_damage_that_shows_late_is_a_read_error(tmp_path):
    path = tmp_path / "own.parquet"
    rows = {"hs6": ["850511"] * 9000, "importer": "JPN", "exporter": "CHN", "year": 2023, "value": list(range(9000))}
    pl.DataFrame(rows).write_parquet(path)
    data = bytearray(path.read_bytes())
    data[200:20_000] = b"\xff" * len(data[200:20_000])
    path.write_bytes(data[:20_000] + path.read_bytes()[20_000:])
    with pytest.raises((ReadError, InputError)):
        assess_dependence(path)


def test_wrong_questions_get_answers():
    with pytest.raises(UnknownIdError, match="Japan"):
        assess_dependence(importer="Japn")
    with pytest.raises(InputError, match=r"2022, 2024"):
        assess_dependence(year=1999)
    with pytest.raises(ReadError):
        assess_dependence("nowhere.csv")


def test_every_sentence_is_in_both_languages():
    from importlib import resources

    for room, topic in (("app", "dependence"), ("risk", "dependence"), ("datasets", "trade")):
        text = (resources.files(f"kanmon.{room}") / "messages" / f"{topic}.csv").read_text(encoding="utf-8")
        table = pl.read_csv(text.encode(), infer_schema=False)
        assert table.null_count().sum_horizontal().item() == 0
        assert table["name"].is_unique().all()


def test_limits_that_are_used_are_bundled():
    assert {name for names in LIMITS.values() for name in names} <= set(datasets.thresholds()["id"])

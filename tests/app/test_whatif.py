"""What-if over time: estimate first, assumptions once, days as intervals, a chart that shows a user's words as words."""

import json
import subprocess
import sys
from xml.etree import ElementTree

import kanmon as kn
import polars as pl
import pytest
from kanmon.app.commands.scenarios import Threats
from kanmon.app.whatif import ask, write_answer
from kanmon.app.whatif_chart import draw
from kanmon.graph import InputError, SupplyGraph
from kanmon.risk import Scenario, add_source, halt, stockpile, timeline, timeline_summary


def graph_of(name="Robot"):
    return SupplyGraph(
        items=[
            {"id": "robot", "name_en": name, "name_ja": "ロボット", "kind": "product"},
            {"id": "magnet", "name_en": "Magnet", "name_ja": "磁石", "kind": "component"},
        ],
        inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "magnet", "supplier": c, "share": 0.5, "source": "s"} for c in ("CHN", "JPN")],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


CUT = Scenario("cut", [halt("CHN", item="magnet", lasts=180), stockpile("magnet", 60)])
HELPED = CUT + Scenario("new source", add_source("magnet", 0.5, ready=100, ramp=10))


def kanmon(tmp_path, *arguments):
    graph_of().write(tmp_path / "data")
    command = [sys.executable, "-c", "from kanmon.app.cli import main; main()", "whatif", str(tmp_path / "data"), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_an_answer_over_time_is_that_of_timeline():
    answer = ask(graph_of(), [CUT, HELPED], "robot")
    frame = timeline(graph_of(), [CUT, HELPED], product="robot")
    assert answer.times.drop("reading").equals(frame)
    assert answer.days.drop("reading").equals(timeline_summary(frame))
    assert answer.outcome["kept_low"].to_list() == [0.5, 1.0]
    days = {row["scenario"]: row for row in answer.summary()["days"] if row["item"] == "robot"}
    assert (days["cut"]["short_low"], days["cut"]["short_high"]) == (60, 120)
    assert days["cut"]["below_10_low"] is None  # never within the horizon
    json.dumps(answer.summary(), allow_nan=False, default=str)


def test_a_country_does_not_embargo_itself(tmp_path):
    """Seen from Japan its own embargo hits whoever buys abroad, so what Japan makes of its own magnets goes on."""
    assert [change.to for change in Threats(embargo=["JPN", "CHN"]).scenario("JPN")] == [(), ("JPN",)]
    done = kanmon(tmp_path, "--product", "robot", "--buyer", "JPN", "--embargo", "JPN", "--json")
    (row,) = [row for row in json.loads(done.stdout)["outcome"] if row["item"] == "robot" and row["reading"] == "domestic"]
    assert row["kept_low"] == row["kept_high"] == 1.0
    done = kanmon(tmp_path / "again", "--product", "robot", "--embargo", "JPN", "--to", "JPN")
    assert done.returncode and "cannot be aimed at JPN" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--start", "400"], "begins on day 400, but the calculation ends on day 365"), (["--lasts", "0"], "lasts 0 days")],
)
def test_a_change_that_never_happens_in_the_days_followed_says_so(words, said, tmp_path):
    done = kanmon(tmp_path, "--product", "robot", "--halt", "CHN", *words)
    assert said in " ".join(done.stdout.split())
    (row,) = [line for line in done.stdout.splitlines() if "│ CHN" in line and line.count("│") == 7]
    assert row.split("│")[-2].strip() == "–", "what is never short is not back on day 0"


def test_a_change_that_does_happen_is_not_called_idle(tmp_path):
    for change in (halt("CHN", start=364, lasts=1), halt("CHN", start=3)):
        assert ask(graph_of(), [Scenario("s", change)], "robot").idle == []


def test_nothing_is_followed_over_time_where_nothing_has_a_time():
    answer = ask(graph_of(), [Scenario("halt", halt("CHN"))], "robot")
    assert answer.times.height == answer.days.height == 0
    assert ask(graph_of(), [Scenario("halt", halt("CHN"))], "robot", horizon=30).times["day"].max() == 30


def test_choices_reach_the_answer_and_wrong_ones_are_told():
    assert ask(graph_of(), [CUT], "robot", term="long").assumptions["term"] == "long"
    with pytest.raises(InputError):
        ask(graph_of(), [CUT], "robot", sharing="alone")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_chart_marks_threats_stocks_and_sources_in_both_languages(lang):
    pytest.importorskip("matplotlib")
    svg = draw(ask(graph_of(), [CUT, HELPED], "robot", buyer="JPN"), lang)
    words = " ".join(ElementTree.fromstring(svg).itertext())
    marks = ("60 days of stock", "new source ready") if lang == "en" else ("在庫 60 日分", "新供給源が稼働", "ロボット")
    assert all(mark in words for mark in marks)
    assert svg == draw(ask(graph_of(), [CUT, HELPED], "robot", buyer="JPN"), lang)


def test_hostile_names_are_text_in_the_chart():
    pytest.importorskip("matplotlib")
    name = r"<script>alert(1)</script> $\frac{1$ $x$"
    scenario = Scenario(r"$\undefined$ & <b>", list(CUT))
    svg = draw(ask(graph_of(name), [scenario], "robot"), "en")
    assert "<script" not in svg
    words = " ".join(ElementTree.fromstring(svg).itertext())
    assert r"$\frac{1$" in words
    assert r"$\undefined$ & <b>" in words


def test_the_files_of_an_answer(tmp_path):
    pytest.importorskip("matplotlib")
    write_answer(ask(graph_of(), [CUT], "robot"), tmp_path / "out", lang="en")
    names = {"items.csv", "why.csv", "sources.csv", "summary.json", "timeline.csv", "days.csv", "timeline.svg"}
    assert {file.name for file in (tmp_path / "out").glob("[!.]*")} == names
    assert pl.read_csv(tmp_path / "out" / "timeline.csv").columns[:4] == ["scenario", "item", "day", "rate_low"]


@pytest.mark.parametrize(("lang", "words"), [
    ("en", ["certain loss", "first short", "120 (60–120)", "30 (30–60)", "--sharing alike", "--term short"]),
    ("ja", ["確実な損失", "不足が始まる日", "120（60〜120）", "--sourcing world"]),
])  # fmt: skip
def test_the_command_line_tells_estimate_bounds_and_days(tmp_path, lang, words):
    asked = ("--product", "robot", "--halt", "CHN", "--item", "magnet", "--lasts", "180", "--stock", "magnet=60")
    result = kanmon(tmp_path, *asked, "--horizon", "365", "--lang", lang)
    assert result.returncode == 0, result.stderr
    for word in words:
        assert word in result.stdout
    assert result.stdout.index("estimate" if lang == "en" else "推計") < result.stdout.index(words[0])
    assert result.stdout.count("--sharing alike") == 1


@pytest.mark.parametrize(("arguments", "words"), [
    (("--halt", "CHN", "--lasts", "-3"), "lasts"), (("--halt", "CHN", "--ramp", "3"), "how many days"),
    (("--halt", "CHN", "--stock", "magnet=-1"), "days"), (("--halt", "CHN", "--stock", "=5"), "needs an item"),
    (("--halt", "CHN", "--ready", "-1"), "--ready: there is"),
    (("--stock", "magnet=9", "--lasts", "3"), "--lasts: there is"),
    (("--halt", "CHN", "--release", "0.5"), "--release: there is"),
    (("--halt", "CHN", "--reserve", "magnet=9"), "HOLDER:ITEM=DAYS"),
    (("--halt", "CHN", "--reserve", "JPN:magnet=9", "--release", "0"), "more than 0"),
    (("--halt", "CHN:"), "NODE:ITEM"), (("--halt", ":magnet"), "NODE:ITEM"), (("--spare", "JPN:=0.2"), "NODE:ITEM"),
    (("--halt", "CHN", "--horizon", "0"), "horizon"), (("--halt", "CHN", "--term", "shot"), "Did you mean 'short'"),
])  # fmt: skip
def test_bad_days_end_with_two_and_one_clear_line(tmp_path, arguments, words):
    result = kanmon(tmp_path, "--product", "robot", *arguments, "--lang", "en")
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_many_scenarios_at_once_are_answered_without_what_to_find_out_and_that_is_said(tmp_path):
    lines = [f"- {{name: s{n}, changes: [{{halt: {{node: CHN, lasts: {n + 1}}}}}]}}" for n in range(20)]
    (tmp_path / "many.yaml").write_text("\n".join(lines), encoding="utf-8")
    result = kanmon(tmp_path, "--product", "robot", "--scenario", str(tmp_path / "many.yaml"), "--json", "--lang", "en")
    assert result.returncode == 0, result.stderr
    assert "up to 19 scenarios" in result.stderr
    days = {row["scenario"]: row["lost_estimate"] for row in json.loads(result.stdout)["days"] if row["item"] == "robot"}
    assert days == {f"s{n}": pytest.approx((n + 1) / 2) for n in range(20)}


def test_a_national_reserve_on_the_command_line_gives_a_part_of_a_days_use(tmp_path):
    asked = ("--product", "robot", "--buyer", "JPN", "--halt", "CHN", "--item", "magnet", "--lasts", "100")
    result = kanmon(tmp_path, *asked, "--reserve", "JPN:magnet=20", "--release", "0.25", "--json")
    assert result.returncode == 0, result.stderr
    days = {row["item"]: row for row in json.loads(result.stdout)["days"]}["magnet"]
    # Half is lost for 100 days, and the reserve gives a quarter a day for 80 of them.
    assert (days["short_estimate"], days["lost_low"], days["lost_high"]) == (0, pytest.approx(30), pytest.approx(30))


def test_each_threat_of_the_command_line_may_name_its_own_item():
    threats = Threats(["CHN:a", "USA"], ["CHN"], ["JPN:b=0.5"], item=["c", "d"], to=["DEU"])
    found = sorted((change.kind, change.node, change.item, change.share) for change in threats.scenario())
    all_of = [(kind, node, item, 1.0) for kind, node in (("embargo", "CHN"), ("halt", "USA")) for item in "cd"]
    assert found == sorted([*all_of, ("halt", "CHN", "a", 1.0), ("reduce", "JPN", "b", 0.5)])


def test_the_world_answers_the_question_of_gallium():
    scenario = Scenario("gallium", [kn.risk.embargo("CHN", item="gallium_primary", to="JPN", lasts=180),
                                    stockpile("gallium_primary", 60)])  # fmt: skip
    row = ask(kn.load(), [scenario], "humanoid_robot", buyer="JPN").days.filter(item="humanoid_robot").row(0, named=True)
    assert row["short_low"] == 60
    assert row["lost_low"] <= row["lost_estimate"] <= row["lost_high"] <= 120

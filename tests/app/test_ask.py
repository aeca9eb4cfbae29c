"""``kanmon ask``: what is likely beside what is certain, and what to find out first, in both languages and as data."""

import inspect
import json
from dataclasses import replace
from io import StringIO

import kanmon as kn
import polars as pl
import pytest
from kanmon.app.ask import find_out
from kanmon.app.cli import main
from kanmon.app.fact_lines import show_first
from kanmon.app.wrapping import Paper
from kanmon.risk import Scenario, halt

QUESTION = ("permanent_magnet", "--product", "ndfeb_magnet", "--buyer", "JPN", "--draws", "40")


def run(capsys, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["kanmon", "ask", *arguments])
    with pytest.raises(SystemExit) as exit:
        main()
    return exit.value.code, *capsys.readouterr()


@pytest.mark.parametrize(("lang", "words"), [("en", "What to find out first"), ("ja", "最初に調べるべきこと")])
def test_it_says_what_is_certain_what_is_likely_under_which_prior_and_what_to_ask(capsys, monkeypatch, lang, words):
    code, out, _ = run(capsys, monkeypatch, *QUESTION, "--embargo", "CHN", "--lang", lang)
    assert code == 0
    assert words in out
    prior = {"en": "These are assumptions, not facts", "ja": "いずれも仮定であり、事実ではありません"}
    assert prior[lang] in out.replace("\n", "" if lang == "ja" else " ").replace("  ", " ")
    error = {"en": "an error of some nine points (128 pairs of draws)", "ja": "128組の試行による推定で、誤差は約9ポイント"}
    assert error[lang] in out.replace("\n", "" if lang == "ja" else " ").replace("  ", " ")


def test_facts_of_which_none_narrows_anything_to_speak_of_are_one_line_and_no_list(capsys, monkeypatch, tmp_path):
    """One part in a hundred is anybody's: an answer moves the interval by one point at most."""
    for known, listed in ((0.99, False), (0.9, True)):
        folder = tmp_path / str(known)
        kn.SupplyGraph(
            items=[{"id": "a", "name_en": "a", "kind": "component"}],
            suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
            shares=[{"item": "a", "supplier": "JPN", "source": "s", "share": known}],
            sources=[{"id": "s", "title": "t", "publisher": "p"}],
        ).write(folder)
        code, out, _ = run(
            capsys, monkeypatch, str(folder), "--product", "a", "--halt", "CHN", "--draws", "40", "--lang", "en"
        )
        assert code == 0
        assert ("What to find out first" in out) is listed
        assert ("None of the" in out) is not listed
        _, told, _ = run(capsys, monkeypatch, str(folder), "--product", "a", "--halt", "CHN", "--draws", "40", "--json")
        assert json.loads(told)["find_out"]  # data stay whole


def test_json_carries_the_interval_beside_the_quantiles_and_every_fact(capsys, monkeypatch):
    code, out, _ = run(capsys, monkeypatch, *QUESTION, "--embargo", "CHN", "--json")
    data = json.loads(out)
    assert code == 0
    row = data["outlook"][0]
    assert row["kept_low"] <= row["kept_10"] <= row["kept_50"] <= row["kept_90"] <= row["kept_high"]
    assert row["prior"] and row["draws"] == 40
    assert [fact["step"] for fact in data["find_out"]][0] == 1
    assert all(fact["text_en"] and fact["text_ja"] for fact in data["find_out"])


def test_files_are_written_whole(capsys, monkeypatch, tmp_path):
    out = tmp_path / "answer"
    code, *_ = run(capsys, monkeypatch, *QUESTION, "--halt", "CHN", "--out", str(out))
    assert code == 0
    names = {"outlook.csv", "find_out.csv", "prior.csv", "sources.csv", "summary.json"}
    assert {file.name for file in out.glob("[!.]*")} == names


def test_a_question_without_a_change_is_refused_with_the_way_out(capsys, monkeypatch):
    code, _, err = run(capsys, monkeypatch, *QUESTION, "--lang", "en")
    assert code == 2
    assert "--halt" in err


def test_the_prior_names_only_items_that_are_asked_about_and_their_sources():
    found = find_out(kn.load("permanent_magnet"), [Scenario("x", halt("CHN"))], "ndfeb_magnet", buyer="JPN", draws=20)
    assert set(found.prior["item"]) <= set(found.facts["item"].drop_nulls())
    assert found.prior.filter(pl.col("source").is_null()).is_empty()


def test_a_hostile_name_leaves_no_markup_in_the_terminal(capsys, monkeypatch, tmp_path):
    graph = kn.SupplyGraph(
        items=[{"id": "a", "name_en": "[red]\x1b[31mx[/red]", "kind": "component"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "a", "supplier": "JPN", "source": "s", "share": 0.4}],
        sources=[{"id": "s", "title": "t", "publisher": "[bold]p[/bold]"}],
    )
    graph.write(tmp_path / "graph")
    code, out, _ = run(capsys, monkeypatch, str(tmp_path / "graph"), "--product", "a", "--halt", "CHN", "--draws", "10")
    assert code == 0
    assert "\x1b" not in out
    assert "[red]" in out


def test_the_error_that_is_told_is_that_of_the_pairs_of_draws_behind_the_parts():
    pairs = inspect.signature(kn.risk.what_to_find_out).parameters["draws"].default
    assert pairs == 128 and round(100 / pairs**0.5) == 9


def test_a_fact_that_leaves_the_interval_as_it_is_is_not_said_to_take_nothing_off():
    row = {"text_en": "Who holds the rest", "who_en": "a publisher", "width_off_most": 0.002, "explains_total": 0.55}
    paper = Paper(file=StringIO(), width=200)
    show_first(pl.DataFrame([row, row | {"width_off_most": 0.3}]), "First", paper, "en")
    likely, narrowing = [line for line in paper.file.getvalue().splitlines() if "Who holds" in line]
    assert "leaves the interval as it is, but explains roughly 55%" in likely
    assert "narrows the interval by up to 30 points" in narrowing


@pytest.mark.parametrize(("lang", "says"), [("en", "come to the same, rounded"), ("ja", "丸めると同じ値")])
def test_draws_that_all_come_to_one_figure_are_not_told_as_a_range(capsys, monkeypatch, tmp_path, lang, says):
    kn.SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("a", "b")],
        inputs=[{"item": "a", "input": "b", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "b", "supplier": "CHN", "source": "s", "share": 1.0}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    ).write(tmp_path / "graph")
    asked = (str(tmp_path / "graph"), "--product", "a", "--buyer", "JPN", "--halt", "CHN", "--draws", "20", "--lang", lang)
    code, out, err = run(capsys, monkeypatch, *asked)
    assert code == 0, err
    assert says in out.replace("\n", "" if lang == "ja" else " ") and "0% and 0%" not in out and "0〜0%" not in out


@pytest.mark.parametrize(
    ("explained", "says", "never"),
    [
        (0.0, "no more than the error of the draws", "0% of the spread"),
        (0.6, "explain 60% of the spread", "the error of the draws."),
    ],
)
def test_what_numbered_facts_explain_within_the_error_of_the_draws_is_no_figure(capsys, monkeypatch, explained, says, never):
    def found(*arguments, **more):
        answer = find_out(*arguments, **more)
        steps = pl.when(pl.col("step").is_not_null()).then(explained)
        return replace(answer, facts=answer.facts.with_columns(explained=steps))

    monkeypatch.setattr("kanmon.app.ask.find_out", found)
    asked = ("permanent_magnet", "--product", "ndfeb_magnet", "--halt", "CHN", "--lang", "en")
    _, out, _ = run(capsys, monkeypatch, *asked, "--draws", "20")
    said = " ".join(out.split())
    assert says in said and never not in said

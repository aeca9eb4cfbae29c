"""What the documentation promises: it runs, and every public name says what it does."""

import ast
import doctest
import inspect
import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import kanmon as kn
import polars as pl
import pytest
from kanmon.app import cli
from kanmon.graph.messages import text

ROOT = Path(kn.__file__).resolve().parent
PAGES = sorted(path for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if path.is_file())
ROOMS = ("graph", "datasets", "risk", "plot", "app")
FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
PUBLIC = {f"{room}.{name}": getattr(getattr(kn, room), name) for room in ROOMS for name in getattr(kn, room).__all__}
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands(page):
    """Lines to type: ``$ kanmon ...`` in console blocks, and in the README what is indented."""
    for block in blocks(page, "console"):
        yield from re.findall(r"^\$ (kanmon .*)$", block, re.MULTILINE)
    if page.name == "README.md":
        yield from re.findall(r"^ {4}(kanmon .*)$", page.read_text(encoding="utf-8"), re.MULTILINE)


def having(find):
    return [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in PAGES if list(find(page))]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the pages speak of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KANMON_LANG", "en")
    part = kn.load("mlcc")
    part.write("my_folder")
    part.write("my_tables.xlsx")
    kn.datasets.bundled_trade().select("hs6", "importer", "exporter", "year", "value").head(500).write_csv("my_trade.csv")
    pl.DataFrame({"品番": ["A-1", "A-2"], "品名": ["積層セラミックコンデンサ", "六角ボルト"]}).write_excel("ledger.xlsx")
    shutil.copy(ROOT / "datasets" / "data" / "demo_company" / "audit.xlsx", "filled.xlsx")
    shutil.copytree(ROOT / "tests" / "data" / "replies", "replies")
    shutil.copy(ROOT / "tests" / "data" / "releases" / "MCS2026_excerpt.csv", "MCS2027_Commodities_Data.csv")
    for page in PAGES:
        for name, block in zip(
            re.findall(r"`(\w+\.yaml)`", page.read_text(encoding="utf-8")), blocks(page, "yaml"), strict=False
        ):
            Path(name).write_text(block, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("page", having(lambda page: blocks(page, "pycon")))
def test_worked_numbers_of_a_page(page):
    source = "\n".join(blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    failures = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=failures.append)
    assert not failures, "".join(failures)


@pytest.mark.parametrize("page", having(commands))
def test_commands_of_a_page_run(page, folder, monkeypatch, capsys):
    for command in commands(page):
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code in {0, None}, f"{command}\n{capsys.readouterr().err}"


@pytest.mark.parametrize("page", having(lambda page: blocks(page, "python")))
def test_python_of_a_page_runs(page, folder):
    pytest.importorskip("ipywidgets")
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), {})


def formulas(page):
    return re.findall(r"(?s)\$\$(.*?)\$\$", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", having(formulas))
def test_formulas_of_a_page_are_drawn_as_they_are_written(page):
    """What is drawn knows fewer environments than what draws them elsewhere: it leaves the column marks of others."""
    converter = pytest.importorskip("latex2mathml.converter")
    for formula in formulas(page):
        assert "<mi>&</mi>" not in converter.convert(formula.strip()), formula


def test_pages_speak_only_of_pages_and_pictures_that_exist():
    made = {
        "reference",
        "data",
        "gallery",
        "studies.md",
        "ja/studies.md",
    }  # scripts/build_docs.py makes these while building
    for page in PAGES:
        for link in re.findall(r"(?:\]\(|<img src=\")(?!https?:|#)([^)#\s\"]+)", page.read_text(encoding="utf-8")):
            target = (page.parent / link).resolve()
            inside = target.relative_to(ROOT / "docs") if target.is_relative_to(ROOT / "docs") else Path()
            generated = bool({inside.as_posix(), *inside.parts[:1]} & made)
            assert generated or target.exists(), f"{page.name}: {link}"


def code_lines(page, kinds=("python", "py", "console", "sh", "text")):
    """Lines of code of a page, without prompts and without what only chooses a language."""
    found = [line for kind in kinds for block in blocks(page, kind) for line in block.splitlines()]
    for block in blocks(page, "pycon"):
        found += [example for line in block.splitlines() if (example := re.sub(r"^(>>>|\.\.\.) ", "", line)) != line]
    return [line.removeprefix("$ ").replace(" --lang ja", "").strip() for line in found if line.strip()]


@pytest.mark.parametrize(
    "page",
    [p for p in PAGES if "ja" in p.parts and blocks(p, "py") + blocks(p, "sh") and p.stem != "question-loop"],
    ids=lambda p: p.stem,
)
def test_the_code_of_a_japanese_page_is_that_of_the_english_one_which_runs(page):
    inside = page.relative_to(ROOT / "docs" / "ja")
    english = ROOT / "docs" / (inside if inside.parts[0] == "questions" else f"howto/{inside}")
    assert [line for line in code_lines(page, ("py", "sh")) if line not in code_lines(english)] == []


@pytest.mark.parametrize(
    "page", [p for p in PAGES if p.parent.name in {"howto", "questions"} and "ja" not in p.parts], ids=lambda p: p.stem
)
def test_every_guide_has_a_japanese_page(page):
    folder = ROOT / "docs" / "ja" / ("questions" if page.parent.name == "questions" else "")
    assert (folder / page.name).exists()


METHODS = [page for page in PAGES if page.parent.name == "methods" and "ja" not in page.parts]


@pytest.mark.parametrize("page", METHODS, ids=lambda path: path.stem)
def test_every_method_has_a_japanese_page_with_the_same_formulas_and_worked_numbers(page):
    folder = ROOT / "docs" / "ja"
    japanese = next(path for path in (folder / "methods" / page.name, folder / page.name) if path.exists())
    if japanese.parent.name == "methods":
        plain = [[re.sub(r"  # .*", "", line) for line in code_lines(one, ("pycon",))] for one in (page, japanese)]
        assert plain[0] == plain[1]
    formulas = [
        set(re.findall(r"\$\$\n(.*?)\n\$\$", one.read_text(encoding="utf-8"), re.DOTALL)) for one in (page, japanese)
    ]
    assert formulas[0] == formulas[1]


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_says_its_question_answer_limits_and_sources_and_nothing_of_a_machine(path):
    written = path.read_text(encoding="utf-8")
    cells = json.loads(written)["cells"]
    words = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert "**Question.**" in words
    assert "## Limits" in words
    assert "## Sources" in words
    (answer,) = (cell for cell in cells if "answer" in cell["metadata"].get("tags", []))
    assert "".join(answer["outputs"][0]["data"]["text/markdown"]).startswith("**Answer.**")
    (picture,) = (cell for cell in cells if "picture" in cell["metadata"].get("tags", []))
    (sentence,) = (cell for cell in cells if "sentence" in cell["metadata"].get("tags", []))
    assert [sorted(set(one["data"]) & {"image/png"}) for one in picture["outputs"]] == [["image/png"]] * 2
    english, japanese = ("".join(one["data"]["text/markdown"]) for one in sentence["outputs"])
    assert english.isascii() or "–" in english
    assert re.search(r"[ぁ-ん]", japanese)
    assert re.findall(r"\d+(?=%)", english) == re.findall(r"\d+(?=%)", japanese), "both languages give the same figures"
    assert re.search(r"^> \*\*.+。\*\* *.+$", "".join(cells[0]["source"]), re.MULTILINE), "the question in Japanese"
    assert path.stat().st_size < 150_000
    assert not re.search(r"/home/|/root/|/tmp/|/Users/|\.venv|iopub\.|widget-view", written)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_a_docstring(name):
    value = PUBLIC[name]
    if not inspect.isroutine(value) and not inspect.isclass(value):
        pytest.skip("a constant: its module says what it is")
    text = inspect.getdoc(value)
    assert text, name
    first = text.splitlines()[0]
    assert first.endswith((".", ":")), f"{name}: the first line is one sentence"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_what_its_arguments_and_results_are(name):
    function = FUNCTIONS[name]
    text = inspect.getdoc(function) or ""
    if found := re.search(r"^Parameters are those of `(\w+)`", text, re.MULTILINE):
        text += inspect.getdoc(getattr(inspect.getmodule(function), found[1])) or ""
    for argument in inspect.signature(function).parameters:
        assert re.search(rf"\b{argument}\b", text), f"{name}: nothing about '{argument}'"
    assert re.search(r"^Returns?\b|^Compile|^Read|^Write|^Check", text, re.MULTILINE), f"{name}: what comes back?"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_raises_says_so(name):
    function = FUNCTIONS[name]
    tree = ast.parse(inspect.getsource(function))
    raised = {
        node.exc.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
    }
    for error in raised:
        assert error in (inspect.getdoc(function) or ""), f"{name}: nothing about {error}"


MAKERS = {"halt", "reduce", "embargo", "add_source", "substitute", "stockpile", "spare_capacity", "scenarios_from"}
MAKERS |= {"control_scenarios", "apply", "solve", "new_source", "more_stock", "faster_switch"}
"""Make scenarios, networks and measures; they are no figures."""
GROUNDS = ["math::", "::$", ">= threshold", "References", "doi", "JP-", "of this project"]
GROUNDS += [rf"[`.]{name}\b" for name in ("simulate", "systemic_risk", "supply_risk", "chokepoints", "cut_sets")]
"""What a figure stands on: a formula, a reference, an official limit, or another figure that states it."""


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name.startswith("risk.") and name[5:] not in MAKERS])
def test_a_figure_has_a_formula_or_a_reference_and_a_worked_example(name):
    function = FUNCTIONS[name]
    text = f"{inspect.getdoc(function)}\n{inspect.getmodule(function).__doc__}"
    assert re.search("|".join(GROUNDS), text, re.MULTILINE), f"{name}: no formula, no reference, no word on whose it is"
    assert ">>>" in text or "`simulate`" in text, f"{name}: no example"


def test_japanese_pages_say_possible_with_the_word_of_the_report():
    pages = {path.name: path.read_text(encoding="utf-8") for path in PAGES if "ja" in path.parts}
    assert len(pages) > 10
    for name in ("possible", "certain"):
        word = text(f"app.audit_page.{name}", "ja")
        assert word in pages["audit.md"] and word in pages["getting-started.md"], word
    others = {name for name, page in pages.items() if re.search("(あり|起こり|生じ)(得る|える)|ありうる", page)}
    assert not others, "one word for one thing"

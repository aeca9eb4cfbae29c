"""Help pages speak the reader's language to the last word, and the command line starts in every way that Python offers."""

import json
import os
import subprocess
import sys

import pytest
from kanmon.app.wrapping import wrapped
from rich.cells import cell_len

PAGES = """
import json, os, sys
from typer.main import get_command
from kanmon.app.cli import _application
def pages(command, parent=None):
    context = command.context_class(command, info_name=command.name, parent=parent)
    yield context.command_path, command.get_help(context)
    for one in getattr(command, "commands", {}).values():
        yield from pages(one, context)
print(json.dumps(dict(pages(get_command(_application())))))
"""


def run(*arguments, **environment):
    env = {name: value for name, value in os.environ.items() if name not in {"KANMON_LANG", "COLUMNS"}}
    command = [sys.executable, *arguments]
    env |= {"PYTHONUTF8": "1"} | environment
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=env, timeout=120, check=False)


@pytest.fixture(scope="module")
def pages():
    return {lang: json.loads(run("-c", PAGES, KANMON_LANG=lang, COLUMNS="72").stdout) for lang in ("en", "ja")}


def test_no_english_furniture_stands_on_a_japanese_page(pages):
    assert len(pages["ja"]) == len(pages["en"]) >= 20
    furniture = ("Usage:", "Options:", "Arguments:", "Commands:", "Show this", "[required]", "[default:", "or more")
    for word in furniture:
        assert any(word in page for page in pages["en"].values()), word
        assert not any(word in page for page in pages["ja"].values()), word


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_no_line_of_a_page_is_wider_than_the_terminal(pages, lang):
    for path, page in pages[lang].items():
        assert all(cell_len(line) <= 72 for line in page.splitlines()), path


def test_a_page_says_what_each_option_takes_what_must_stand_and_what_holds_otherwise(pages):
    page, other = (" ".join(pages["en"][f"kanmon {name}"].split()) for name in ("whatif", "chokepoints"))
    assert "--product ITEM" in page
    assert "[required]" in page
    assert "--level country|company|site" in page
    assert "[default: country]" in page
    assert "--halt NODE[:ITEM]" in page
    assert "[0.01 to 1; default: 0.5]" in other


def test_japanese_lines_do_not_begin_with_a_closing_mark():
    words = "国または供給者の余力。NODE=割合 または NODE:品目=割合（繰り返し可）。既定は（なければ）ロケール。"
    for width in range(12, 40):
        lines = list(wrapped(words, width))
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")
        assert not any(line[0] in "、。）〜" for line in lines)


@pytest.mark.parametrize("module", ["kanmon", "kanmon.app.cli"])
def test_the_command_line_runs_as_a_module(module):
    result = run("-m", module, "--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("kanmon ")


def test_help_and_errors_name_the_command_as_a_person_writes_it():
    assert run("-m", "kanmon", "whatif", "--help", KANMON_LANG="en").stdout.startswith("Usage: kanmon whatif ")
    assert "kanmon whatif --help" in run("-m", "kanmon", "whatif", "--term", "shot", KANMON_LANG="en").stderr

"""Whatever is raised, a person sees one line; full disks and closed pipes have their own."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from kanmon.app import cli
from kanmon.app.outputs import write_csv


def ended(monkeypatch, capsys, error, *words):
    def application(_):
        def run(**_):
            raise error

        return run

    monkeypatch.setattr(cli, "_application", application)
    monkeypatch.setattr(sys, "argv", ["kanmon", *words])
    monkeypatch.delenv("KANMON_DEBUG", raising=False)
    monkeypatch.setenv("KANMON_LANG", "en")
    with pytest.raises(SystemExit) as left:
        cli.main()
    return left.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ZeroDivisionError("division by zero"), 3, "ZeroDivisionError"),
        (pl.exceptions.PanicException("index out of bounds"), 3, "PanicException"),
        (RecursionError("maximum recursion depth exceeded"), 2, "--product"),
        (MemoryError(), 2, "--product"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 2, "No space left on device"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_an_error_that_nobody_foresaw_is_one_line(monkeypatch, capsys, error, code, said, lang):
    found, shown = ended(monkeypatch, capsys, error, "--lang", lang)
    assert found == code and said in shown
    assert "Traceback" not in shown and len(shown.splitlines()) <= 1


def test_a_fault_names_its_place_in_kanmon_and_no_path_of_the_machine(monkeypatch, capsys):
    def application(_):
        return lambda **_: cli._spoken(3)  # a number where words belong

    monkeypatch.setattr(sys, "argv", ["kanmon"])
    monkeypatch.setenv("KANMON_LANG", "en")
    monkeypatch.setattr(cli, "_application", application)
    with pytest.raises(SystemExit):
        cli.main()
    shown = capsys.readouterr().err
    assert "TypeError at app/cli.py:" in shown and str(Path(cli.__file__).parents[2]) not in shown


SAID = {
    "whatif --lasts abc": ("--lasts takes a number.", "--lasts には数値を指定してください。", "whatif"),
    "whatif --product x --hold": ("There is no option --hold.", "--hold というオプションはありません。", "whatif"),
    "check --lan": ("Did you mean --lang?", "もしかして: --lang", "check"),
    "affected": ("NODE is missing.", "NODE を指定してください。", "affected"),
    "chokepoints x --order 9": ("from 1 to 4", "1 から 4 までの整数", "chokepoints"),
    "chokepoints x --fails all": ("country, supplier, item", "country, supplier, item", "chokepoints"),
    "chokepoints x y z": ("One word too many: z.", "余分な語があります: z", "chokepoints"),
    "check --encoding": ("--encoding needs a value", "--encoding の後に値を", "check"),
    "check --json=3": ("--json takes no value.", "--json に値は付けられません。", "check"),
    "data nix": ("There is no command nix.", "nix というコマンドはありません。", "data"),
    "--limit -3 check": ("a number, 0 or more", "0 以上の数値", ""),
}


@pytest.mark.parametrize("words", SAID)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_words_that_no_command_takes_are_said_in_the_users_language(monkeypatch, capsys, words, lang):
    monkeypatch.setattr(sys, "argv", ["kanmon", *words.split()])
    monkeypatch.setenv("KANMON_LANG", lang)
    with pytest.raises(SystemExit) as left:
        cli.main()
    found, (english, japanese, command) = capsys.readouterr(), SAID[words]
    assert left.value.code == 2 and not found.out
    assert (japanese if lang == "ja" else english) in found.err
    assert f"kanmon {command} --help".replace("  ", " ") in found.err
    assert not {"Error", "Invalid", "Usage", "Try"} & set(found.err.replace(":", " ").split())


def test_an_output_that_is_full_is_said(monkeypatch, capsys):
    class Full(io.StringIO):
        def flush(self):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def fileno(self):
            return spare

    spare = os.open(os.devnull, os.O_WRONLY)
    monkeypatch.setattr(sys, "stdout", Full())
    assert ended(monkeypatch, capsys, SystemExit(0)) == (2, "The output could not be written: No space left on device.\n")
    os.close(spare)


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠−"))
@pytest.mark.parametrize("before", ["", " ", "\u200b", "\ufeff", "\u3164", "\u00ad", "\u202e", "\u3000"])
def test_no_cell_of_a_table_begins_a_formula(tmp_path, sign, before):
    cell = f"{before}{sign}HYPERLINK()"
    write_csv(pl.DataFrame({"a": [cell, "a=b"]}), tmp_path / "a.csv")
    assert pl.read_csv(tmp_path / "a.csv")["a"].to_list() == [f"'{cell}", "a=b"]


def test_a_command_that_draws_nothing_leaves_matplotlib_alone(tmp_path):
    (tmp_path / "parts.csv").write_text("part,quantity\nA-1,2\n", encoding="utf-8")
    code = "import sys; from kanmon.app.cli import main\ntry:\n main()\nfinally:\n print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", tmp_path / "parts.csv"],
        env=os.environ | {"MPLCONFIGDIR": str(tmp_path / "cache")}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "False" and not (tmp_path / "cache").exists(), done.stderr

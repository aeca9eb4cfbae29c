"""A command ends at once when it is interrupted, and with advice when it takes too long, whatever it is at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from kanmon.app.patience import Patience
from kanmon.graph import LimitError

BUSY = {
    "python": "while True: pass",
    "swallowing": "while True:\n  try:\n   while True: pass\n  except Exception: pass",
    "compiled": "import numba, sys\n@numba.njit(nogil=True)\ndef run(n):\n  while n > 0: n += 1\n  return n\nrun(1)",
    "callback": "import ctypes\ncall = ctypes.CFUNCTYPE(None)(lambda: [None for _ in range(10**8)])\nwhile True: call()",
    "half made": "import os\nclass Half:\n def __del__(self): os._exit(70)\nhalf = Half()\nwhile True: pass",
    "polars": "import polars as pl\nwhile True: pl.select(pl.int_range(10**7).cast(pl.String)).to_series().sort()",
}
"""What a command may be at."""


def running(busy, arguments, monkeypatch=None):
    """Start a command line whose only command does that."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from kanmon.app import cli\n"
        "def application(patience):\n patience.seconds = float(sys.argv.pop(1))\n"
        " def run(**_):\n  print('at it', flush=True)\n"
        + "".join(f"  {line}\n" for line in busy.splitlines())
        + " return run\n"
        "cli._application = application; cli.main()"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env=os.environ | {"KANMON_LANG": "en"}, **pipes)


@pytest.mark.skipif(os.name != "posix", reason="signals between processes")
@pytest.mark.parametrize("busy", BUSY)
def test_an_interrupted_command_ends(busy):
    with running(BUSY[busy], ["0"]) as child:
        assert child.stdout.readline() == "at it\n"
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        said = child.communicate(timeout=30)[1]
    assert child.returncode == 130 and "Traceback" not in said


@pytest.mark.parametrize("busy", BUSY)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_command_that_takes_too_long_ends_with_advice(busy, lang):
    with running(BUSY[busy], ["0.3", "--lang", lang]) as child:
        said = child.communicate(timeout=60)[1]
    assert child.returncode == 2 and "Traceback" not in said
    assert "0.3" in said and "--product" in said and "--limit 3" in said


@pytest.fixture
def interruptible():
    """What runs in the background of a shell ignores interrupts, and then nothing is watched: not so here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_block_that_takes_too_long_is_a_limit_error_and_the_old_handler_comes_back(interruptible):
    before = signal.getsignal(signal.SIGINT)
    patience = Patience(str)
    patience.seconds = 0.05
    with pytest.raises(LimitError, match=r"0\.05 seconds"), patience.watching():
        while True:
            pass
    assert signal.getsignal(signal.SIGINT) is before


def test_waiting_is_no_work(interruptible):
    patience = Patience(str)
    patience.seconds = 0.2
    with patience.watching():
        time.sleep(0.8)


def test_only_questions_to_a_graph_are_given_up(monkeypatch):
    from kanmon.app.cli import _application
    from typer.testing import CliRunner

    for words, seconds in (
        (["--limit", "7", "explore", "--help"], 7),
        (["explore", "--help"], 300),
        (["whatif", "--help"], 60),
        (["--limit", "0", "whatif", "--help"], 0),
        (["--limit", "7", "check", "--help"], None),
    ):
        patience = Patience(str)
        assert CliRunner().invoke(_application(patience), words).exit_code == 0
        assert patience.seconds == seconds, words

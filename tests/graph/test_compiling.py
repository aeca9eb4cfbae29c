"""What is compiled says so, once: nobody wonders why the first call takes seconds."""

import os
import subprocess
import sys

CODE = """
import warnings
from kanmon.graph import compiling, kernel
from kanmon.graph.errors import CompilingWarning

def add(numbers):
    total = 0.0
    for i in range(len(numbers)):
        total += numbers[i]
    return total

add.__module__ = "kanmon.graph.tried"
import numpy as np
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    for kind in (np.float64, np.float32):
        assert {call}(np.ones(3, kind)) == 3.0
print(*[warning.category.__name__ for warning in said])
"""


def told(call, folder):
    return subprocess.run(
        [sys.executable, "-c", CODE.replace("{call}", call)],
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder)}, check=True, capture_output=True, encoding="utf-8",
    ).stdout.split()  # fmt: skip


def test_a_loop_that_is_compiled_says_so_once(tmp_path):
    assert told("compiling.numba.njit(add)", tmp_path) == ["CompilingWarning"]


def test_what_others_compile_is_not_spoken_of(tmp_path):
    assert told("compiling.numba.njit(lambda numbers: numbers.sum())", tmp_path) == []


def test_a_small_problem_neither_compiles_nor_says_so(tmp_path):
    assert told("kernel.Kernel(add)", tmp_path) == []

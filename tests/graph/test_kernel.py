"""Compiled loops: what is kept on disk is never older than the code."""

import os
import subprocess
import sys

OUTER = """
import numpy as np
from kanmon.graph.kernel import Kernel
from parts import half


@Kernel
def run(x):
    for i in range(len(x)):
        x[i] = half(x[i])


x = np.ones(3)
run(x, work=1_000_000)
print(x[0])
"""
PART = """
from kanmon.graph.kernel import part

SCALE = {scale}


@part
def half(value):
    return value * SCALE
"""


def test_machine_code_does_not_outlive_a_change_of_a_part_in_another_file(tmp_path):
    (tmp_path / "outer.py").write_text(OUTER, encoding="utf-8")
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kept"), "PYTHONDONTWRITEBYTECODE": "1"}
    for scale in (0.5, 0.25):
        (tmp_path / "parts.py").write_text(PART.format(scale=scale), encoding="utf-8")
        command = [sys.executable, str(tmp_path / "outer.py")]
        result = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True)
        assert float(result.stdout) == scale
    assert list((tmp_path / "kept").rglob("*.nbi"))

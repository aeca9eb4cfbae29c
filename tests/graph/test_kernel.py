"""Compiled loops: what is kept on disk is never older than the code, and nobody waits for the compiler without need."""

import os
import subprocess
import sys
from typing import NamedTuple

import kanmon as kn
import numpy as np
import pytest
from kanmon.graph import kernel, shipped

OUTER = """
import numpy as np
from kanmon.graph.kernel import Kernel
from parts import half


@Kernel
def run(x):
    for i in range(len(x)):
        x[i] = half(x[i])


x = np.ones(3)
run(x, size=10**9)
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


TWICE = """
import sys
import numpy as np
from kanmon.graph.kernel import LARGE, SMALL, Kernel

assert SMALL < 10**7 < LARGE


@Kernel
def add(x):
    total = 0.0
    for i in range(len(x)):
        total += x[i]
    return total


add(np.ones(3), size=int(sys.argv[1]))
add(np.ones(3), size=0)
found = add.__dict__.get("compiled")
print("numba" in sys.modules, found is not None and len(found.signatures) > 0)
"""


def test_machine_code_is_used_where_it_is_kept_and_made_only_for_much_more(tmp_path):
    (tmp_path / "twice.py").write_text(TWICE, encoding="utf-8")
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}

    def told(size):
        command = [sys.executable, str(tmp_path / "twice.py"), str(size)]
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True).stdout.split()

    assert told(1000) == ["False", "False"]
    assert told(10**7) == ["True", "False"]
    assert not list(tmp_path.rglob("*.nbi"))
    assert told(10**9) == ["True", "True"]
    assert told(10**7) == ["True", "True"]
    assert told(1000) == ["False", "False"]


COMPILED = {
    "what does little is not compiled for what others do": ("""
first(np.ones(3), size=2 * LARGE)
for other, size in ((second, OWN - 1), (third, OWN + 1)):
    other(np.ones(3), size=size)
    print(len(other.compiled.signatures))
""", [0, 1]),
    "what calls took counts, and not what was announced for them": ("""
first(np.ones(3), size=LARGE - 1)
first(np.ones(3), size=2 * LARGE)
print(len(first.compiled.signatures))
""", [0]),
    "a question that knows of many calls has them compiled before the first": ("""
for size in (LARGE - 1, LARGE + 1):
    first.expect(size)
    first(np.ones(3))
    print(len(first.compiled.signatures))
""", [0, 1]),
    "what was expected is used up by what calls took": ("""
first.expect(LARGE - 1)
first._count(LARGE)
print(first.expected)
""", [0]),
}  # fmt: skip
KERNELS = """
import numpy as np
from kanmon.graph.kernel import LARGE, OWN, Kernel


@Kernel
def first(x):
    return x[0]


@Kernel
def second(x):
    return x[0]


@Kernel
def third(x):
    return x[0]

"""


@pytest.mark.parametrize("what", COMPILED)
def test_kernels_are_compiled_when_it_pays(what, tmp_path):
    program, expected = COMPILED[what]
    (tmp_path / "program.py").write_text(KERNELS + program, encoding="utf-8")
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    command = [sys.executable, str(tmp_path / "program.py")]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True).stdout
    assert [float(word) for word in said.split()] == expected


HALF = kn.risk.Scenario("half", kn.risk.reduce("CHN", 0.5))
ASKED = {
    "simulate": lambda graph, stop: kn.risk.simulate(graph, stop, product="mlcc", buyer="JPN"),
    "chokepoints": lambda graph, stop: kn.risk.chokepoints(graph, "mlcc"),
    "cut_sets": lambda graph, stop: kn.risk.cut_sets(graph, "mlcc"),
    "exposure": lambda graph, stop: kn.risk.exposure(graph, "mlcc"),
    "timeline": lambda graph, stop: kn.risk.timeline(graph, stop, product="mlcc", horizon=365),
    "sweep": lambda graph, stop: kn.risk.sweep(graph, [stop, HALF], product="mlcc"),
    "uncertainty": lambda graph, stop: kn.risk.uncertainty(graph, [stop], product="mlcc"),
}  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_plain_loops_machine_code_made_here_and_code_that_came_give_the_same_bytes(asked, monkeypatch):
    stop = kn.risk.Scenario("stop", kn.risk.halt("CHN"))
    found = []
    ran = []

    def code(one):
        ran.append(one.function)
        return shipped.shipped(one.function, lambda about: kernel.is_source(one.function, about))

    monkeypatch.setattr(kernel, "READY", -1)
    monkeypatch.setattr(kernel.Kernel, "shipped", property(lambda one: code(one) if one.came else None))
    for least, came in ((10**15, False), (-1, False), (10**15, True)):
        monkeypatch.setattr(kernel.Kernel, "came", property(lambda one, came=came: came and shipped.came(one.function)))
        for size in ("EACH", "SMALL", "OWN", "LARGE"):
            monkeypatch.setattr(kernel, size, least)
        found.append(ASKED[asked](kn.load("mlcc"), stop))
    assert all(one.equals(found[0], null_equal=True) for one in found) and found[0].height
    assert bool(ran) is shipped.here()


def test_a_compiler_that_is_switched_off_is_not_missed():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-c", "import kanmon as kn; print(kn.risk.cut_sets(kn.load('mlcc'), 'mlcc').height > 0)"]
    assert subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True).stdout == "True\n"


class Pair(NamedTuple):
    values: np.ndarray
    same: np.ndarray
    step: float


@kernel.Kernel
def advance(pair: Pair):
    for i in range(len(pair.values)):
        pair.values[i] += pair.step
    return pair.same[0]


@pytest.mark.parametrize("size", [1, 10**12])
def test_what_a_kernel_writes_into_a_named_tuple_stands_in_its_array_under_every_name(size):
    values = np.zeros(3)
    assert advance(Pair(values, values, 2.0), size=size) == 2.0
    assert values.tolist() == [2.0] * 3


SWAPPED = """
from typing import NamedTuple
import numpy as np


class Pair(NamedTuple):
    {fields[0]}: np.ndarray
    {fields[1]}: np.ndarray
"""
READS = """
import numpy as np
from kanmon.graph.kernel import Kernel
from parts import Pair


@Kernel
def run(pair: Pair):
    return pair.one[0]


print(run(Pair(np.ones(1), np.zeros(1)), size=10**9))
"""


def test_machine_code_does_not_outlive_another_order_of_the_fields_that_it_reads(tmp_path):
    (tmp_path / "outer.py").write_text(READS, encoding="utf-8")
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kept"), "PYTHONDONTWRITEBYTECODE": "1"}
    for fields, expected in ((("one", "two"), 1.0), (("two", "one"), 0.0)):
        (tmp_path / "parts.py").write_text(SWAPPED.format(fields=fields), encoding="utf-8")
        command = [sys.executable, str(tmp_path / "outer.py")]
        result = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True)
        assert float(result.stdout) == expected


def test_a_kernel_whose_source_is_not_here_has_a_digest_too():
    space = {"__name__": "nowhere"}
    exec(compile("def add(x):\n    return x + 1\n", "nowhere.py", "exec"), space)
    exec(compile("def less(x):\n    return x - 1\n", "nowhere.py", "exec"), space)
    digests = {kernel.digest(space[name]) for name in ("add", "less")}
    assert len(digests) == 2

"""Code that comes with the package: of the source as it stands, for what it was made for, and enough to compile nothing."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from kanmon.graph import kernel, shipped
from kanmon.risk.production.solver import replay

ROOT = Path(__file__).parents[2]
needs_linker = pytest.mark.skipif(shutil.which("ld") is None, reason="code is linked by ld, of binutils")
needs_code = pytest.mark.skipif(not shipped.here(), reason="code that comes with the package was not tried here")


def test_the_code_that_comes_with_the_package_is_of_the_source():
    """What has changed is compiled on every machine, which takes half a minute: write it again with `make kernels`."""
    command = [sys.executable, str(ROOT / "scripts" / "build_kernels.py"), "--check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")


ASKED = """
import sys
import kanmon as kn
frame = kn.risk.chokepoints(kn.load("world"), "humanoid_robot")
print(frame.height > 100, "numba" in sys.modules, "llvmlite" in sys.modules)
"""


@needs_code
def test_the_largest_product_is_asked_without_a_compiler(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", ASKED]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True)
    assert (said.stdout, said.stderr, [*tmp_path.iterdir()]) == ("True False False\n", "", [])


class Pair(NamedTuple):
    first: np.ndarray
    scale: float


@kernel.part
def doubled(value):
    return value + value


@kernel.Kernel
def summed(skip, pair: Pair, upto, counts):
    total = 0.0
    for i in range(len(pair.first)):
        if i != skip and upto:
            total += doubled(pair.first[i]) * pair.scale
            counts[i] += 1
    return total


@kernel.Kernel
def whole(numbers, by):
    count = 0
    for i in range(len(numbers)):
        count += numbers[i] // by
    return count > 0


@kernel.Kernel
def longest(numbers):
    return len(numbers)


@kernel.Kernel
def cleared(numbers):
    for i in range(len(numbers)):
        numbers[i] = 0


def arguments():
    return {
        summed: (1, Pair(np.array([0.5, 2.0, 0.25]), 3.0), True, np.array([5, 6, 7])),
        whole: (np.array([3, 4]), 2),
        longest: (np.zeros(5, np.int8),),
        cleared: (np.array([1.5, 2.5]),),
    }


@pytest.fixture(scope="module")
def came(tmp_path_factory):
    """The kernels above, through the files that the script writes."""
    spec = importlib.util.spec_from_file_location("build_kernels", ROOT / "scripts" / "build_kernels.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    found = {}
    for one, given in arguments().items():
        file = tmp_path_factory.mktemp("code") / "code.elf"
        script.write(one, given, file)
        found[one] = shipped.read(file)
    return found


@needs_code
@needs_linker
@pytest.mark.parametrize("one", arguments(), ids=lambda one: one.__name__)
def test_code_that_came_takes_and_gives_what_the_function_does(one, came):
    plain, given = arguments()[one], arguments()[one]
    result = came[one](came[one].words(given))
    expected = one.function(*plain)
    assert result == expected and type(result) is type(np.asarray(expected).item())
    for mine, other in zip(given, plain, strict=True):
        assert np.array_equal(mine[0] if isinstance(mine, tuple) else mine, other[0] if isinstance(other, tuple) else other)


@needs_code
@needs_linker
@pytest.mark.parametrize(
    "given",
    [
        (np.array([3, 4], np.int32), 2), (np.array([3.0, 4.0]), 2), (np.array([[3, 4]]), 2), (np.arange(9)[::2], 2),
        (np.array([3, 4]), 2.0), (np.array([3, 4]), np.array([2])), (3, 2), (np.array([3, 4]),), (np.array([3, 4]), 2, 2),
    ],
)  # fmt: skip
def test_other_arguments_than_the_code_was_made_for_are_not_given_to_it(given, came):
    assert came[whole].words(given) is None


@needs_code
@needs_linker
def test_what_ends_in_an_error_ends_in_it_through_the_code_too(came):
    code = came[whole]
    with pytest.raises(ZeroDivisionError):
        code(code.words((np.array([3, 4]), 0)))


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """The files of one kernel, where a test may change them: what is told of it, and its code."""
    file = shipped.file_of(replay.function)
    for one in (file, file.with_suffix(".json")):
        shutil.copy(one, tmp_path)
    monkeypatch.setattr(shipped, "file_of", lambda _: tmp_path / file.name)
    return tmp_path / file.name


def found():
    return shipped.shipped(replay.function, partial(kernel.is_source, replay.function))


def tell(file, **change):
    file.with_suffix(".json").write_text(json.dumps(shipped.told(file) | change), encoding="utf-8")


@needs_code
def test_code_of_another_source_is_left_alone_and_new_words_around_the_source_are_no_other_source(beside):
    assert found() is not None
    tell(beside, stamp="of a file with another comment")
    assert found() is not None
    tell(beside, digest="of another source")
    assert found() is None


@needs_code
def test_a_file_that_stands_as_it_did_is_not_read_as_python_does(beside, monkeypatch):
    tell(beside, digest="never asked for")
    assert found() is not None


@needs_code
@pytest.mark.parametrize("code", [b"", b"no code at all"])
def test_code_that_cannot_be_run_here_is_left_alone(code, beside):
    beside.write_bytes(code)
    assert found() is None


SCALE = 2.0


@kernel.Kernel
def scaled(numbers):
    return numbers[0] * SCALE


@pytest.mark.parametrize("told", [kernel.digest, kernel.stamp])
def test_a_number_that_the_code_holds_is_a_part_of_its_source_wherever_it_is_set(told, monkeypatch):
    before = told(scaled.function)
    kernel._digest.cache_clear()
    assert told(scaled.function) == before
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    kernel._digest.cache_clear()
    assert told(scaled.function) != before
    kernel._digest.cache_clear()

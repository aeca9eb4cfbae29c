"""Code that comes with the package: of the source as it stands, for what it was made for, and enough to compile nothing."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import llvmlite.binding as llvm
import numpy as np
import pytest
from kanmon.graph import kernel, portable
from kanmon.risk.production.solver import replay

ROOT = Path(__file__).parents[2]
needs_code = pytest.mark.skipif(not portable.here(), reason="code that comes with the package was not tried here")


def test_the_code_that_comes_with_the_package_is_of_the_source():
    """What has changed is compiled on every machine, which takes half a minute: write it again with `make kernels`."""
    command = [sys.executable, str(ROOT / "scripts" / "build_kernels.py"), "--check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")


ASKED = """
import sys
import kanmon as kn
frame = kn.risk.chokepoints(kn.load("world"), "humanoid_robot")
print(frame.height > 100, "numba" in sys.modules)
"""


@needs_code
def test_the_largest_product_is_asked_without_a_compiler(tmp_path):
    if portable.told(portable.file_of(replay.function))[0]["llvm"] > llvm.llvm_version_info[0]:
        pytest.skip("the code is of a newer LLVM than is installed")
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", ASKED]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True)
    assert (said.stdout, said.stderr, [*tmp_path.iterdir()]) == ("True False\n", "", [])


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
        file = tmp_path_factory.mktemp("code") / "code.bc"
        file.write_bytes(script.written(one, given))
        found[one] = portable.read(file)
    return found


@needs_code
@pytest.mark.parametrize("patience", [1, -1], ids=["in a hurry", "well"])
@pytest.mark.parametrize("one", arguments(), ids=lambda one: one.__name__)
def test_code_that_came_takes_and_gives_what_the_function_does(one, patience, came, monkeypatch):
    monkeypatch.setattr(portable, "_WELL_PER_BYTE", patience)
    plain, given = arguments()[one], arguments()[one]
    result = came[one](came[one].words(given))
    expected = one.function(*plain)
    assert result == expected and type(result) is type(np.asarray(expected).item())
    for mine, other in zip(given, plain, strict=True):
        assert np.array_equal(mine[0] if isinstance(mine, tuple) else mine, other[0] if isinstance(other, tuple) else other)


@needs_code
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
def test_what_ends_in_an_error_ends_in_it_through_the_code_too(came):
    code = came[whole]
    with pytest.raises(ZeroDivisionError):
        code(code.words((np.array([3, 4]), 0)))


@needs_code
@pytest.mark.parametrize("change", [{"digest": "of another source"}, {"llvm": 10**6}])
def test_code_of_another_source_or_of_a_newer_llvm_is_left_alone(change, tmp_path, monkeypatch):
    file = portable.file_of(replay.function)
    about, code = portable.told(file)
    about["llvm"] = llvm.llvm_version_info[0]
    for name, told in (("same", about), ("other", about | change)):
        copy = tmp_path / f"{name}.bc"
        copy.write_bytes(json.dumps(told).encode() + b"\n" + code)
        monkeypatch.setattr(portable, "file_of", lambda _, copy=copy: copy)
        assert (portable.found(replay.function, kernel.digest) is None) is (name == "other")

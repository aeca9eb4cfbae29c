"""A public function keeps its name on the room, whichever way its module was imported first."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("room", ["graph", "datasets", "risk", "plot", "app"])
def test_functions_are_not_hidden_by_their_modules(room):
    code = f"""
import importlib, pkgutil, types
import kanmon
room = importlib.import_module("kanmon.{room}")
for found in pkgutil.iter_modules(room.__path__):
    importlib.import_module("kanmon.{room}." + found.name)
hidden = [name for name in room.__all__ if isinstance(getattr(room, name), types.ModuleType)]
assert hidden == [], hidden
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_package_is_light():
    code = "import sys, kanmon; print(sorted(set(sys.modules) & {'polars', 'pandas', 'numpy', 'numba', 'networkx'}))"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    assert result.stdout.strip() == "[]"

"""The examples in the docstrings run and print what they say."""

import doctest
import importlib
import inspect
import pkgutil

import kanmon
import pytest

ROOMS = ("graph", "datasets", "risk", "plot", "app")
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules():
    yield "kanmon"
    for room in ROOMS:
        package = importlib.import_module(f"kanmon.{room}")
        yield package.__name__
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield found.name


@pytest.mark.parametrize("name", list(modules()))
def test_examples_of_the_docstrings_run(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS)
    assert result.failed == 0
    assert kanmon.__version__


@pytest.mark.parametrize("room", ["datasets", "risk", "plot"])
def test_every_public_function_shows_an_example(room):
    module = importlib.import_module(f"kanmon.{room}")
    public = {name: getattr(module, name) for name in module.__all__}
    functions = [name for name, one in public.items() if inspect.isfunction(inspect.unwrap(one))]
    assert functions and [name for name in functions if ">>>" not in (public[name].__doc__ or "")] == []

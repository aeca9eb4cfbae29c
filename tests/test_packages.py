"""What Kanmon is installed with is pinned by hash, under licences that somebody looked at, and listed."""

import importlib.util
import json
import re
import tomllib
from email.message import Message
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("packages", ROOT / "scripts" / "packages.py")
packages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(packages)


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"]]


VERSIONS = packages.pinned(ROOT / "constraints.txt")
FILES = sorted((ROOT / "constraints").glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_pinned_version_has_a_hash_and_no_address(file):
    text = file.read_text(encoding="utf-8")
    known = packages.pinned(file)
    assert known.items() <= VERSIONS.items()
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\n", text)) == len(known) > 100
    assert [need.name for need in WANTED if packages.canonicalize_name(need.name) not in known] == []
    assert "//" not in text and "@" not in text


def test_each_pinned_version_is_one_that_some_python_takes():
    assert set(VERSIONS) == {name for file in FILES for name in packages.pinned(file)}


def test_every_python_that_the_project_names_has_hashes():
    named = {line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line}
    hashed = {re.match(r"cp3(\d+)-", file.name)[1] for file in FILES}
    assert {version.removeprefix("3.") for version in named} <= hashed and len(named) > 1


def test_the_conda_recipe_asks_for_what_the_project_asks_for():
    recipe = (ROOT / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    run = re.search(r"^  run:\n((?:    - .+\n)+)", recipe, re.M)[1]
    asked = {line.removeprefix("    - ").replace("python-igraph", "igraph").replace(" ", "") for line in run.splitlines()}
    assert asked == {*PROJECT["dependencies"], f"python{PROJECT['requires-python']}"}
    assert f"version: {PROJECT['version']}\n" in recipe


def test_the_lowest_versions_are_those_of_the_project():
    low = {need.name: need for need in map(Requirement, packages.lowest())}
    for need in WANTED:
        (pin,) = low[need.name].specifier
        assert need.specifier.contains(pin.version) and str(need.specifier) == f">={pin.version}"


def test_no_installed_package_has_a_licence_that_nobody_looked_at():
    assert packages.unlooked(distributions()) == {}


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        ({"License-Expression": "MIT"}, []),
        ({"License-Expression": "MIT OR GPL-3.0-only"}, []),
        ({"License-Expression": "MIT AND GPL-3.0-only"}, ["GPL-3.0-only"]),
        ({"License": "GNU General Public License (GPL)"}, ["GPL-2.0-or-later"]),
        ({"License": "AGPL-3.0"}, ["AGPL-3.0"]),
        ({"License": "a text\nof many lines", "Classifier": "License :: OSI Approved :: MIT License"}, []),
        ({"License": "UNKNOWN"}, ["none said"]),
        ({}, ["none said"]),
    ],
)
def test_a_licence_is_allowed_or_named(fields, bad):
    about = Message()
    for name, value in {"Name": "x", **fields}.items():
        about[name] = value

    class Package:
        metadata = about

    assert packages.unlooked([Package]) == ({"x": bad} if bad else {})


def test_the_bill_lists_everything_that_kanmon_needs_and_nothing_of_this_machine():
    bill = packages.bill()
    refs = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert len(refs) == len(bill["components"]) + 1 == len(bill["dependencies"]) > 30
    assert all(row["ref"] in refs and refs >= set(row["dependsOn"]) for row in bill["dependencies"])
    assert all(part["licenses"] and part["version"] for part in bill["components"])
    assert json.dumps(bill) == json.dumps(packages.bill()) and str(ROOT) not in json.dumps(bill)
    listed = {packages.canonicalize_name(part["name"]) for part in bill["components"]}
    assert {packages.canonicalize_name(need.name) for need in WANTED} <= listed

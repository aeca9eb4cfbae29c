"""The house stands as the design draws it: rooms in one direction, modules of a size, one message catalogue."""

import ast
import csv
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("graph", "datasets", "risk", "plot", "app")
FILES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
CATALOGUES = sorted(file for room in ROOMS for file in (ROOT / room / "messages").glob("*.csv"))


def imported_rooms(file):
    """Rooms that a module imports, from its relative imports."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = parts[: len(parts) - node.level]
            target = [*base, *(node.module or "").split(".")]
            names = [target[0]] if target[0] else [alias.name for alias in node.names]
            yield from (name for name in names if name in ROOMS)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert not any(name.split(".")[0] == "kanmon" for name in names), (
                f"{file}: imports inside the rooms are relative"
            )


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_an_import_never_points_back(file):
    own = ROOMS.index(file.relative_to(ROOT).parts[0])
    assert all(ROOMS.index(room) <= own for room in imported_rooms(file))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_stays_small(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 500


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="what is kept is known in a checkout alone")
def test_nothing_that_was_written_on_trial_is_kept_at_the_top():
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode("utf-8")
    beside = {".ci", ".github", "benchmarks", "conda", "constraints", "docs", "notebooks", "scripts", "tests"}
    assert {name.split("/")[0] for name in kept.split("\0") if "/" in name} == {*ROOMS, *beside}


def test_no_module_but_the_package_itself_and_its_command_line_stands_at_the_root():
    assert sorted(file.name for file in ROOT.glob("*.py")) == ["__init__.py", "__main__.py"]


ONE_WORD = {
    "en": {"maker": r"(?<!contract )manufacturers?\b|\bproducers?\b", "supplier": r"\bvendors?\b"},
    "ja": {
        "メーカー": "製造者|製造元|生産者|製造業者",
        "投入財": "投入品|投入(?![財量率])",
        "供給者、調達先（自社が買う相手）": "供給元|調達元|仕入れ?先",
        "供給源": "調達源",
    },
}
"""One word for each thing that a person reads of, and what else it might be called: see `CONTRIBUTING.md`."""
SPOKEN = [
    *CATALOGUES,
    *(file for room in ROOMS for file in sorted((ROOT / room / "schema").glob("*.csv"))),
    ROOT / "app" / "templates" / "survey" / "words.csv",
]


@pytest.mark.parametrize("file", SPOKEN, ids=lambda file: "/".join(file.parts[-3:]))
def test_one_thing_has_one_word(file):
    with file.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            for column, cell in row.items():
                lang = column.rsplit("_", 1)[-1]
                # What people call it in their own tables is read in any words; choices are what the files hold.
                for word, others in ONE_WORD.get(lang, {}).items() if not column.startswith("choice") else ():
                    found = re.search(others, re.sub(r"\{.*?\}", "", cell or ""))
                    assert not found, f"{file.name}:{number} says {found and found[0]} for {word}"


@pytest.mark.parametrize("file", sorted((ROOT / "docs" / "ja").rglob("*.md")), ids=lambda file: file.stem)
def test_one_thing_has_one_word_in_the_japanese_pages_too(file):
    prose = re.sub(r"```.*?```|`[^`]*`", "", file.read_text(encoding="utf-8"), flags=re.S)
    for word, others in ONE_WORD["ja"].items():
        assert (found := re.search(others, prose)) is None, f"{found[0]} for {word}"


RANGE = r"""[}%\d]\s?[–〜]\s?(?:\$?\{|[%<>]?\d)|(?:["'`])\s?[–〜]\s?(?:["'`]\.join)|join\(["'`]\s?[–〜]"""
"""Two bounds that a line of code puts together itself."""


def test_ranges_are_written_in_one_place_which_knows_the_language():
    """ "39–62" in English and 「39〜62」 in Japanese: `graph.interval.ranged`, and the page with the same words."""
    pages = (ROOT / "app" / "templates" / "explorer").glob("*.js")
    for file in [*FILES, *pages]:
        code = re.sub(
            r'r?"""(?:.|\n)*?"""|^\s*#.*$|//.*$|\br?f?"[^"\n]*\[[^"\n]*[–〜][^"\n]*"',
            "",
            file.read_text(encoding="utf-8"),
            flags=re.M,
        )
        assert not (found := re.search(RANGE, code)), f"{file.name}: {found and found[0]}"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: "/".join(file.parts[-3:]))
def test_no_range_in_japanese_has_an_english_dash(file):
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            assert not re.search(r"[\d}%]\s?[–—]\s?[\d{<>]", row["ja"]), f"{file.name}: {row['name']}"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: "/".join(file.parts[-3:]))
def test_every_sentence_exists_in_both_languages_and_has_the_same_fields_in_any_other(file):
    with file.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    assert head[:3] == ["name", "en", "ja"]
    assert len({row[0] for row in rows}) == len(rows), "a name stands twice"
    for name, english, japanese, *others in rows:
        for told in filter(None, (japanese, *others)):
            assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", told)), name
        assert bool(english) == bool(japanese), name


def test_every_key_that_the_code_names_is_in_the_catalogue():
    known = set()
    for file in CATALOGUES:
        with file.open(encoding="utf-8", newline="") as stream:
            room, topic = file.parts[-3], file.stem
            known |= {f"{room}.{topic}.{row['name']}" for row in csv.DictReader(stream)}
    topics = {key.rsplit(".", 1)[0] for key in known}
    named = set()
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            word = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if re.fullmatch(r"\w+\.\w+\.\w+", word) and word.rsplit(".", 1)[0] in topics:
                named.add(word)
    # The part of a name before a field of an f-string must begin some key.
    assert {
        word for word in named - known if not (word.endswith("_") and any(key.startswith(word) for key in known))
    } == set()


def test_language_is_never_a_branch_in_code():
    for file in FILES:
        if file.name not in {"messages.py", "terms.py"}:  # there it is the language of a search term
            assert not re.search(r"""lang\w*\s*==\s*["'](en|ja)["']""", file.read_text(encoding="utf-8")), file

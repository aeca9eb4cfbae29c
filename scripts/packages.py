"""What Kanmon is installed with: pinned by hash, under licences that are allowed, listed in a bill of materials.

    python scripts/packages.py lock [PYTHON ...]   # constraints.txt, and constraints/<Python and system>.txt with hashes
    python scripts/packages.py lowest FILE         # constraints: the lowest versions that pyproject.toml admits
    python scripts/packages.py licences            # exit 1 where an installed package has a licence that nobody looked at
    python scripts/packages.py sbom FILE           # CycloneDX 1.6 of what an installed Kanmon needs

Only `lock` asks a package index, through pip. No file holds its address.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
EXTRAS = ("plot", "parquet", "notebook", "dask", "docs", "test")
"""What a developer's environment is installed with."""
LOWEST = ("plot", "parquet", "notebook", "dask")
"""Extras whose lowest versions are tried, too."""
BUILD = ["setuptools>=80"]
"""What a wheel is built with: pinned, too, so that nothing is fetched unchecked."""
HEAD = "# Made by `make constraints`: versions that fit together and were tested.\n"

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "MIT",
    "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
"""Licences that a program under Apache-2.0 may be used and shipped with as a library (MPL-2.0: unchanged)."""
NAMES = {
    "Apache 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause", "BSD License": "BSD-3-Clause",
    "BSD-3-Clause and Public-Domain": "BSD-3-Clause AND CC0-1.0", "GNU General Public License (GPL)": "GPL-2.0-or-later",
    "ISC license": "ISC", "ISC License": "ISC", "ISC License (ISCL)": "ISC", "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "Python Software Foundation License": "PSF-2.0",
}  # fmt: skip
"""What older metadata says, as SPDX. "BSD" alone is taken for its three clauses."""
EXCEPTED = {"igraph": "GPL-2.0-or-later: installed beside Kanmon and used as a library; nothing of it is shipped"}
"""Packages whose licence is not allowed, and why they are used all the same."""


# --- licences ------------------------------------------------------------------------------------------------------------


def licence(package: Distribution) -> str:
    """Return the licence of a package as an SPDX expression; as it is written where it is none, "" where none is said."""
    about = package.metadata
    said = about.get("License-Expression")
    if said:
        return said
    short = (about.get("License") or "").strip()
    classifiers = about.get_all("Classifier") or []
    classified = [name.rpartition("::")[2].strip() for name in classifiers if name.startswith("License ::")]
    written = [*classified, short] if "\n" in short or short in {"", "UNKNOWN"} else [short, *classified]
    known = [NAMES.get(name, name) for name in written if name and name != "UNKNOWN"]
    return next((name for name in known if refused(name) == []), known[0] if known else "")


def refused(expression: str) -> list[str]:
    """Return what in an expression is not allowed: of alternatives one has to be, of licences that hold together each.

    >>> refused("MIT OR GPL-3.0-only"), refused("MIT AND GPL-3.0-only"), refused("")
    ([], ['GPL-3.0-only'], ['none said'])
    """
    ways = [re.split(r"\s+AND\s+", way.strip(" ()")) for way in re.split(r"\s+OR\s+", expression)]
    bad = [[part.strip(" ()") or "none said" for part in way if part.strip(" ()") not in ALLOWED] for way in ways]
    return min(bad, key=len)


def unlooked(packages: Iterable[Distribution]) -> dict[str, list[str]]:
    """Return packages under licences that are neither allowed nor excepted, and what is not."""
    found = {}
    for package in packages:
        name = canonicalize_name(package.metadata["Name"])
        if name not in EXCEPTED and (bad := refused(licence(package))):
            found[name] = bad
    return found


# --- what is needed ------------------------------------------------------------------------------------------------------


def needed(name: str = "kanmon") -> dict[str, list[str]]:
    """Return the installed packages that a package needs, itself first, and the names that each of them asks for."""
    found: dict[str, list[str]] = {}
    front = [(canonicalize_name(name), frozenset[str]())]
    while front:
        one, extras = front.pop(0)
        if one in found:
            continue
        asked = [Requirement(line) for line in distribution(one).requires or []]
        wanted = [need for need in asked if _wanted(need, extras)]
        found[one] = sorted({canonicalize_name(need.name) for need in wanted})
        front += [(canonicalize_name(need.name), frozenset(need.extras)) for need in wanted]
    return found


def _wanted(need: Requirement, extras: Iterable[str]) -> bool:
    return need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def bill() -> dict[str, Any]:
    """Return the bill of materials of an installed Kanmon as CycloneDX 1.6: the same packages give the same bytes."""
    found = needed()

    def component(name: str) -> dict[str, Any]:
        package = distribution(name)
        said = licence(package)
        spdx = not refused(said) or said in NAMES.values()
        return {
            "type": "library",
            "bom-ref": _purl(package),
            "name": package.metadata["Name"],
            "version": package.version,
            "licenses": [{"expression": said} if spdx else {"license": {"name": said or "unknown"}}],
            "purl": _purl(package),
        }

    first, *rest = found
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(first) | {"type": "application"}},
        "components": [component(name) for name in sorted(rest)],
        "dependencies": [
            {"ref": _purl(distribution(name)), "dependsOn": [_purl(distribution(need)) for need in found[name]]}
            for name in sorted(found)
        ],
    }


def _purl(package: Distribution) -> str:
    return f"pkg:pypi/{canonicalize_name(package.metadata['Name'])}@{package.version}"


# --- versions ------------------------------------------------------------------------------------------------------------


def tag(python: str) -> str:
    """Return what hashes are good for: a Python on its system."""
    said = 'import platform, sys; print("cp%d%d" % sys.version_info[:2], sys.platform, platform.machine(), sep="-")'
    return subprocess.run([python, "-c", said], check=True, capture_output=True, encoding="utf-8").stdout.strip()


def lock(pythons: Iterable[str] = (), keep: bool = False) -> None:
    """Write the newest versions that fit together (or keep those that are pinned), and the hash of each file.

    They are found for this Python; the other ones (``pythons``, commands) take the same versions. What was written for
    Pythons that are not named goes where its versions are others.
    """
    versions = ROOT / "constraints.txt"
    files = versions.with_suffix("")
    files.mkdir(exist_ok=True)
    known: dict[str, str] = {}
    for python in (sys.executable, *pythons):
        rows = sorted(resolved(python, [versions] if keep else []))
        known |= {name: version for name, version, _ in rows}
        versions.write_text(HEAD + "".join(f"{name}=={known[name]}\n" for name in sorted(known)), encoding="utf-8")
        hashed = "".join(f"{name}=={version} \\\n    --hash=sha256:{digest}\n" for name, version, digest in rows)
        text = f"{HEAD}# The files that {tag(python)} takes.\n{hashed}"
        (files / f"{tag(python)}.txt").write_text(text, encoding="utf-8")
        keep = True
    for file in files.glob("*.txt"):
        if not pinned(file).items() <= known.items():
            file.unlink()
            print(f"{file.name}: its versions are others; name that Python, too")


def resolved(python: str, constraints: Iterable[Path]) -> Iterator[tuple[str, str, str]]:
    """Yield what pip would install for a Python: name, version and SHA-256."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        wanted = [*BUILD, f"{ROOT}[{','.join(EXTRAS)}]"]
        flags = ["--quiet", "--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", str(report)]
        flags += [f"--constraint={file}" for file in constraints]
        subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *flags, *wanted], check=True)
        yield from pins(json.loads(report.read_text(encoding="utf-8")))


def pinned(file: Path) -> dict[str, str]:
    """Return the versions that a file of constraints pins, by name."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", file.read_text(encoding="utf-8"), re.M))


def pins(report: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield name, version and SHA-256 of everything that pip would install, but of Kanmon itself."""
    for row in report["install"]:
        name = canonicalize_name(row["metadata"]["name"])
        if name != "kanmon":
            yield name, row["metadata"]["version"], row["download_info"]["archive_info"]["hashes"]["sha256"]


def lowest() -> Iterator[str]:
    """Yield the lowest version of each package that pyproject.toml names, as constraints."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for line in [*project["dependencies"], *(line for name in LOWEST for line in extras[name])]:
        need = Requirement(line)
        (bound,) = (limit.version for limit in need.specifier if limit.operator == ">=")
        yield f"{need.name}=={bound}"


def main() -> None:
    """Do what the command says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["lock", "lowest", "licences", "sbom"])
    parser.add_argument("given", nargs="*", help="lock: further Pythons; lowest, sbom: the file to write")
    parser.add_argument("--keep", action="store_true", help="lock: the versions that are pinned now")
    asked = parser.parse_intermixed_args()
    if asked.what == "lock":
        lock(asked.given, asked.keep)
    elif asked.what == "licences":
        bad = unlooked(distributions())
        for name, parts in sorted(bad.items()):
            print(f"{name}: {', '.join(parts)}")
        sys.exit(1 if bad else 0)
    else:
        words = "\n".join(lowest()) if asked.what == "lowest" else json.dumps(bill(), indent=1)
        (file,) = map(Path, asked.given)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(words + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""YAML that a person wrote: plain values of a bounded size and depth, no dates that were meant as text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from .encodings import decode
from .errors import InputError, ReadError, short_path, shorten
from .files import read_bytes, reading

SIZE, DEPTH, VALUES = 2**22, 40, 2**20
"""Bytes and values that a file may have, and how deep values may stand within one another."""
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"%PDF")
"""How files begin that hold workbooks and such, whose bytes are no text in any encoding."""


_PLAIN = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "seq", "map")}


if yaml.__with_libyaml__:
    from yaml.cyaml import CParser as _Events  # pyright: ignore[reportAttributeAccessIssue]
else:  # a build without libyaml has only the slow one

    class _Events(Reader, Scanner, Parser):
        """The same events, read in Python."""

        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)


class _Loader(Composer, _Events, SafeConstructor, Resolver):  # pyright: ignore[reportGeneralTypeIssues]
    """Text, but for what is written as a number, ``true``, ``false`` or a blank (the core schema of YAML 1.2).

    ``00123``, ``12:30``, ``NO`` and ``2026-01-13`` are text, as everywhere else in Kanmon's files, and so is every name in
    front of a value, which stands there once. libyaml reads the marks of the text, where it is there; what they make is
    composed here, since its own composer asks nobody.
    """

    def __init__(self, stream: str) -> None:
        _Events.__init__(self, stream)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self.depth = self.count = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        mark = self.peek_event().start_mark
        if self.check_event(yaml.AliasEvent) or self.depth > DEPTH:
            word = "alias" if self.check_event(yaml.AliasEvent) else "depth"
            raise InputError(f"graph.tables.yaml_{word}", line=mark.line + 1, limit=DEPTH)
        self.count += 1
        if self.count > VALUES:
            raise InputError("graph.tables.yaml_values", limit=f"{VALUES:,}")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if node is not None and node.tag not in _PLAIN:
            raise InputError("graph.tables.yaml_tag", line=mark.line + 1, tag=shorten(node.tag))
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise InputError("graph.tables.yaml_name", line=line)
            if key.value in found:
                raise InputError("graph.tables.yaml_twice", line=line, name=shorten(key.value))
            found[key.value] = self.construct_object(value, deep=deep)
        return found


def _whole(loader: _Loader, node: Any) -> int:
    return int(loader.construct_scalar(node))


def _decimal(loader: _Loader, node: Any) -> float:
    return float(re.sub("[.](inf|nan)$", r"\1", str(loader.construct_scalar(node)).lower()))


_Loader.add_constructor("tag:yaml.org,2002:int", _whole)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
_Loader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", "[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"(?:{_pattern})$"), list(_first))


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds, in any encoding that text may have.

    Raises
    ------
    ReadError
        The file is missing, empty, larger than `SIZE`, or no YAML (the line is said).
    InputError
        Its values stand deeper than `DEPTH`, refer to each other, or are of another kind than text, numbers, lists and such;
        a name stands twice; there are more than `VALUES` of them.
    """
    data = read_bytes(path)
    if data.startswith(_NO_TEXT):
        raise ReadError("graph.tables.yaml_none", path=short_path(path))
    if len(data) > SIZE:
        raise InputError("graph.tables.yaml_size", path=short_path(path), limit=SIZE >> 20)
    text = decode(data, path)
    with reading(path, "graph.tables.corrupt"):
        try:
            return yaml.load(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = (error.problem_mark or error.context_mark).line  # pyright: ignore[reportOptionalMemberAccess]
            line = min(mark, text.count("\n")) + 1  # what is missing at its end libyaml looks for a line below
            reason = error.problem or error.context or ""
            raise ReadError("graph.tables.yaml_broken", path=short_path(path), line=line, reason=shorten(reason)) from error

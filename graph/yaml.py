"""YAML that a person wrote: plain values of a bounded size and depth, no dates that were meant as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .encodings import decode
from .errors import InputError, short_path, shorten
from .files import read_bytes, reading

SIZE, DEPTH = 2**22, 40
"""Bytes that a file may have, and how deep its values may stand within one another."""


_PLAIN = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "seq", "map")}


class _Loader(yaml.SafeLoader):
    """Numbers, truth values, blanks and text; ``2026-01-13`` is text, as everywhere else in Kanmon's files."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        mark = self.peek_event().start_mark
        if self.check_event(yaml.AliasEvent) or self.depth > DEPTH:
            word = "alias" if self.check_event(yaml.AliasEvent) else "depth"
            raise InputError(f"graph.tables.yaml_{word}", line=mark.line + 1, limit=DEPTH)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if node is not None and node.tag not in _PLAIN:
            raise InputError("graph.tables.yaml_tag", line=mark.line + 1, tag=shorten(node.tag))
        return node


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds, in any encoding that text may have.

    Raises
    ------
    ReadError
        The file is missing, empty, larger than `SIZE`, or no YAML (the line is said).
    InputError
        Its values stand deeper than `DEPTH`, refer to each other, or are of another kind than text, numbers, lists and such.
    """
    data = read_bytes(path)
    if len(data) > SIZE:
        raise InputError("graph.tables.yaml_size", path=short_path(path), limit=SIZE >> 20)
    text = decode(data, path)
    with reading(path, "graph.tables.corrupt"):
        return yaml.load(text, Loader=_Loader)

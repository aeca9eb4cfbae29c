"""Reference tables of Japanese policy: critical products and strategic fields, with tagged items."""

from __future__ import annotations

from pathlib import Path


def reference_tables(policy: Path, items: set[str]) -> dict[str, bytes]:
    return {}

"""Bills of materials: what goes into what, over all levels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from .company import Need


def inside(needs: Iterable[Need]) -> dict[str, list[str]]:
    """Return what goes into each part or product directly, one name a line."""
    found: dict[str, list[str]] = defaultdict(list)
    for need in needs:
        found[need.parent].append(need.part)
    return dict(found)


def reached(starts: Iterable[str], below: Mapping[str, Iterable[str]]) -> set[str]:
    """Return the starts and all that goes into them, over all levels; ``below`` as `inside` returns it.

    >>> sorted(reached(["car"], {"car": ["wheel"], "wheel": ["tyre"], "boat": ["sail"]}))
    ['car', 'tyre', 'wheel']
    """
    found: set[str] = set()
    front = list(starts)
    while front:
        part = front.pop()
        if part not in found:
            found.add(part)
            front += below.get(part, ())
    return found

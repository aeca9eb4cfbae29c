"""Lines that break where Japanese may be broken: between wide letters, but not before a closing mark or within a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Console, Group
from rich.containers import Lines
from rich.text import Text

_PIECE = re.compile(
    "\\s+|[（「『]*(?:[^\\s\u2e80-\uffff]+(?:〜[^\\s\u2e80-\uffff]+)*|[ァ-ヺー]{2,7}(?![ァ-ヺー])|\\S)"
    "[、。，．）」』〜ー！？：；:;,.!?)%]*"
)
"""What stays together: spaces, a run of narrow letters or a range of two, a short word in katakana (or the end of one), or a
wide letter; with the marks that must not begin or end a line."""

_LEAD = re.compile(" +(?:\\d+\\. )?")
"""What stands before a sentence that is set in, with its number; its further lines begin below its first word."""


def pieces(sentence: str) -> Iterator[str]:
    """Yield what stays together in a sentence, without the spaces.

    >>> list(pieces("品目 NODE-1, x"))
    ['品', '目', 'NODE-1,', 'x']
    >>> list(pieces("82%（68〜100%）"))
    ['82%', '（68〜100%）']
    """
    return (piece[0] for piece in _PIECE.finditer(sentence) if not piece[0].isspace())


def ends(words: str, width: int) -> Iterator[int]:
    """Yield where lines of at most ``width`` columns end, in letters from the start; long words stay whole."""
    line = 0
    for piece in _PIECE.finditer(words):
        if line and line + cell_len(piece[0].rstrip()) > width:
            yield piece.start()
            line = 0
        line += cell_len(piece[0])


def wrapped(words: str, width: int) -> Iterator[str]:
    """Yield lines of at most ``width`` columns, or one long word.

    >>> list(wrapped("NODE:品目 で品目を限る（繰り返し可）。", 16))
    ['NODE:品目 で品目', 'を限る（繰り返し', '可）。']
    """
    start = 0
    for end in [*ends(words, width), len(words)]:
        yield words[start:end].strip()
        start = end


class Sentence(Text):
    """Words that a terminal breaks so; what does not fit a column of a table may still end in an ellipsis."""

    @classmethod
    def of(cls, words: Text) -> Sentence:
        """Return words, with their marks, as a sentence."""
        kept = {name: getattr(words, name) for name in ("style", "justify", "overflow", "no_wrap", "end", "tab_size")}
        return cls(words.plain, spans=list(words.spans), **kept)

    def wrap(self, console: Console, width: int, *, no_wrap: bool | None = None, **more: Any) -> Lines:
        """Return lines; see `rich.text.Text.wrap`."""
        lines = Lines()
        overflow = more.get("overflow") or self.overflow or "fold"
        for line in self.split(allow_blank=True):
            if no_wrap or self.no_wrap or overflow != "fold":
                line.rstrip_end(width)
                lines.extend(Text.wrap(line, console, width, no_wrap=no_wrap, **more))
                continue
            lead = _LEAD.match(line.plain)
            indent = lead.end() if lead and lead.end() < width // 2 else 0
            before, line = line.divide([indent]) if indent else (Text(), line)
            for part in line.divide(list(ends(line.plain, width - indent))):
                part.rstrip_end(width - indent)
                for one in Text.wrap(part, console, width - indent, no_wrap=no_wrap, **more):
                    lines.append(before.copy().append_text(one) if indent else one)
                    before = Text(" " * indent)
        return lines


class Paper(Console):
    """A terminal, or a file, that breaks sentences so."""

    def render_str(self, text: str, **more: Any) -> Text:
        """Return words with their marks; see `rich.console.Console.render_str`."""
        return Sentence.of(super().render_str(text, **more))

    def print(self, *words: Any, markup: bool | None = None, **more: Any) -> None:
        """Print; see `rich.console.Console.print`, which would make plain text again of what it joins."""
        if len(words) == 1 and isinstance(words[0], str) and not more.get("soft_wrap"):
            words = (Group(self.render_str(words[0], markup=markup)),)
        super().print(*words, markup=markup, **more)

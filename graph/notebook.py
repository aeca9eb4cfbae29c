"""What a notebook shows of an object: a small table, every cell of it escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .errors import shorten

MOST = 30
"""Rows that are shown; a last one says how many there are besides."""


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return an HTML table; a number is shown short, nothing as an empty cell.

    >>> table(["a"], [["<b>"]])
    '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """
    rows = list(rows)
    shown = [[cell(value) for value in row] for row in rows[:MOST]]
    if len(rows) > MOST:
        shown.append([f"… {len(rows) - MOST:,}", *[""] * (len(heads) - 1)])
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row) + "</tr>" for row in shown)
    said = f"<caption>{escape(shorten(caption, 120))}</caption>" if caption else ""
    return f"<table>{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def cell(value: object) -> str:
    """Return a value as a few letters.

    >>> cell(0.25), cell(12000), cell(None)
    ('0.25', '12,000', '')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else shorten(value, 80)

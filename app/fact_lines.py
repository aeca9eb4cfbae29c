"""What to find out first, as lines below an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ..graph.interval import in_percent
from ..graph.messages import text
from .console import safe

if TYPE_CHECKING:
    from rich.console import Console


def show_first(facts: pl.DataFrame, heading: str, terminal: Console, lang: str) -> None:
    """Print the first facts of one scenario (see `ask.first_facts`) below a heading."""
    terminal.print()
    terminal.print(heading, style="bold", markup=False)
    for number, row in enumerate(facts.iter_rows(named=True), start=1):
        known = row["explains_total"]
        kind = "_wide" if known is None else "_likely" if row["width_off_most"] < 5e-3 <= known else ""
        line = text(
            f"app.ask.first_line{kind}",
            lang,
            fact=safe(row[f"text_{lang}"], 160),
            most=f"{100 * row['width_off_most']:.0f}",
            part=in_percent(known or 0.0),
            who=safe(row[f"who_{lang}"], 90),
        )
        terminal.print(f" {number}. {line}")

"""``kanmon assess``: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..console import Buyer, Data, Level, LevelOption, Products, console, open_graph, say
from ..options import Result, unfolded

if TYPE_CHECKING:
    from ..assess import Assessment

FailOver = Annotated[float | None, typer.Option("--fail-over", min=0, max=1, help=say("fail_over"), show_default=False)]


@unfolded
def assess(
    *,
    data: Data = None,
    product: Products = None,
    level: LevelOption = Level.country,
    buyer: Buyer = None,
    result: Result,
    fail_over: FailOver = None,
) -> None:
    """Assess data and show, or write, what was found."""
    from ...graph.messages import text
    from ..assess import assess as run
    from ..assessment_files import write_assessment
    from ..outputs import plain
    from ..terminal import TREES, show_assessment

    lang = result.checked()
    progress = console(stderr=True)
    with progress.status(text("app.assess.assessing", lang)):
        # What is written holds all products; a screen shows the largest, and the others are asked for by name.
        most = None if product or result.out or result.json or fail_over is not None else TREES
        found = run(open_graph(data), product, level=level.value, buyer=buyer, most=most)
    if result.out is not None:
        with progress.status(text("app.assess.writing", lang)):
            write_assessment(found, result.out, lang=lang, force=result.force)
    terminal = console()
    if result.json:
        typer.echo(plain(found.summary()))
    else:
        show_assessment(found, terminal, lang)
        result.say_written(terminal)
    over = _over(found, fail_over)
    if over:
        progress.print(text("app.assess.over", lang, count=over, limit=fail_over))
        raise typer.Exit(1)


def _over(found: Assessment, limit: float | None) -> int:
    """How many steps of the products are certainly more concentrated than the limit."""
    import polars as pl

    from ...risk.markets.herfindahl import least_of_all

    if limit is None:
        return 0
    items = found.graph.needed_by(found.products)
    rows = found.steps.filter(pl.col("item").is_in(items.implode())).select("hhi_low", pl.col("excluded").list.len())
    return sum(least_of_all(low, excluded) > limit for low, excluded in rows.iter_rows() if low is not None)

"""``kanmon data update``: raw releases become tables of one's own that merge over the bundled data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...graph.messages import text
from ..console import Encoding, Force, Json, Lang, console, language, safe

if TYPE_CHECKING:
    from rich.console import Console

    from ...datasets import Update


def _say(key: str) -> str:
    return text(f"app.data_update.{key}")


Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help=_say("help_files"))]
Into = Annotated[Path, typer.Option("--into", help=_say("help_into"))]
Importer = Annotated[str | None, typer.Option("--buyer", help=_say("help_buyer"), show_default=False)]
Year = Annotated[int | None, typer.Option("--year", help=_say("help_year"), show_default=False)]

SHOWN = 15
"""Changes and reasons that the terminal lists; the files hold all."""


def update(
    files: Files,
    into: Into,
    buyer: Importer = None,
    year: Year = None,
    encoding: Encoding = None,
    lang: Lang = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Read releases into a folder and say what they change against the bundled data."""
    from ...datasets import read_update
    from ...graph.files import check_folder, whole_folder
    from ...graph.tables import fill_folder
    from ..outputs import plain, write_csv

    lang_ = language(lang)
    check_folder(into, force)
    with console(stderr=True).status(_say("reading")):
        found = read_update(files, buyer=buyer, year=year, encoding=encoding)
    with whole_folder(into, force) as folder:
        fill_folder(found.graph.tables, folder)
        write_csv(found.changes, folder / "changes.csv")
        write_csv(found.set_aside, folder / "set_aside.csv")
        if found.governance is not None:
            write_csv(found.governance, folder / "governance.csv")
    if json:
        summary = {"sources": found.graph.sources.to_dicts(), "changes": _counts(found)}
        summary["set_aside"] = found.set_aside.to_dicts()
        typer.echo(plain(summary))
        return
    _show(found, into, console(), lang_)


def _counts(found: Update) -> dict[str, int]:
    return dict(found.changes["what"].value_counts(sort=True).iter_rows())


def _show(found: Update, into: Path, terminal: Console, lang: str) -> None:
    import polars as pl

    from ..sheet import Sheet

    def say(key: str, /, **values: object) -> str:
        return text(f"app.data_update.{key}", lang, **values)

    graph = found.graph
    for source in graph.sources.iter_rows(named=True):
        figures = graph.shares.filter(source=source["id"])
        about = {"id": source["id"], "title": safe(source["title"], 80), "note": safe(source["note"], 100)}
        terminal.print(say("read", figures=figures.height, items=figures["item"].n_unique(), **about))
    if found.governance is not None:
        scores = found.governance
        fields = {"countries": scores["iso3"].n_unique(), "oldest": scores["year"].min(), "newest": scores["year"].max()}
        terminal.print(say("governance", rows=scores.height, **fields))
    counts = "; ".join(f"{say(what)} {count:,}" for what, count in _counts(found).items())
    terminal.print(say("compared", counts=counts))
    notable = found.changes.filter(pl.col("what").is_in(["changed", "now_known", "now_unknown", "vanished"]))
    notable = notable.sort(pl.col("change").abs(), descending=True, nulls_last=True)
    if notable.height:
        heads = ("item", "supplier", "year", "bundled", "now", "change", "what")
        table = Sheet(say("title", count=notable.height))
        for head in heads:
            side = "right" if head in {"year", "bundled", "now", "change"} else "left"
            table.add_column(say(head), justify=side, under=head == "supplier")
        for row in notable.head(SHOWN).iter_rows(named=True):
            figures = ("–" if row[key] is None else f"{row[key]:,g}" for key in ("bundled", "read"))
            change = "–" if row["change"] is None else f"{row['change']:+.0%}"
            name = safe(f"{row['item'] or ''} ({row['measure']})".strip(), 60)
            table.add_row(name, row["supplier"], str(row["year"]), *figures, change, say(row["what"]))
        terminal.print(table)
        if notable.height > SHOWN:
            terminal.print(text("app.assess.more", lang, count=notable.height - SHOWN), style="dim")
    aside = found.set_aside.group_by("reason").agg(
        pl.col("rows").sum(), pl.col("series").str.strip_chars().drop_nulls().unique().sort().head(4)
    )
    for row in aside.sort(-pl.col("rows")).iter_rows(named=True):
        examples = safe(", ".join(row["series"]), 100)
        terminal.print(say("aside", rows=row["rows"], reason=say(f"why_{row['reason']}"), examples=examples), style="dim")
    terminal.print(say("next", folder=safe(into, 100)))

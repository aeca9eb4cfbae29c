"""``kanmon dependence``: trade dependence by official methods."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...graph.messages import spoken, text
from ..console import Encoding, console, name_of, safe, say_without_pictures
from ..options import Result, unfolded

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from ..dependence import Dependence


class Method(StrEnum):
    """Whose method."""

    cao = "cao"
    meti = "meti"
    cdi = "cdi"
    geodep = "geodep"
    sr = "sr"
    all = "all"


def _say(key: str) -> str:
    return text(f"app.dependence.{key}")


Trade = Annotated[str | None, typer.Argument(metavar="TRADE", help=_say("help_trade"), show_default=False)]
Importer = Annotated[str, typer.Option("--importer", help=_say("help_importer"))]
MethodOption = Annotated[Method, typer.Option("--method", help=_say("help_method"))]
Year = Annotated[int | None, typer.Option("--year", help=_say("help_year"), show_default=False)]
Top = Annotated[int, typer.Option("--top", min=1, help=_say("help_top"))]

_COLUMNS = {
    "cao": ["top", "cao"],
    "meti": ["top", "hhi", "meti"],
    "cdi": ["top", "cdi1", "cdi2", "cdi3", "dependent"],
    "geodep": ["top", "hhi", "hhi_exports", "imports_to_exports", "c1", "c2", "c3", "c4"],
    "sr": ["top", "hhi_global", "hhi_sourcing", "sr"],
    "all": ["top", "hhi", "cao", "meti", "dependent", "c4", "sr"],
}
_VERDICTS = {"cao", "meti", "dependent", "c1", "c2", "c3", "c4"}


@unfolded
def dependence(
    *,
    trade: Trade = None,
    importer: Importer = "JPN",
    method: MethodOption = Method.all,
    year: Year = None,
    encoding: Encoding = None,
    top: Top = 15,
    result: Result,
) -> None:
    """Show, or write, how a country's imports depend on single origins."""
    from ..dependence import METHODS, assess_dependence, write_dependence
    from ..outputs import plain

    lang = result.checked()
    progress = console(stderr=True)
    methods = METHODS if method is Method.all else (method.value,)
    with progress.status(text("app.dependence.reading", lang)):
        found = assess_dependence(trade, importer, methods, year=year, encoding=encoding)
        files = [] if result.out is None else write_dependence(found, result.out, lang=lang, force=result.force)
    if result.json:
        summary = {"importer": found.importer, "year": found.year, "items": found.ranked.to_dicts()}
        summary["notes"] = [note.text(lang) for note in found.notes]
        typer.echo(plain({**summary, "limits": found.limits.to_dicts(), "sources": found.sources.to_dicts()}))
        return
    terminal = console()
    _show(found, method.value, top, terminal, lang)
    if files:
        terminal.print(text("app.dependence.written", lang, path=safe(result.out), files=", ".join(files)))
        say_without_pictures(terminal, lang)


def _show(found: Dependence, method: str, top: int, terminal: Console, lang: str) -> None:
    from ..sheet import Sheet

    rows = found.ranked
    title = text("app.dependence.title", lang, importer=found.importer, year=found.year, count=rows.height)
    table = Sheet(title)
    table.add_column("HS")
    table.add_column(text("app.dependence.item", lang))
    for column in _COLUMNS[method]:
        first = column == "top"
        table.add_column(text(f"app.dependence.{column}", lang), justify="left" if first else "right", under=first)
    for row in rows.head(top).iter_rows(named=True):
        name = safe(name_of({**row, "id": row["hs6"]}, lang), 60) + (" *" if row["basket"] else "")
        table.add_row(row["hs6"], name, *(_cell(row, column, lang) for column in _COLUMNS[method]))
    terminal.print(table)
    for line in _remarks(found, rows.head(top), lang):
        terminal.print(line, markup=False, soft_wrap=True)


def _cell(row: dict[str, Any], column: str, lang: str) -> str:
    """Return one figure as text: an interval where it is one, a dash where there is none."""
    if column in _VERDICTS:
        return text(f"app.dependence.{row[column] or 'unknown'}", lang)
    if column == "top":
        share = _range(row["top_share_low"], row["top_share_high"], ".1%", lang)
        return f"{safe(_country(row['top_origin'], lang))} {share}"
    form = ",.1f" if column == "imports_to_exports" else ".2f"
    return _range(row[f"{column}_low"], row[f"{column}_high"], form, lang)


def _range(low: float | None, high: float | None, form: str, lang: str) -> str:
    from ...graph import Interval

    if low is None or high is None:
        return "–"
    return Interval(low, high).text(form, lang)


def _country(iso3: str | None, lang: str) -> str:
    from ...datasets import countries

    found = countries().filter(iso3=iso3) if iso3 else countries().clear()
    return spoken(found.row(0, named=True), "name", lang) or "–" if found.height else (iso3 or "–")


def _remarks(found: Dependence, shown: pl.DataFrame, lang: str) -> list[str]:
    """Return what a reader needs beside the table: limits with purpose, baskets, what was set aside, sources."""
    say = "app.dependence.{}".format
    lines = [note.text(lang) for note in found.notes]
    lines += [text(say(f"about_{name}"), lang) for name in found.methods]
    if shown["basket"].any():
        lines.append(text(say("about_basket"), lang))
    if "supply_risk" in found.tables or "geodep" in found.tables:
        lines.append(text(say("context"), lang))
    if found.report.height:
        lines.append(text(say("set_aside"), lang))
        for row in found.report.head(12).iter_rows(named=True):
            what = text(f"datasets.trade.reason_{row['reason']}", lang)
            detail = f" ({row['detail']})" if row["detail"] else ""
            lines.append(
                text(say("set_aside_row"), lang, what=what + detail, rows=row["rows"], value=f"{row['value'] or 0:,.0f}")
            )
    lines.append(text(say("sources"), lang))
    for row in found.sources.iter_rows(named=True):
        parts = [row[key] for key in ("title", "publisher", "date", "licence", "url") if row[key]]
        lines.append(f"  {row['id']}: " + ", ".join(parts))
    return lines

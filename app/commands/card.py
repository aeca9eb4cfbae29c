"""``kanmon card``: a company's own files in, an exposure card for its buyers out."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from ...graph.messages import text
from ..console import Force, Lang, language
from ..options import unfolded
from .survey import Answers, Mapping, say_left, say_remarks

Source = Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help=text("app.card.source"))]
Out = Annotated[Path, typer.Option("--out", help=text("app.card.out"))]
Days = Annotated[float | None, typer.Option("--days", min=1, max=3650, help=text("app.card.stop_days"), show_default=False)]
Issuer = Annotated[str | None, typer.Option("--issuer", help=text("app.card.issuer_help"), show_default=False)]
Names = Annotated[list[str] | None, typer.Option("--as", help=text("app.card.names"), show_default=False)]


@unfolded
def card(
    *,
    source: Source,
    out: Out = Path("card"),
    issuer: Issuer = None,
    names: Names = None,
    days: Days = None,
    answers: Answers,
    mapping: Mapping = None,
    lang: Lang = None,
    force: Force = False,
) -> None:
    """Write the exposure card of each product for its buyer."""
    from ...graph.errors import InputError, shorten
    from ...graph.files import check_folder
    from ..audit.company_graph import build_graph
    from ..survey.card import card_of
    from ..survey.card_files import write_card
    from ..survey.loop import company_with

    lang_ = language(lang)
    check_folder(out, force)
    called = {}
    for pair in names or ():
        own, _, theirs = pair.partition("=")
        if not own or not theirs:
            raise InputError("app.card.bad_name", value=shorten(pair))
        if called.get(own, theirs) != theirs:
            raise InputError("app.card.two_names", own=shorten(own), one=shorten(called[own]), other=shorten(theirs))
        called[own] = theirs
    company, _, _, found = company_with(source, answers.files, mapping=mapping, days=days)
    company.name = (issuer or company.name).strip()
    if not company.name:  # by it the buyer finds whose card it is
        raise InputError("app.card.no_issuer")
    made = card_of(company, build_graph(company), datetime.date.today().isoformat(), called)
    written = write_card(made, out, lang_, force=force)
    say_left(company, lang_)
    say_remarks(found, lang_)
    typer.echo(
        text(
            "app.card.written", lang_, path=str(out), files=", ".join(written), parts=len(made.parts), days=f"{made.days:g}"
        )
    )

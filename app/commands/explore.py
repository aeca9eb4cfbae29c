"""``kanmon explore``: one offline page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...graph.messages import text
from ..console import Buyer, Data, Domestic, Force, Lang, Level, LevelOption, Products, console, language, open_graph

Page = Annotated[Path, typer.Option("--out", help=text("app.explorer.command_out"))]


def explore(
    data: Data = None,
    product: Products = None,
    buyer: Buyer = None,
    level: LevelOption = Level.country,
    domestic: Domestic = False,
    lang: Lang = None,
    out: Page = Path("explorer.html"),
    force: Force = False,
) -> None:
    """Write one offline page to see, ask and test a supply graph."""
    from ...graph import ReadError
    from ...graph.errors import shorten
    from ..explorer import write_explorer

    lang_ = language(lang)
    if out.exists() and not force:
        raise ReadError("app.explorer.exists", path=shorten(out))
    asked = {"products": product, "buyer": buyer, "level": level.value, "domestic": domestic}
    with console(stderr=True).status(text("app.cli.working", lang_)):
        path = write_explorer(open_graph(data), out, **asked, lang=lang_)
    size = f"{path.stat().st_size / 1e6:.1f}"
    console(stderr=True).print(text("app.explorer.written", lang_, path=str(path), size=size), markup=False)

"""The explorer: one HTML file that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from importlib import resources
from pathlib import Path
from typing import Any

from ...graph import SupplyGraph
from ...graph.ages import STALE
from ...graph.files import whole_file
from ...graph.interval import at_least, at_most
from ...graph.messages import LANGUAGES, default_language, spoken, text
from . import canvas, data, model, picture, places
from .findings import findings
from .layout import layered
from .pruning import prune

SCRIPTS = (
    "words",
    "network",
    "conditions",
    "weights",
    "kernels",
    "simulation",
    "unknowns",
    "ways",
    "time",
    "fan",
    "facts",
    "state",
    "findings",
    "canvas",
    "whatif",
    "board",
    "flow",
    "map",
    "item",
    "panel",
    "filters",
    "table",
    "exports",
    "scenarios",
    "brief",
    "main",
)
HEIGHT = 640
"""Height of the page in a notebook, in pixels."""


class GraphPage:
    """A page in memory: save it, or let a notebook show it.

    Attributes
    ----------
    html : str
        The whole page: UTF-8, no request to any network, works from ``file://``.
    svg : str
        A still picture for places that run no scripts.
    """

    def __init__(self, html: str, svg: str, name: str) -> None:
        self.html, self.svg, self.name = html, svg, name

    def save(self, path: str | Path) -> Path:
        """Write the page, whole or not at all, and return its path.

        Raises
        ------
        ReadError
            The place cannot be written.
        """
        with whole_file(path) as temporary:
            temporary.write_text(self.html, encoding="utf-8")
        return Path(path)

    def _repr_html_(self) -> str:
        """A frame with the page; where frames are removed (some viewers), the still picture inside it remains."""
        title = html.escape(self.name, quote=True)
        return (
            f'<iframe title="{title}" srcdoc="{html.escape(self.html, quote=True)}" width="100%" height="{HEIGHT}" '
            f'style="border:0" sandbox="allow-scripts allow-downloads allow-popups" loading="lazy">{self.svg}</iframe>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "image/svg+xml": self.svg, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"GraphPage({self.name!r}, {len(self.html.encode()) / 1e6:.1f} MB)"


def graph_page(
    graph: SupplyGraph,
    *,
    products: list[str] | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    lang: str | None = None,
) -> GraphPage:
    """Return a supply graph as an interactive page.

    The page opens on an answer for one product: its hardest chokepoints, country by stage, and the flow by stage. It answers
    what-if questions with the numbers of `kanmon.risk.simulate`, compares scenarios, draws the items by tier, finds and
    filters them, and shows every fact with its source. Above 2,000 visible nodes the drawing starts aggregated; above 20,000
    items the page holds a part and says which.

    Parameters
    ----------
    graph : SupplyGraph
        What to show.
    products : list of str, optional
        Items whose supply is asked about, beside the products that nothing else needs. With one the page opens on it.
    buyer : str, optional
        From whose place supply is seen: a country (ISO3) or company of the graph. The page can ask from the world market,
        too; without a buyer, also from the countries with most sourcing of their own.
    level : {"country", "company", "site"}
        Whose shares the figures and the what-if use.
    domestic : bool
        As in `kanmon.risk.simulate`: the buyer makes at home every step that nobody is known to supply.
    lang : {"en", "ja"}, optional
        Language of the page (default: the reader's).

    Raises
    ------
    UnknownIdError
        A product or the buyer is not in the graph.

    Examples
    --------
    >>> page = graph_page(SupplyGraph(items=[{"id": "magnet", "name_en": "Magnet", "kind": "component"}]), lang="en")
    >>> "default-src 'none'" in page.html, page.html.startswith("<!doctype html>")
    (True, True)
    """
    from ..assess import top_products

    lang = lang if lang in LANGUAGES else default_language()
    for product in products or []:
        graph.item(product)
    if buyer is not None:
        graph.supplier(buyer)
    given = products or []
    ends = [*given, *(product for product in top_products(graph) if product not in given)]
    shown, left_out = prune(graph, ends)
    chain = {id: (chains or "").split("|")[0] for id, chains in shown.items.select("id", "chains").iter_rows()}
    layout = layered(shown.items["id"].to_list(), shown.inputs.select("item", "input").rows(), ends, chain)
    start = given[0] if len(given) == 1 else _longest(shown, ends)
    networks = model.networks(graph, ends, model.buyers(graph, buyer), level, buyer is not None)
    content = data.facts(shown, level, lang) | {
        "about": {
            "name": graph.name,
            "lang": lang,
            "buyer": buyer,
            "level": level,
            "domestic": domestic,
            "leftOut": left_out,
        },
        "products": ends,
        "stale": STALE,
        "start": start,
        "tier": [layout.tier[id] for id in shown.items["id"]],
        "apart": [int(id in layout.apart) for id in shown.items["id"]],
        "order": [layout.order[id] for id in shown.items["id"]],
        "nodes": canvas.nodes(shown, layout),
        "edges": canvas.edges(shown),
        "options": canvas.OPTIONS,
        "shapes": canvas.SHAPES,
        "networks": model.deflated(networks, model.number_of(networks, start, buyer, domestic)),
        "findings": findings(shown, given or ([start] if start else []), buyer, level),
        "technologies": data.technology_names(lang),
        "world": places.world(),
        "words": data.words(lang),
    }
    still = picture.still(shown, layout, content, lang)
    return GraphPage(_render(content, _static(shown, content, lang), still, lang), still, graph.name)


def write_explorer(
    graph: SupplyGraph,
    path: str | Path,
    *,
    products: list[str] | None = None,
    buyer: str | None = None,
    level: str = "country",
    domestic: bool = False,
    lang: str | None = None,
) -> Path:
    """Write the page of a graph to a file and return its path; see `graph_page`.

    Raises
    ------
    UnknownIdError
        A product or the buyer is not in the graph.
    ReadError
        The place cannot be written.
    """
    page = graph_page(graph, products=products, buyer=buyer, level=level, domestic=domestic, lang=lang)
    return page.save(path)


def _longest(graph: SupplyGraph, products: list[str]) -> str | None:
    """Return the product with the most items upstream: the page opens on it."""
    shown = [product for product in products[:60] if product in set(graph.items["id"])]
    return max(shown, key=lambda product: len(graph.needed_by([product])), default=None)


def _static(graph: SupplyGraph, content: dict[str, Any], lang: str) -> list[str]:
    """Return the answer for a browser without JavaScript: what is lost without each of the hardest chokepoints."""
    from ..audit.words import percent

    product = content["start"]
    nodes = content["findings"].get(product, {}).get("nodes", [])
    name = {row["id"]: spoken(row, "name", lang) for row in graph.items.iter_rows(named=True)}
    places = {row["id"]: spoken(row, "name", lang) for row in graph.suppliers.iter_rows(named=True)}
    return [
        text(
            "app.explorer.static_answer",
            lang,
            node=places.get(row["node"], row["node"]),
            product=name[product],
            certain=at_least(row["loss_low"]),
            estimate=percent(row["loss_estimate"]),
            possible=at_most(row["loss_high"]),
        )
        for row in nodes[:3]
    ]


def _render(content: dict[str, Any], answer: list[str], still: str, lang: str) -> str:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(loader=FunctionLoader(_file), autoescape=True, undefined=StrictUndefined)
    own = '"use strict";\n(async () => {\n' + "\n".join(_file(f"{name}.js") for name in SCRIPTS) + "\n})();\n"
    library = canvas.script()
    # A "<" could end the script element early or open a comment in it; as an escape it is the same JSON.
    json_text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return environment.get_template("page.html").render(
        lang=lang,
        say=lambda key: text(f"app.explorer.{key}", lang),
        name=content["about"]["name"],
        answer=answer,
        still=Markup(still),
        style=Markup(_file("page.css")),
        policy=f"{_hash(library)} {_hash(own)}",
        library=Markup(library),
        script=Markup(own),
        data=Markup(json_text),
    )


def _file(name: str) -> str:
    folder = resources.files((__package__ or "kanmon.app.explorer").rpartition(".")[0]) / "templates" / "explorer"
    return (folder / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"

"""Pages of the documentation that are made from the package itself; a hook of MkDocs (``mkdocs build --strict``).

Nothing that it makes is kept in the repository: the command line, the tables, the bundled data and the studies are
described from what they are, so that the pages cannot drift from the code.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import latex2mathml.converter
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for path, content in {**pages(), **pictures()}.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_content(content: str, page: Page, **kwargs: Any) -> str:
    """Turn formulas into MathML, which browsers draw by themselves; note the words of each section for the search."""
    WORDS.extend(sections(content, page.url, page.title or ""))
    content = re.sub(r'<span class="arithmatex">\\\((.*?)\\\)</span>', lambda f: _mathml(f[1], "inline"), content)
    return re.sub(r'(?s)<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', lambda f: _mathml(f[1], "block"), content)


WORDS: list[dict[str, str]] = []
"""What the search finds: address, title and words of each section."""


def sections(content: str, url: str, title: str) -> list[dict[str, str]]:
    """Return the sections of a page that has been made into HTML: address (``u``), title (``t``) and words (``w``).

    >>> sections('<p>One.</p><h2 id="more">More</h2><p>Two &amp; three.</p>', "a.html", "A")
    [{'u': 'a.html', 't': 'A', 'w': 'One.'}, {'u': 'a.html#more', 't': 'A: More', 'w': 'Two & three.'}]
    """
    parts = re.split(r'<h[23][^>]* id="([^"]+)"[^>]*>(.*?)</h[23]>', content, flags=re.DOTALL)
    found = [{"u": url, "t": title, "w": _words(parts[0])}]
    for id, head, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        found.append({"u": f"{url}#{id}", "t": f"{title}: {_words(head)}", "w": _words(body)})
    return [row for row in found if row["w"]]


def _words(markup: str) -> str:
    """Return what a reader sees of HTML, on one line."""
    text = re.sub(r'(?s)<(script|style)\b.*?</\1>|<a class="headerlink".*?</a>', " ", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("¶", " ").split())


def on_post_build(config: MkDocsConfig) -> None:
    """Write the index as a script: a page on the disk may load a script, but no other file."""
    told = json.dumps(WORDS, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    (Path(config.site_dir) / "search-index.js").write_text(f"window.KANMON_INDEX={told};\n", encoding="utf-8")
    WORDS.clear()


def _mathml(latex: str, display: str) -> str:
    """Return a formula as MathML.

    Raises
    ------
    ValueError
        The converter does not know an environment of it, and leaves its column marks.

    >>> _mathml(r"a \\le b", "inline").count("<mi>")
    2
    """
    plain = re.sub(r"\\text\{[^}]*\}", lambda found: found[0].replace(r"\_", "_"), html.unescape(latex).strip())
    made = latex2mathml.converter.convert(plain, display=display)
    if "<mi>&</mi>" in made:
        raise ValueError(f"a formula is not drawn as it is written (use array): {latex.strip()[:80]}")
    return f'<div class="formula">{made}</div>' if display == "block" else made


def pages() -> dict[str, str]:
    """Return the generated pages by their path."""
    return {
        "reference/cli.md": command_line(),
        "reference/tables.md": tables(),
        **{f"reference/{room}.md": public_names(room) for room in ("graph", "datasets", "risk", "plot", "app")},
        "data/index.md": bundled(),
        "data/world.md": world(),
        "data/check.md": weak_points(),
        "data/reference-tables.md": reference_tables(),
        "studies.md": studies("en"),
        "ja/studies.md": studies("ja"),
    }


def table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a Markdown table; whatever stands in a cell stays on its line."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *([_cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


class Code(str):
    """Words of a program."""


def _cell(value: Any) -> str:
    if isinstance(value, Code):
        return f"`{value}`" if value else ""
    text = "" if value is None else f"{value:,}" if isinstance(value, int) and value > 2100 else str(value)
    text = html.escape(" ".join(text.split()), quote=False).replace("|", "&#124;")
    for sign in "*_`[]":
        text = text.replace(sign, f"\\{sign}")
    return re.sub(r"https?://[^\s;,<>]+", lambda found: f"<{found[0]}>".replace("\\", ""), text)


# ---- reference -------------------------------------------------------------------------------------------------------


def public_names(room: str) -> str:
    """Return the API page of a room: the names that its face hands on, in the order of their modules."""
    face = (ROOT / room / "__init__.pyi").read_text(encoding="utf-8")
    found = re.findall(r"^from \.([\w.]+) import (\w+) as \w+$", face, re.MULTILINE)
    lines = [f"# kanmon.{room}", "", INTRODUCTIONS[room], ""]
    for module in dict.fromkeys(module for module, _ in found):
        lines += [f"## {module.rsplit('.', 1)[-1].replace('_', ' ')}", ""]
        for name in (name for home, name in found if home == module):
            lines += [f"::: kanmon.{room}.{module}.{name}", ""]
    return "\n".join(lines)


INTRODUCTIONS = {
    "graph": "What is connected: the tables, the supply graph, the compiled networks, intervals and errors.",
    "datasets": "What is known: bundled facts with their sources, and readers of other people's formats.",
    "risk": "What it means: every figure. Functions take a graph, a network or a frame and return a tidy frame.",
    "plot": "What it looks like: a tidy frame in, a matplotlib figure out. The [gallery](../studies.md) shows them.",
    "app": "What a person touches from Python. The rest of this room is the [command line](cli.md).",
}


def command_line() -> str:
    """Return the page of the command line, from the application itself."""
    import typer
    from kanmon.app import cli

    root = typer.main.get_command(cli._application())
    lines = ["# Command line", "", root.help or "", ""]
    lines += ["Exit codes: 0 fine, 1 findings past a limit that was asked for, 2 bad input.", ""]
    for path, command in _commands("kanmon", root):
        usage = " ".join(
            piece for piece in command.collect_usage_pieces(command.make_context(path, [], resilient_parsing=True))
        )
        lines += [f"## {path}", "", command.help or "", "", f"```text\n{path} {usage}\n```", ""]
        rows = [(_spelling(one), one.help, _default(one)) for one in command.params if one.name != "help"]
        if rows:
            lines += [table(("argument or option", "meaning", "default"), rows), ""]
    return "\n".join(lines)


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    for name, child in getattr(command, "commands", {}).items():
        if getattr(child, "commands", None):
            yield from _commands(f"{path} {name}", child)
        else:
            yield f"{path} {name}", child


def _spelling(one: Any) -> str:
    return Code(", ".join(one.opts) if one.param_type_name == "option" else (one.metavar or one.name.upper()).strip("[]"))


def _default(one: Any) -> str:
    value = one.default
    return Code("" if value is None or value is False or value is ... else getattr(value, "value", value))


def tables() -> str:
    """Return the page of the tables, from the schema."""
    import polars as pl

    lines = ["# The tables", "", TABLES, ""]
    for name, meaning in MEANINGS.items():
        schema = pl.read_csv(ROOT / "graph" / "schema" / f"{name}.csv", infer_schema=False)
        rows = []
        for row in schema.iter_rows(named=True):
            kind = " ".join(filter(None, (row["type"], row["values"] or row["refers"])))
            rows.append((row["column"], kind, row["required"], row["unit"], row["description_en"], row["description_ja"]))
        lines += [f"## {name}", "", meaning, "", table(("column", "type", "required", "unit", "meaning", "意味"), rows), ""]
    return "\n".join(lines)


TABLES = """A dataset is a folder of CSV or Parquet files, or one workbook with a sheet per table. The same schema drives
validation, the workbook's template and this page."""
MEANINGS = {
    "items": "A row is something that is supplied.",
    "inputs": "A row says that an item needs an input. Rows of an item are ANDed; rows that share a `group` are ORed.",
    "suppliers": "A row is somebody who supplies: a country, a company, a site.",
    "shares": "A row is a supplier's share of an item's supply. A blank share is not known, never zero; `missing` says why.",
    "trades": "A row is a sale of an item from one supplier to another.",
    "measures": "A row is a measure: who restricts what, against whom, since when, and how far that could be verified.",
    "sources": "A row is where a fact comes from.",
}

# ---- data ------------------------------------------------------------------------------------------------------------

SOURCE_HEADS = ("id", "title", "publisher", "date", "licence", "reliability", "note", "url")


def bundled() -> str:
    """Return the page that lists the bundled datasets."""
    from kanmon import datasets

    frame = datasets.catalogue("en")
    heads = ("name", "title", "items", "suppliers", "facts", "sources", "oldest", "newest")
    lines = ["# Bundled data", "", DATA, "", table(heads, frame.select(heads).rows()), ""]
    lines += ["## Licences in use", "", *(f"- {_cell(one)}" for one in _licences(frame["licences"])), ""]
    lines += ["## Checksums", "", CHECKSUMS, "", table(("name", "sha256"), frame.select("name", "sha256").rows())]
    return "\n".join(lines)


DATA = """Everything here is packaged with Kanmon and read offline. Every number has a source row; the pages of this
section are made from the packaged files. `kanmon data list` and `kanmon data show world` print the same."""
CHECKSUMS = "`kanmon data verify` checks the files, every row against the schema, and that every source id exists."


def _licences(cells: Iterable[str]) -> list[str]:
    return sorted({licence for cell in cells for licence in cell.split(" | ")})


def world() -> str:
    """Return the page of the world dataset: how much of it is how sure, and every source with its caveats."""
    import polars as pl
    from kanmon import datasets

    graph = datasets.load("world")
    measures = graph.shares.group_by(pl.col("measure").fill_null("")).agg(
        pl.len().alias("rows"),
        pl.col("item").n_unique().alias("items"),
        oldest=pl.col("year").min(),
        newest=pl.col("year").max(),
    )
    sure = pl.concat([graph.tables[name].select("confidence", table=pl.lit(name)) for name in ("inputs", "shares")])
    sure = (
        sure.group_by("table", pl.col("confidence").fill_null("not said"))
        .len()
        .sort("table", "len", descending=[False, True])
    )
    used = graph.shares["source"].value_counts().rename({"count": "shares"})
    sources = graph.sources.join(used, left_on="id", right_on="source", how="left").sort(
        pl.col("shares").fill_null(0), "id", descending=[True, False]
    )
    lines = [
        "# World",
        "",
        WORLD,
        "",
        "## How sure the rows are",
        "",
        table(("table", "confidence", "rows"), sure.rows()),
        "",
    ]
    lines += ["## What the shares measure", "", "Views of different measures, years or sources are never added.", ""]
    lines += [table(measures.columns, measures.sort("rows", descending=True).rows()), ""]
    lines += ["## Sources", "", table(("shares", *SOURCE_HEADS), sources.select("shares", *SOURCE_HEADS).rows())]
    return "\n".join(lines)


WORLD = """One linked set of the tables. Rows of engineering knowledge without a figure are *structural*; what rests on a
source of low reliability, or was compiled with the help of a language model, keeps that in its source row."""


def weak_points() -> str:
    """Return the page of what is weak in the data: the list of `kanmon data check`, whole."""
    from kanmon import datasets
    from kanmon.datasets.inspection import KINDS
    from kanmon.graph.messages import text

    found = datasets.inspect_data(datasets.load("world"))
    heads = {
        "leads_nowhere": ("item", "name_en", "restricted"),
        "nobody_named": ("item", "name_en", "products"),
        "stale": ("item", "name_en", "products", "year", "source", "measure"),
        "contradiction": ("item", "supplier", "share_low", "share_high", "source", "year")
        + ("other_low", "other_high", "other_source", "other_year"),
    }
    lines = ["# What is weak in the data", "", WEAK, ""]
    for kind in KINDS:
        rows = found.filter(what=kind).select(heads[kind])
        shown = ((round(cell, 3) if isinstance(cell, float) else cell for cell in row) for row in rows.iter_rows())
        lines += [f"## {text(f'datasets.inspection.{kind}', 'en')} ({rows.height})", "", table(heads[kind], shown), ""]
    return "\n".join(lines)


WEAK = """The list that the maintainers work from, worst first, as `kanmon data check` prints it: items that lead to no
product (restricted: a measure in force names them), items that nobody is named for (with the number of products that
need them), figures more than five years old, and sources more than ten points apart."""


def reference_tables() -> str:
    """Return the page of the other packaged tables: rows, columns, and their sources."""
    import polars as pl

    lines = ["# Reference tables", "", REFERENCE, ""]
    for folder in sorted(path for path in (ROOT / "datasets" / "data").iterdir() if path.is_dir() and path.name != "world"):
        rows, sources = [], None
        for file in sorted(folder.iterdir()):
            if file.suffix not in {".csv", ".parquet"}:
                rows.append((file.name, "", "", f"{file.stat().st_size / 1024:.0f} kB"))
                continue
            frame = pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_csv(file, infer_schema=False)
            if file.stem in {"sources", "documents"}:
                sources = frame
            else:
                rows.append((file.name, frame.height, ", ".join(frame.columns), f"{file.stat().st_size / 1024:.0f} kB"))
        lines += [f"## {folder.name.replace('_', ' ')}", "", table(("file", "rows", "columns", "size"), rows), ""]
        if sources is not None:
            heads = [name for name in (*SOURCE_HEADS, "name_en", "status_en") if name in sources.columns]
            lines += ["Sources:", "", table(heads, sources.select(heads).rows()), ""]
    return "\n".join(lines)


REFERENCE = """Tables beside `world`: trade of 30 codes, governance scores, official limits, countries, the technologies
under the prior-report scheme, the guideline's items. Where a folder has no table of sources, each row names its own."""

# ---- studies ---------------------------------------------------------------------------------------------------------

STUDIES = {
    "en": """# Studies

Notebooks that run from the bundled data alone, and that can be copied. Each says its question, its answer, its limits and
its sources, and ends with a picture and the sentence that it supports; all of it is output, computed when the notebook was
last run.""",
    "ja": """# 分析例

同梱データだけで動き、写して使えるノートブックです。それぞれに問い・答え・限界・出典があり、図と、その図が支える一文で終わります。いずれも、最後に
実行したときに計算された出力です。""",
}


def studies(lang: str) -> str:
    """Return the gallery of the notebooks in a language: each one's question, picture and sentence, as computed."""
    up = "" if lang == "en" else "../"
    found = [(path, json.loads(path.read_text(encoding="utf-8"))["cells"]) for path in notebooks()]
    rows, thumbnails = [], []
    for path, cells in found:
        title, question = _opening("".join(cells[0]["source"]), lang)
        picture = f"{up}gallery/{path.stem}_{lang}.png"
        thumbnails.append(f"[![{title}]({picture}){{ width=180 }}](#{path.stem})")
        answer = f"\n\n{_markdown(cells, 'answer', 0)}" if lang == "en" else ""
        rows += [
            f"## {title} {{ #{path.stem} }}",
            "",
            question,
            "",
            f"[![{title}]({picture}){{ width=520 }}]({picture})",
            "",
        ]
        rows += [f"> {_markdown(cells, 'sentence', LANGUAGES.index(lang))}{answer}", "", f"`notebooks/{path.name}`", ""]
    return "\n".join([STUDIES[lang], "", "\n".join(thumbnails), "", *rows])


LANGUAGES = ("en", "ja")


def notebooks() -> list[Path]:
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def pictures() -> dict[str, bytes]:
    """Return the last picture of every notebook, and one of every plot, by their path."""
    found = {}
    for path in notebooks():
        outputs = _outputs(json.loads(path.read_text(encoding="utf-8"))["cells"], "picture")
        images = [base64.b64decode(one["data"]["image/png"]) for one in outputs if "image/png" in one.get("data", {})]
        found |= {f"gallery/{path.stem}_{lang}.png": image for lang, image in zip(LANGUAGES, images, strict=True)}
    return found | {f"gallery/{name}_{lang}.png": draw(lang) for name, draw in plots().items() for lang in LANGUAGES}


def plots() -> dict[str, Callable[[str], bytes]]:
    """Return what draws each plot of the guide."""
    import polars as pl
    from kanmon import datasets, plot, risk

    graph = datasets.load("permanent_magnet")
    world = datasets.load("world")
    shares = world.preferred("country", "world").filter(level="country")
    stop = risk.Scenario("180 days", [risk.halt("CHN", lasts=180), risk.stockpile("ndfeb_magnet", 60)])
    course = risk.timeline(graph, stop, product="ndfeb_magnet")
    mined = ["lithium_mining", "lithium_refining", "cobalt_mining", "cobalt_refining"]
    asked = risk.what_to_find_out(
        graph, risk.halt("CHN"), product="ndfeb_magnet", buyer="JPN", prior=datasets.maker_prior(graph)
    )
    years = risk.concentration_by_year(world).filter(pl.col("year").is_in([2023, 2024]))
    drawn: dict[str, Callable[[str], Any]] = {
        "intervals": lambda lang: plot.intervals(years, by="year", graph=world, most=8, lang=lang),
        "fan": lambda lang: plot.fan(course, "ndfeb_magnet", graph=graph, lang=lang),
        "tornado": lambda lang: plot.tornado(asked, graph=graph, most=6, lang=lang),
        "heat_map": lambda lang: plot.heat_map(shares, graph=world, most=8, lang=lang),
        "flow": lambda lang: plot.flow(shares, mined, graph=world, lang=lang),
        "treemap": lambda lang: plot.treemap(shares, ["cobalt_refining", "ndfeb_magnet"], graph=world, lang=lang),
        "world_map": lambda lang: plot.world_map(shares.filter(item="lithium_mining"), graph=world, lang=lang),
        "cut_set_matrix": lambda lang: plot.cut_set_matrix(risk.cut_sets(graph, "ndfeb_magnet"), graph=graph, lang=lang),
    }
    return {name: lambda lang, draw=draw: draw(lang)._repr_png_() for name, draw in drawn.items()}


def _opening(source: str, lang: str) -> tuple[str, str]:
    """Return the title and the question of a notebook."""
    title, _, rest = source.partition("\n")
    if lang == "en":
        return title.lstrip("# "), rest.strip().split("\n\n")[0]
    (told,) = re.findall(r"^> \*\*(.+?)。\*\* *(.+)$", source, re.MULTILINE)
    return told


def _outputs(cells: list[dict[str, Any]], tag: str) -> list[dict[str, Any]]:
    (cell,) = (cell for cell in cells if tag in cell["metadata"].get("tags", []))
    return cell["outputs"]


def _markdown(cells: list[dict[str, Any]], tag: str, number: int) -> str:
    told = [one["data"]["text/markdown"] for one in _outputs(cells, tag) if "text/markdown" in one.get("data", {})]
    return "".join(told[number]).strip()

"""The files of an assessment: written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from ..graph.files import whole_folder
from ..graph.problems import report
from ..graph.views import write_gexf, write_graphml
from .assess import Assessment
from .explorer import write_explorer
from .outputs import finite, write_tables


def write_assessment(assessment: Assessment, path: Path, *, lang: str, force: bool = False) -> list[str]:
    """Write an assessment into a folder and return the names of its files.

    Raises
    ------
    ReadError
        The folder is not empty and ``force`` is false, or cannot be written.
    """
    graph = assessment.graph
    with whole_folder(path, force) as folder:
        tables = {"concentration": assessment.concentration, **assessment.tables}
        write_tables(folder, **tables, sources=graph.sources, notes=report(graph.notes))
        assessment.concentration.write_parquet(folder / "concentration.parquet")
        summary = json.dumps(finite(assessment.summary()), ensure_ascii=False, indent=2, default=str, allow_nan=False)
        (folder / "summary.json").write_text(summary + "\n", encoding="utf-8")
        write_graphml(graph, folder / "graph.graphml")
        write_gexf(graph, folder / "graph.gexf")
        write_explorer(
            graph, folder / "explorer.html", products=list(assessment.products), buyer=assessment.buyer, lang=lang
        )
        return sorted(file.name for file in folder.iterdir())

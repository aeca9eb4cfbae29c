"""Run the notebooks in place and keep only what is worth committing: ``python scripts/build_notebooks.py [NOTEBOOK ...]``.

Metadata of the machine, times of execution, paths and the state of widgets are dropped: a second run changes nothing but
figures that have changed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET = "application/vnd.jupyter.widget-view+json"


def main(paths: list[Path]) -> None:
    for path in paths or sorted(FOLDER.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        start = time.perf_counter()
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()
        tidy(notebook)
        nbformat.write(notebook, path)
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {path.stat().st_size / 1024:.0f} kB")


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Drop what belongs to one machine or one run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = nbformat.from_dict({"tags": tags} if (tags := cell.metadata.get("tags")) else {})
        if cell.cell_type == "code":
            outputs = [one for one in cell.outputs if one.get("name") != "stderr" and WIDGET not in one.get("data", {})]
            for one in outputs:
                one.pop("execution_count", None)
                if "text/html" in (data := one.get("data", {})):
                    data.pop("text/plain", None)
                if one.output_type == "execute_result":
                    one.execution_count = None
            cell.outputs, cell.execution_count = outputs, None


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])

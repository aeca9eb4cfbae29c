"""The same facts give the same bytes, whatever the order of their rows."""

from __future__ import annotations

import getpass
import socket
from pathlib import Path

import kanmon as kn
import pytest
from kanmon.app.assess import assess
from kanmon.app.chokepoints import find_chokepoints, write_chokepoints
from kanmon.app.explorer import graph_page
from kanmon.app.outputs import plain, write_csv
from kanmon.graph import SupplyGraph
from kanmon.graph.views import write_gexf, write_graphml
from kanmon.risk import concentration, flag_technologies


def outputs(graph, folder):
    write_graphml(graph, folder / "graph.graphml")
    write_gexf(graph, folder / "graph.gexf")
    write_csv(graph.sources, folder / "sources.csv")
    write_csv(concentration(graph), folder / "concentration.csv")
    write_csv(flag_technologies(graph), folder / "technologies.csv")
    small = graph.upstream("ndfeb_magnet")
    graph_page(small, products=["ndfeb_magnet"], buyer="JPN", lang="en").save(folder / "explorer.html")
    (folder / "summary.json").write_text(plain(assess(small, ["ndfeb_magnet"], buyer="JPN").summary()), encoding="utf-8")
    write_chokepoints(find_chokepoints(graph, "ndfeb_magnet"), folder / "chokepoints")
    for place in ("csv", "parquet"):
        graph.write(folder / place, format=place)
    graph.write(folder / "graph.xlsx")
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_rows_give_the_same_bytes_in_every_output(tmp_path, seed):
    graph = kn.load()
    rows = {name: table.sample(fraction=1, shuffle=True, seed=seed) for name, table in graph.tables.items()}
    shuffled = SupplyGraph(**rows, name=graph.name)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = outputs(graph, tmp_path / "a"), outputs(shuffled, tmp_path / "b")
    assert [name for name in first if first[name] != second.get(name)] == []
    assert len(first) > 20


def test_outputs_name_neither_the_day_of_writing_nor_the_machine_nor_its_user(tmp_path):
    found = outputs(kn.load(), tmp_path)
    told = ["lastmodifieddate", str(Path.home()), str(tmp_path), f"/{getpass.getuser()}/", socket.gethostname()]
    words = [word.encode() for word in told if len(word) > 4]
    assert {name: word for name, content in found.items() for word in words if word in content} == {}

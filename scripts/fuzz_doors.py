"""What is done with an input of each kind: it is read, and then asked what an analyst asks.

A door is a generator over a case and an empty folder. It yields once the input is read; what it does after that is done for
deep cases alone. It checks the bounds of every figure that it gets.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import polars as pl
import yaml
from fuzz_inputs import (
    COMPANY,
    FIRMS,
    GRAPH,
    PARTS,
    PLAIN,
    PUBLISHED,
    SINGLE,
    TRADE,
    Case,
    Rows,
    bent,
    book,
    changed,
    tear,
    written,
)

Door = Callable[[Case, Path], Iterator[None]]
ROUNDING = 1e-9
MEMORY_DISK = Path("/dev/shm")


def graph(case: Case, folder: Path) -> Iterator[None]:
    """Read a table of a graph; then all of them, its figures, and what it writes."""
    from kanmon.app.outputs import write_csv
    from kanmon.graph import SupplyGraph
    from kanmon.graph.tables import read_tables
    from kanmon.graph.views import write_gexf, write_graphml
    from kanmon.risk import concentration, flag_technologies, halt, simulate

    path = folder / ("graph.xlsx" if case["kind"] == "workbook" else "graph")
    mine = changed(GRAPH[case["table"]], case["changes"])
    others = GRAPH if case.get("deep", True) else {}
    if case["kind"] == "workbook":
        path.write_bytes(book(others | {case["table"]: mine}, case["torn"], case.get("member", "")))
    else:
        path.mkdir()
        for name, rows in others.items():
            (path / f"{name}.csv").write_bytes(written(rows))
        if case["kind"] == "parquet" and mine and mine[0]:
            (path / f"{case['table']}.csv").unlink(missing_ok=True)
            (path / f"{case['table']}.parquet").write_bytes(tear(parquet(mine), case["torn"]))
        else:
            (path / f"{case['table']}.csv").write_bytes(tear(written(mine, ",", case["encoding"]), case["torn"]))
    read_tables(path)
    yield
    facts = SupplyGraph.read(path)
    found = concentration(facts)
    assert found["hhi_low"].drop_nulls().is_between(0, 1).all() and (found["hhi_low"] <= found["hhi_high"] + ROUNDING).all()
    for product in facts.items["id"].to_list()[:2]:
        bounded(simulate(facts, halt("CHN"), product=product))
    flag_technologies(facts)
    write_graphml(facts, folder / "g.graphml")
    write_gexf(facts, folder / "g.gexf")
    write_csv(found, folder / "c.csv")
    facts.write(folder / "again.xlsx")
    assert SupplyGraph.read(folder / "again.xlsx") == facts


def parquet(rows: Rows) -> bytes:
    """Return a table as Parquet; a column that comes twice gets a number."""
    head = rows[0]
    names = [name if head.index(name) == i else f"{name}_{i}" for i, name in enumerate(head)]
    columns = {name: [row[i] if i < len(row) else None for row in rows[1:]] for i, name in enumerate(names)}
    out = io.BytesIO()
    pl.DataFrame(columns, strict=False).write_parquet(out)
    return out.getvalue()


def bounded(kept: pl.DataFrame) -> None:
    """Fail where what is kept is no part of a whole, or its bounds are the wrong way round."""
    for name in ("kept_low", "kept_estimate", "kept_high"):
        assert kept[name].drop_nulls().is_between(-ROUNDING, 1 + ROUNDING).all(), name
    assert (kept["kept_low"] <= kept["kept_high"] + ROUNDING).all()


def parts(case: Case, folder: Path) -> Iterator[None]:
    """Understand a company's file; then write down what was understood, and use it as corrections."""
    from kanmon.datasets.intake.mapping import as_yaml, draft, read_corrections
    from kanmon.datasets.intake.understanding import understand

    path = single(case, folder)
    found = understand(path)
    yield
    (folder / "m.yaml").write_text(as_yaml(draft(found.tables)), encoding="utf-8")
    understand(path, corrections=read_corrections(folder / "m.yaml"))


def single(case: Case, folder: Path) -> Path:
    """Write the one table of a case under the name of its kind."""
    kind, rows = case["kind"], changed(SINGLE[case["kind"]], case["changes"])
    path = folder / kind
    if path.suffix == ".xlsx":
        path.write_bytes(book({"parts": rows}, case["torn"], case.get("member", "")))
    else:
        path.write_bytes(tear(written(rows, "\t" if path.suffix == ".tsv" else ",", case["encoding"]), case["torn"]))
    return path


def trade(case: Case, folder: Path) -> Iterator[None]:
    """Read a trade table; then work out a country's dependence."""
    from kanmon.app.dependence import assess_dependence
    from kanmon.datasets import read_trade
    from kanmon.graph.files import reading

    path = single(case, folder)
    with reading(path):  # as those who collect what is read lazily do
        read_trade(path).collect()
    yield
    shares = assess_dependence(path, "USA" if case["kind"] == "census.csv" else "JPN").tables["concentration"]
    assert (shares["hhi_low"] <= shares["hhi_high"] + ROUNDING).all()


def published(case: Case, folder: Path) -> Iterator[None]:
    """Read what offices publish: governance, flows between industries."""
    from kanmon.datasets import read_input_output, read_wgi
    from kanmon.graph import FirmNetwork

    path = single(case, folder)
    if case["kind"] == "wgi.csv":
        scores = read_wgi(path)
        assert scores["wgi_0_10"].drop_nulls().is_between(0, 10).all()
        yield
    else:
        flows, sectors = read_input_output(path)
        assert (flows["value"] > 0).all()
        yield
        FirmNetwork.from_transactions(flows, sectors.select(firm="id", sector="industry", revenue="output"))


def firms(case: Case, folder: Path) -> Iterator[None]:
    """Read transactions between firms; then what the stop of each costs the others."""
    from kanmon.graph import FirmNetwork
    from kanmon.risk import systemic_risk

    tables = FIRMS | {case["table"]: changed(FIRMS[case["table"]], case["changes"])}
    for name, rows in tables.items():
        data = written(rows, ",", case["encoding"] if name == case["table"] else "utf-8")
        (folder / f"{name}.csv").write_bytes(tear(data, case["torn"]) if name == case["table"] else data)
    network = FirmNetwork.from_transactions(*(folder / f"{name}.csv" for name in FIRMS))
    yield
    found = systemic_risk(network)
    assert found["esri"].is_between(-ROUNDING, 1 + ROUNDING).all()


def company(case: Case, folder: Path) -> Iterator[None]:
    """Understand a filled-in workbook of the audit; then take it for a company."""
    from kanmon.app.audit.company_reader import company_from
    from kanmon.datasets.intake.understanding import understand

    sheets = COMPANY | {case["table"]: changed(COMPANY[case["table"]], case["changes"])}
    (folder / "audit.xlsx").write_bytes(book(sheets, case["torn"], case.get("member", "")))
    found = understand(folder / "audit.xlsx")
    yield
    company_from(found)


def scenario(case: Case, folder: Path) -> Iterator[None]:
    """Read scenarios; then simulate them."""
    from kanmon.graph.yaml import read_yaml
    from kanmon.risk import scenarios_from, simulate

    found = scenarios_from(read_yaml(plain(case, folder)))
    yield
    bounded(simulate(valid_graph(), found, product="robot"))


@cache
def valid_graph():
    """Return the graph that nothing was done to."""
    from kanmon.graph import SupplyGraph

    blank = pl.all().replace("", None)
    return SupplyGraph(
        **{name: pl.DataFrame(rows[1:], schema=rows[0], orient="row").with_columns(blank) for name, rows in GRAPH.items()}
    )


def plain(case: Case, folder: Path) -> Path:
    """Write the plain data of a case under the name of its kind."""
    path = folder / case["kind"]
    value = bent(PLAIN[case["kind"]], case["paths"])
    text = (
        json.dumps(value, ensure_ascii=False)
        if path.suffix == ".json"
        else yaml.dump(value, Dumper=dumper(), allow_unicode=True)
    )
    path.write_bytes(tear(text.encode("utf-8", "surrogatepass"), case["torn"]))
    return path


def dumper() -> type:
    """Return the quick writer of YAML where there is one."""
    return getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def mapping(case: Case, folder: Path) -> Iterator[None]:
    """Read corrections; then use them."""
    from kanmon.datasets.intake.mapping import read_corrections
    from kanmon.datasets.intake.understanding import understand

    (folder / "parts.csv").write_bytes(written(PARTS))
    found = read_corrections(plain(case, folder))
    yield
    understand(folder / "parts.csv", corrections=found)


def card(case: Case, folder: Path) -> Iterator[None]:
    """Read a card as it stands, and again under the hash that it should have; then write what it says."""
    from kanmon.app.survey.card import as_data, digest
    from kanmon.app.survey.card_files import read_card, write_card
    from kanmon.graph import InputError

    path = plain(case, folder)
    with contextlib.suppress(InputError):
        read_card(path)
    with contextlib.suppress(ValueError, RecursionError):  # not even JSON: it is asked as it is
        data = json.loads(path.read_bytes())
        if isinstance(data, dict):
            path.write_text(json.dumps(data | {"sha256": digest(data)}), encoding="utf-8")
    found = read_card(path)
    assert read_again(as_data(found), folder) == found
    yield
    write_card(found, folder / "out", "ja")


def read_again(data: dict, folder: Path):
    """Return the card that plain data gives when it is written and read."""
    from kanmon.app.survey.card_files import read_card

    (folder / "again.json").write_text(json.dumps(data), encoding="utf-8")
    return read_card(folder / "again.json")


def name(case: Case, folder: Path) -> Iterator[None]:
    """Flag what somebody calls a part; then look it up in the graph."""
    from kanmon.datasets import country
    from kanmon.risk import flag_technologies, link_parts

    flag_technologies([case["text"]])
    yield
    country(case["text"])
    link_parts([case["text"]], valid_graph())


def command(case: Case, folder: Path) -> Iterator[None]:
    """Give words to the command line, in an empty folder; what is no fault of its own ends in 0, 1 or 2."""
    from kanmon.app import cli

    before, said = sys.argv, io.StringIO()
    sys.argv = ["kanmon", *case["words"]]
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            cli.main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code
    finally:
        sys.argv = before
    assert code in {None, 0, 1, 2} and "Traceback" not in said.getvalue(), (code, said.getvalue())
    yield


DOORS: dict[str, Door] = {
    **dict.fromkeys(("folder", "workbook", "parquet"), graph),
    **dict.fromkeys(("parts.csv", "parts.tsv", "parts.xlsx"), parts),
    **dict.fromkeys((*TRADE, "census.csv"), trade),
    **dict.fromkeys(set(PUBLISHED) - {"census.csv"}, published),
    "firms": firms,
    "audit.xlsx": company,
    "scenario.yaml": scenario,
    "mapping.yaml": mapping,
    "card.json": card,
    "name": name,
    "command": command,
}


def attempt(case: Case) -> str:
    """Return how a case ended; raise whatever else it ended in.

    "right" (to the end), "read" (a case that was to be read only), "asked" (refused after it was read), "refused".
    """
    from kanmon.graph import KanmonError

    folder = Path(tempfile.mkdtemp(prefix="kanmon-fuzz-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None))
    reached = "refused"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _ in DOORS[case["kind"]](case, folder):
                if not case.get("deep", True):
                    return "read"
                reached = "asked"
        return "right"
    except KanmonError as error:
        assert error.text("en") and error.text("ja")
        return reached
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""Hostile inputs by structure: files of every kind that Kanmon reads, valid but for what a mutation did to them.

    python scripts/fuzz.py --seconds 100        # random rounds; exit 1 and the input kept where one ends in anything but
                                                # a result or a KanmonError
    python scripts/fuzz.py --replay FILE ...    # inputs that were kept, again

An input is a case: its kind, and the changes that make it. Most inputs must get past the readers into the figures: the table
that is printed says how many did.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

Rows = list[list[str]]
Case = dict[str, Any]
SLOW = 60
"""Seconds of the processor, or ten times as many that pass, after which an input counts as a hang."""

CELLS = [
    "", " ", "0", "-1", "1", "1e308", "-1e308", "1e-320", "nan", "inf", "NaN%", "1,5", "1.234,5", "0x10", "１２", "2024.0",
    "FY24", "202413", "2024-02-30", "0000", "99999999999999999999", "x", "=1+1", "＝HYPERLINK()", "+1", "@SUM(1)", "\ufeff=1",  # noqa: E501
    "<script>alert(1)</script>", "A$\\foo$", "$x^2$", "{0}", "{path}", "%s", "[red]x[/red]", "\x1b[31m", "a\nb", "a\r\nb", '"',  # noqa: E501
    "'", ",", ";", "\t", "\\", "../../etc/passwd", "關門", "関門", "ｶﾝﾓﾝ", "مرحبا", "\u202eabc", "\u200b", "é", "e\u0301",
    "😀", "\ud7ff", "\ufffd", "CHN", "chn", "China", "中国", "XXX", "JPN", "WLD", "true", "はい", "null", "None", "x" * 300,
    "a;b;c", "ore", "magnet", "robot", "self", "100%", "1/3", "１００％", "$5", "¥1,000", "(5)", "5-", "約5", "<5", "withheld", "#REF!",  # noqa: E501
]  # fmt: skip
"""Cells that have broken programs."""

GRAPH: dict[str, Rows] = {
    "items": [
        ["id", "name_en", "name_ja", "kind", "hs6"],
        ["robot", "Robot", "ロボット", "product", ""],
        ["magnet", "Magnet", "磁石", "component", "850511"],
        ["ore", "Ore", "鉱石", "mineral", "253090"],
        ["press", "Press", "プレス", "equipment", ""],
    ],
    "inputs": [
        [
            "item",
            "input",
            "source",
            "role",
            "group",
            "mix",
            "quantity",
            "essential",
            "kept_without_low",
            "kept_without_high",
        ],
        ["robot", "magnet", "s", "input", "", "", "2", "true", "", ""],
        ["magnet", "ore", "s", "input", "g", "0.5", "", "", "0", "0.5"],
        ["magnet", "press", "s", "equipment", "", "", "", "", "", ""],
    ],
    "suppliers": [
        ["id", "name_en", "kind", "country", "parent"],
        ["CHN", "China", "country", "", ""],
        ["JPN", "Japan", "country", "", ""],
        ["acme", "Acme", "company", "JPN", ""],
        ["plant", "Plant", "site", "JPN", "acme"],
    ],
    "shares": [
        ["item", "supplier", "source", "share", "share_low", "share_high", "year", "scope", "missing"],
        ["magnet", "CHN", "s", "0.8", "", "", "2024", "world", ""],
        ["magnet", "JPN", "s", "", "0.1", "0.2", "2024", "world", ""],
        ["magnet", "acme", "s", "", "", "", "2024", "world", "withheld"],
        ["ore", "CHN", "s", "0.6", "", "", "2023", "world", ""],
        ["robot", "JPN", "s", "1", "", "", "2024", "world", ""],
    ],
    "sources": [
        ["id", "title", "publisher", "date", "url"],
        ["s", "A report", "A ministry", "2024-05-01", "https://example.org"],
    ],
}
PARTS: Rows = [
    ["品番", "品名", "数量", "単価", "仕入先", "原産国", "HSコード"],
    ["A-001", "ネオジム磁石", "4", "1,200", "山田商事", "中国", "8505.11"],
    ["A-002", "軸受", "8", "350", "Acme Ltd.", "日本", "8482.10"],
    ["A-003", "基板", "1", "9800", "", "台湾", ""],
    ["00123", "ボルト M4", "24", "3.5", "Bolt GmbH", "DEU", "7318.15"],
]  # fmt: skip
TRADE: dict[str, Rows] = {
    "comtrade.csv": [
        ["refYear", "reporterISO", "partnerISO", "flowCode", "cmdCode", "classificationCode", "primaryValue", "netWgt"],
        ["2024", "JPN", "W00", "M", "850511", "H6", "100", "10"],
        ["2024", "JPN", "CHN", "M", "850511", "H6", "80", "8"],
        ["2024", "JPN", "DEU", "M", "850511", "H6", "20", "2"],
    ],
    "BACI_HS17_Y2022_V202401.csv": [
        ["t", "i", "j", "k", "v", "q"],
        ["2022", "156", "392", "850511", "80.5", "8"],
        ["2022", "276", "392", "850511", "20", "NA"],
    ],
    "customs.csv": [
        ["Exp or Imp", "Year", "HS", "Country", "Unit1", "Unit2", "Quantity1-Year", "Quantity2-Year", "Value-Year"],
        ["2", "2024", "'850511000'", "105", "NO", "KG", "5", "10", "800"],
        ["2", "2024", "'850511000'", "213", "NO", "KG", "5", "10", "200"],
    ],
    "tidy.csv": [
        ["hs6", "importer", "exporter", "year", "value", "unit"],
        ["850511", "JPN", "CHN", "2024", "8", "USD"],
        ["850511", "JPN", "DEU", "2024", "2", "USD"],
    ],
}
SCENARIO: Any = [
    {"name": "a", "changes": [{"halt": {"node": "CHN", "item": "ore"}}, {"reduce": {"node": "JPN", "share": 0.5}}]},
    {"name": "b", "changes": [{"embargo": {"node": "CHN", "to": ["JPN"], "share": [0.2, 0.9]}}, {"add_source": {"item": "ore", "share": 0.1, "node": "JPN"}}]},  # noqa: E501
]  # fmt: skip
MAPPING: Any = {
    "sheets": {"parts": {"kind": "bom", "header_row": 1, "columns": {"品番": "part", "品名": "name", "数量": "quantity"}}},
    "parts": {},
}


# --- how a case is made --------------------------------------------------------------------------------------------------

cell = st.one_of(
    st.sampled_from(CELLS), st.sampled_from(CELLS), st.text(max_size=12), st.floats().map(repr), st.integers().map(str)
)
place = st.integers(0, 40)
"""Wraps around the table."""
changes = st.lists(
    st.one_of(
        st.tuples(st.just("cell"), place, place, cell),
        st.tuples(st.just("cell"), place, place, cell),
        st.tuples(
            st.sampled_from(["copy_row", "drop_row", "drop_column", "copy_column", "swap"]), place, place, st.just("")
        ),
        st.tuples(st.sampled_from(["grow", "head", "blank_row"]), place, place, cell),
    ),
    max_size=2,
)
torn = st.one_of(
    st.just([]),
    st.just([]),
    st.just([]),
    st.just([]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(-1, 255)), max_size=4),
)
"""Bytes that are changed at the end: where (a part of the length), to what (-1: the file ends there)."""
paths = st.lists(
    st.tuples(
        st.lists(place, max_size=5),
        st.one_of(
            cell,
            st.none(),
            st.booleans(),
            st.floats(),
            st.lists(cell, max_size=2),
            st.dictionaries(cell, cell, max_size=2),
            st.integers(1, 60).map(lambda n: {"deep": n}),
        ),
    ),
    max_size=3,
)
encodings = st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp932", "utf-16", "cp1252", "euc-jp"])


def cases() -> st.SearchStrategy[Case]:
    """Return what a case is drawn from."""
    table = {"changes": changes, "torn": torn, "encoding": encodings}
    return st.one_of(
        st.fixed_dictionaries(
            {"kind": st.sampled_from(["folder", "workbook", "parquet"]), "table": st.sampled_from(sorted(GRAPH)), **table}
        ),
        st.fixed_dictionaries({"kind": st.sampled_from(["parts.csv", "parts.tsv", "parts.xlsx"]), **table}),
        st.fixed_dictionaries({"kind": st.sampled_from(sorted(TRADE)), **table}),
        st.fixed_dictionaries({"kind": st.sampled_from(["scenario.yaml", "mapping.yaml"]), "paths": paths, "torn": torn}),
    )


def changed(rows: Rows, todo: list[Any]) -> Rows:
    """Return a table after changes."""
    rows = [list(row) for row in rows]
    for what, i, j, value in todo:
        if not rows or not rows[0]:
            break
        i, j = i % len(rows), j % max(len(rows[i % len(rows)]), 1)
        match what:
            case "cell" if rows[i]:
                rows[i][j] = value
            case "head":
                rows[0][j % len(rows[0])] = value
            case "copy_row":
                rows.append(list(rows[i]))
            case "drop_row":
                del rows[i]
            case "blank_row":
                rows.insert(i, [value])
            case "drop_column":
                rows = [row[:j] + row[j + 1 :] for row in rows]
            case "copy_column":
                rows = [row + row[j : j + 1] for row in rows]
            case "swap":
                rows[i], rows[j % len(rows)] = rows[j % len(rows)], rows[i]
            case "grow":
                rows += [[*row[:-1], f"{row[-1]}{n}"] for n in range(3) for row in rows[1:] if row]
    return rows


def written(rows: Rows, delimiter: str, encoding: str) -> bytes:
    """Return a table as text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode(encoding, errors="replace")


def book(sheets: dict[str, Rows]) -> bytes:
    """Return tables as a workbook."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    try:
                        number = float(value)
                    except ValueError:
                        number = math.nan
                    (sheet.write_number(i, j, number) if math.isfinite(number) else sheet.write_string(i, j, value))
    return target.getvalue()


def tear(data: bytes, todo: list[Any]) -> bytes:
    """Return bytes of which some are changed; of a workbook, those of its first sheet."""
    if not todo:
        return data
    if data.startswith(b"PK\x03\x04") and todo[0][1] % 2:
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, tear_flat(old.read(name), todo) if name.endswith("sheet1.xml") else old.read(name))
        return target.getvalue()
    return tear_flat(data, todo)


def tear_flat(data: bytes, todo: list[Any]) -> bytes:
    """Return bytes of which some are changed."""
    content = bytearray(data)
    for where, what in todo:
        at = int(where * max(len(content) - 1, 0))
        if what < 0:
            del content[at:]
        elif content:
            content[at] = what
    return bytes(content)


def bent(value: Any, todo: list[Any]) -> Any:
    """Return plain data of which values were replaced; a path walks down by index."""
    value = json.loads(json.dumps(value))
    for steps, new in todo:
        if isinstance(new, dict) and "deep" in new:
            new = json.loads("[" * new["deep"] + "]" * new["deep"])
        here = value
        for step in steps[:-1]:
            keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else []
            if not keys:
                break
            here = here[list(keys)[step % len(keys)]]
        if isinstance(here, dict) and here and steps:
            here[list(here)[steps[-1] % len(here)]] = new
        elif isinstance(here, list) and here and steps:
            here[steps[-1] % len(here)] = new
    return value


# --- what is done with it ------------------------------------------------------------------------------------------------


def graph_of(case: Case, folder: Path) -> Any:
    """Read a graph and ask it what an analyst asks."""
    from kanmon.app.outputs import write_csv
    from kanmon.graph import SupplyGraph
    from kanmon.graph.views import write_gexf, write_graphml
    from kanmon.risk import concentration, flag_technologies, halt, simulate

    tables = GRAPH | {case["table"]: changed(GRAPH[case["table"]], case["changes"])}
    if case["kind"] == "workbook":
        path = folder / "graph.xlsx"
        path.write_bytes(tear(book(tables), case["torn"]))
    else:
        path = folder / "graph"
        path.mkdir()
        for name, rows in tables.items():
            mine = name == case["table"]
            data = written(rows, ",", case["encoding"] if mine else "utf-8")
            if case["kind"] == "parquet" and mine and rows and rows[0]:
                frame = pl.DataFrame(
                    {
                        f"{c}" if rows[0].index(c) == i else f"{c}_{i}": [r[i] if i < len(r) else None for r in rows[1:]]
                        for i, c in enumerate(rows[0])
                    },
                    strict=False,
                )
                out = io.BytesIO()
                frame.write_parquet(out)
                (path / f"{name}.parquet").write_bytes(tear(out.getvalue(), case["torn"]))
            else:
                (path / f"{name}.csv").write_bytes(tear(data, case["torn"]) if mine else data)
    graph = SupplyGraph.read(path)
    yield "read"
    found = concentration(graph)
    assert found["hhi_low"].drop_nulls().is_between(0, 1).all() and (found["hhi_low"] <= found["hhi_high"] + 1e-9).all()
    for product in graph.items["id"].to_list()[:2]:
        kept = simulate(graph, halt("CHN"), product=product)
        for name in ("kept_low", "kept_estimate", "kept_high"):
            assert kept[name].drop_nulls().is_between(-1e-9, 1 + 1e-9).all(), name
        assert (kept["kept_low"] <= kept["kept_high"] + 1e-9).all()
    flag_technologies(graph)
    write_graphml(graph, folder / "g.graphml")
    write_gexf(graph, folder / "g.gexf")
    write_csv(found, folder / "c.csv")
    graph.write(folder / "again.xlsx")
    assert SupplyGraph.read(folder / "again.xlsx") == graph


def parts_of(case: Case, folder: Path) -> Any:
    """Understand a company's file and flag its parts."""
    from kanmon.datasets.intake.mapping import as_yaml, draft, read_corrections
    from kanmon.datasets.intake.understanding import understand

    rows = changed(PARTS, case["changes"])
    path = folder / case["kind"]
    data = (
        book({"parts": rows})
        if path.suffix == ".xlsx"
        else written(rows, "\t" if path.suffix == ".tsv" else ",", case["encoding"])
    )
    path.write_bytes(tear(data, case["torn"]))
    found = understand(path)
    yield "read"
    (folder / "m.yaml").write_text(as_yaml(draft(found.tables)), encoding="utf-8")
    understand(path, corrections=read_corrections(folder / "m.yaml"))


def trade_of(case: Case, folder: Path) -> Any:
    """Read a trade table and work out a country's dependence."""
    from kanmon.app.dependence import assess_dependence

    path = folder / case["kind"]
    path.write_bytes(tear(written(changed(TRADE[case["kind"]], case["changes"]), ",", case["encoding"]), case["torn"]))
    found = assess_dependence(path, "JPN")
    yield "read"
    shares = found.tables["concentration"]
    assert (shares["hhi_low"] <= shares["hhi_high"] + 1e-9).all()


def settings_of(case: Case, folder: Path) -> Any:
    """Read a scenario and simulate it, or corrections and use them."""
    import yaml
    from kanmon.datasets.intake.mapping import read_corrections
    from kanmon.datasets.intake.understanding import understand
    from kanmon.graph import SupplyGraph
    from kanmon.graph.yaml import read_yaml
    from kanmon.risk import scenarios_from, simulate

    path = folder / case["kind"]
    mine = SCENARIO if path.stem == "scenario" else MAPPING
    path.write_bytes(
        tear(yaml.safe_dump(bent(mine, case["paths"]), allow_unicode=True).encode("utf-8", "replace"), case["torn"])
    )
    if path.stem == "scenario":
        found = scenarios_from(read_yaml(path))
        yield "read"
        frames = {
            name: pl.DataFrame(rows[1:], schema=rows[0], orient="row").with_columns(pl.all().replace("", None))
            for name, rows in GRAPH.items()
        }
        kept = simulate(SupplyGraph(**frames), found, product="robot")
        assert kept["kept_low"].is_between(-1e-9, 1 + 1e-9).all()
    else:
        (folder / "parts.csv").write_bytes(written(PARTS, ",", "utf-8"))
        found = read_corrections(path)
        yield "read"
        understand(folder / "parts.csv", corrections=found)


def doing(kind: str) -> Callable[[Case, Path], Any]:
    """Return what is done with a kind of input."""
    if kind in {"folder", "workbook", "parquet"}:
        return graph_of
    return trade_of if kind in TRADE else settings_of if kind.endswith(".yaml") else parts_of


def attempt(case: Case) -> str:
    """Return how a case ended: "right", "refused" (when read) or "asked" (refused later); raise whatever else it ended in."""  # noqa: E501
    from kanmon.graph import KanmonError

    folder, reached = Path(tempfile.mkdtemp(prefix="kanmon-fuzz-")), "refused"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _ in doing(case["kind"])(case, folder):
                reached = "asked"
        return "right"
    except KanmonError as error:
        assert error.text("en") and error.text("ja")
        return reached
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hung(*_: Any) -> None:
    """Say that an input took too long."""
    raise TimeoutError(f"more than {SLOW} seconds")


def memory() -> float:
    """Return the MiB that this process holds; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) / 256
    except OSError:
        return 0.0


def rounds(seconds: float, start: int, kept: Path) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Return how often each kind ended how, and what ended otherwise: its input is shrunk and kept."""
    counts: Counter[tuple[str, str]] = Counter()
    faults: dict[str, str] = {}
    ends, number = time.monotonic() + seconds, start
    last: dict[str, Any] = {}

    @given(cases())
    @settings(
        max_examples=300,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    def one(case: Case) -> None:
        if time.monotonic() > ends + 30:
            return
        last["case"] = case
        signal.setitimer(signal.ITIMER_PROF, SLOW)
        signal.alarm(10 * SLOW)
        try:
            counts[case["kind"], attempt(case)] += 1
        except BaseException as error:
            counts[case["kind"], "fault"] += 1
            trace = traceback.extract_tb(error.__traceback__)
            last["where"] = f"{type(error).__name__} at {Path(trace[-1].filename).name}:{trace[-1].lineno}"
            if last["where"] in faults:
                return  # known: go on and look for another
            last["shrunk"] = case
            raise
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)

    for number_of in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number_of, hung)
    while time.monotonic() < ends:
        print(f"round {number - start + 1}: {sum(counts.values()):,} inputs, {memory():,.0f} MiB", flush=True)
        try:
            seed(number)(one)()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            text = json.dumps(last.get("shrunk", last["case"]), ensure_ascii=True)
            faults[last["where"]] = f"{last['where']}: {str(error)[:200]}\n  {text}"
            kept.mkdir(parents=True, exist_ok=True)
            (kept / f"{len(list(kept.iterdir())):04}.json").write_text(text + "\n", encoding="utf-8")
        number += 1
    return counts, list(faults.values())


def table(counts: Counter[tuple[str, str]]) -> str:
    """Return the counts as lines."""
    ends = ("right", "asked", "refused", "fault")
    lines = [f"{'input':32}" + "".join(f"{end:>10}" for end in ends)]
    lines += [
        f"{kind:32}" + "".join(f"{counts[kind, end]:>10,}" for end in ends) for kind in sorted({kind for kind, _ in counts})
    ]
    lines.append(f"{'all':32}" + "".join(f"{sum(n for (_, e), n in counts.items() if e == end):>10,}" for end in ends))
    return "\n".join([*lines, f"{sum(counts.values()):,} inputs"])


def main() -> None:
    """Run rounds, or replay cases."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"))
    parser.add_argument("--replay", type=Path, nargs="*")
    given_ = parser.parse_args()
    if given_.replay is not None:
        for file in given_.replay:
            print(file.name, attempt(json.loads(file.read_text(encoding="utf-8"))))
        return
    print(f"seed {given_.seed}")
    counts, faults = rounds(given_.seconds, given_.seed, given_.keep)
    print(table(counts))
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

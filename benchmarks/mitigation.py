"""Time the best set of 40 measures against 20 threats, and print a markdown table: ``python benchmarks/mitigation.py``.

Two questions: a company made here from a seed (3 products of 40 parts, each from one to three makers in 20 countries, which
need 20 materials of the world), and a product of the bundled graph. Each row is one run, after a run that compiles;
seconds are those of a clock and, in brackets, of the processor.
"""

import time

import kanmon as kn
import numpy as np
import polars as pl
from kanmon.risk import Scenario, Threat, best_measures, halt, mitigation, more_stock, new_source

MEASURES, THREATS = 40, 20


def company(seed: int = 1) -> kn.SupplyGraph:
    """Return a company's graph: products p0.., parts a0.., materials m0.., countries C00..; the company is ``own``."""
    rng = np.random.default_rng(seed)
    countries = [f"C{n:02d}" for n in range(20)]
    parts, materials = [f"a{n}" for n in range(40)], [f"m{n}" for n in range(20)]
    inputs = [{"item": p, "input": part, "source": "s"} for p in ("p0", "p1", "p2") for part in parts if rng.random() < 0.6]
    inputs += [
        {"item": part, "input": material, "source": "s"}
        for part in parts
        for material in rng.choice(materials, 2, replace=False)
    ]
    shares = []
    for item in (*parts, *materials):
        makers = rng.choice(countries, rng.integers(1, 4), replace=False)
        cut = rng.dirichlet(np.ones(len(makers)))
        for country, share in zip(makers, cut, strict=True):
            shares.append({"item": item, "supplier": country, "share": float(share), "source": "s"})
            if item in parts:
                shares.append({"item": item, "supplier": country, "share": float(share), "source": "s", "scope": "own"})
    return kn.SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("p0", "p1", "p2", *parts, *materials)],
        inputs=inputs,
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in countries]
        + [{"id": "own", "name_en": "own", "kind": "company", "country": "C00"}],
        shares=shares,
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def question(items: list[str], places: list[str], seed: int = 1):
    """Return threats (halts of places) and measures (half stocks, half new sources that are ready later)."""
    rng = np.random.default_rng(seed)
    measures = []
    for n in range(MEASURES):
        item, cost = str(rng.choice(items)), float(rng.integers(1, 10))
        if n % 2:
            measures.append(more_stock(f"s{n}", item, float(rng.integers(20, 120)), cost=cost))
        else:
            ready, share = float(rng.integers(1, 12) * 15), float(rng.choice([0.3, 0.6, 1.0]))
            measures.append(new_source(f"n{n}", item, share=share, ready=ready, cost=cost))
    return [Threat(Scenario(place, halt(place)), 180.0) for place in places[:THREATS]], measures


def main() -> None:
    """Print the table."""
    graph = company()
    countries = graph.suppliers.filter(kind="country")["id"].to_list()
    own = question([i for i in graph.items["id"] if i[0] in "am"], countries)
    values = {"p0": 100.0, "p1": 50.0, "p2": 20.0}
    world = kn.datasets.load("world")
    shown = set(world.shares["item"])
    needed = [item for item in world.needed_by(["humanoid_robot"]) if item in shown]
    places = (
        world.shares.filter(pl.col("scope").is_null()).group_by("supplier").len().sort("len", "supplier", descending=True)
    )
    wide = question(needed, [p for p in places["supplier"] if len(p) == 3 and p != "JPN"])
    print("| question | reading | seconds | chosen | before | after |\n|---|---|---|---|---|---|")
    for name, (threats, measures), about in (
        ("company", own, {"graph": graph, "values": values, "buyer": "own"}),
        ("humanoid robot, JPN", wide, {"graph": world, "values": {"humanoid_robot": 100.0}, "buyer": "JPN"}),
    ):
        mitigation(**about, threats=threats[:1], measures=measures)
        began = now()
        frame = mitigation(**about, threats=threats, measures=measures)
        print(f"| {name} | mitigation | {since(began)} | {frame.height - 1} measures | | |")
        for objective, reading in (("risk", "estimate"), ("risk", "low"), ("risk", "high"), ("days", "estimate")):
            began = now()
            try:
                plan = best_measures(
                    **about, threats=threats, measures=measures, budget=30.0, objective=objective, reading=reading
                )
            except kn.KanmonError as error:
                print(f"| {name} | {objective}, {reading} | {since(began)} | {error} | | |", flush=True)
                continue
            kind = "" if objective == "risk" else "days_"
            before, after = (getattr(plan, f"{kind}{when}_{reading}") for when in ("before", "after"))
            took = since(began)
            print(
                f"| {name} | {objective}, {reading} | {took} | {len(plan.chosen)} | {before:.3f} | {after:.3f} |",
                flush=True,
            )


def now() -> tuple[float, float]:
    """Return the time of the clock and of the processor."""
    return time.perf_counter(), time.process_time()


def since(began: tuple[float, float]) -> str:
    """Return the seconds since then, of the clock and of the processor."""
    clock, processor = (after - before for before, after in zip(began, now(), strict=True))
    return f"{clock:.2f} ({processor:.2f})"


if __name__ == "__main__":
    main()

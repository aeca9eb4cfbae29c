"""What the package says of a workbook beside what the oracle says: a difference is an AssertionError."""

import math
import re

from .findings import counted, direct, met, squares

NEVER = float("inf")
READINGS = ("low", "estimate", "high", "open")


def same(mine, other, rel=1e-6, abs=1e-6):
    """Whether two figures are one; a blank is only like a blank."""
    if mine is None or other is None:
        return mine is other
    return math.isclose(mine, other, rel_tol=rel, abs_tol=abs)


def node_of(row):
    return ("maker", row["name"]) if row["maker"] else ("country", row["node"])


def stops(found, oracle, content):
    """Every stop costs what the cells say, in every reading, with its first days and the part that runs out first."""
    rows = {node_of(row): row for row in [*found.figures.countries, *found.figures.makers]}
    assert set(rows) <= set(oracle.stops())
    names = {f"loss_{reading}": f"loss_{reading}" for reading in READINGS} | {"loss": "loss_estimate"}
    names |= {"year": "year_estimate", "year_low": "year_low", "year_high": "year_high"}
    del names["loss_estimate"]
    for stop in oracle.stops():
        mine, row = oracle.stop(stop), rows.get(stop)
        if row is None:
            assert not mine["loss_estimate"] and not mine["loss_open"], stop
            continue
        for name, own in (names | {day: day for day in ("day", "day_low", "day_high")}).items():
            assert same(row[name], mine[own], abs=1e-2), (stop, name, row[name], mine[own])
        assert row["first_part"] == oracle.first_part(stop), (stop, row["first_part"], oracle.first_part(stop))


def unseen(found, oracle, content):
    """What no row names may cost what the blank cells allow."""
    used = [one for part in oracle.books.sources for one in oracle.books.used(part)]
    rest = any(oracle.books.rest(part) for part in oracle.books.sources)
    rest = rest or any(part in oracle.books.below for part in oracle.books.unnamed)
    blank = {"country": rest or any(not one["place"] for one in used)}
    blank["maker"] = rest or any(not one["maker"] for one in used)
    assert set(found.figures.unseen) == {kind for kind, any_ in blank.items() if any_}
    for kind, most in found.figures.unseen.items():
        mine = oracle.stop((kind, "nobody"))["loss_high"]
        assert same(most, mine, abs=1e-2), (kind, most, mine)


def parts_of_the_output(shown, oracle):
    """Where nothing has a price, the board shows what stops take of the product that they hit most, the worst first."""
    for kind, rows, most in (("country", shown["countries"], 5), ("maker", shown["makers"], 4)):
        stops = [oracle.stop(stop)["products"].values() for stop in oracle.stops() if stop[0] == kind]
        mine = [
            [round(max(one[reading] for one in products), 9) for reading in ("estimate", "low", "high")]
            for products in stops
        ]
        mine = sorted((ends for ends in mine if ends[2] > 1e-9), reverse=True)[:most]
        assert len(rows) == len(mine), (kind, rows, mine)
        for row, ends in zip(rows, mine, strict=True):
            assert same(row["part"], ends[0]) and same(row["part_low"], ends[1]) and same(row["part_high"], ends[2]), (
                row,
                ends,
            )
            for name, end in zip(("loss_says", "loss_low_says", "loss_high_says"), ends, strict=True):
                assert row[name] in {f"{end:.0%}", "<1%", ">99%"}, (row[name], end)
    assert not shown["headline"]


def board(found, oracle, content):
    """The board shows the worst stops in order, and says their figures."""
    shown, books = content["board"], oracle.books
    if not any(value is not None for value in books.revenue.values()):
        parts_of_the_output(shown, oracle)
        return
    worst = oracle.worst()
    for kind, rows, most in (("country", shown["countries"], 5), ("maker", shown["makers"], 4)):
        mine = sorted((-row["loss_estimate"] for stop, row in worst if stop[0] == kind))[:most]
        assert len(rows) == len(mine), (kind, len(rows), len(mine))
        assert all(same(row["loss"], -loss, abs=1.0) for row, loss in zip(rows, mine, strict=True)), kind
        for row in rows:
            least, most = books.stock.get(row["first_part"], (None, None))
            assert (row["first_least"], row["first_most"] or NEVER) == (least, most or NEVER), row["first_part"]
            assert row["first_stock"] == (least if least == most else None), row["first_part"]
            told = (None if row["first_part"] is None else oracle.switching(row["first_part"])) or (None, None)
            assert (row["first_switch_least"], row["first_switch_most"] or NEVER) == (told[0], told[1] or NEVER)
            assert row["first_switch"] == (told[0] if told[0] == told[1] else None), row["first_part"]
    revenue = sum(value for value in books.revenue.values() if value is not None)
    if shown["headline"]:
        most = max(row["loss_estimate"] for _, row in worst)
        large = sum(row["loss_estimate"] >= 0.1 * revenue for _, row in worst)
        said = f"{most / 1e8:,.1f}億円" if most >= 1e8 else ""
        assert f"{most / revenue:.0%}" in shown["headline"][0] and said in shown["headline"][0], (most, shown["headline"])
        assert re.search(rf"(?<!\d){large}(?!\d)", shown["headline"][1]), (large, shown["headline"])


def tiles(found, oracle, content):
    """The tiles are counts of the cells."""
    known, mine, revenue = found.figures.coverage, counted(oracle), oracle.books.revenue
    priced = [value for value in revenue.values() if value is not None]
    linked = sum(revenue[product] or 0.0 for product in mine["linked"]) / (sum(priced) or NEVER)
    assert same(known["revenue_linked"], linked if len(priced) == len(revenue) else None)
    assert same(known["spend_country_known"], mine["spend"] or None)
    assert same(known["tier2_own"], mine["tier2"])


def places(found, oracle, content):
    """The direct spend and the quantity of a country are sums of the rows."""
    spend, quantity = direct(oracle)
    if not any(spend.values()):
        assert found.figures.spend is None
        return
    for row in found.figures.spend["shares"]:
        low = spend.get(row["country"], 0.0)
        assert same(row["direct_low"], low) and same(row["direct_high"], low + spend.get(None, 0.0)), row["country"]
        assert row["quantity_low"] is None or same(row["quantity_low"], quantity.get(row["country"], 0.0)), row["country"]


def findings(found, oracle, content):
    """The findings count what the cells say."""
    shown = {one.check: one.says.values for one in found.findings if one.check}
    for check, counts in counted(oracle).items():
        for name, count in counts.items() if isinstance(counts, dict) else ():
            assert shown[check][name] == count, (check, name, shown[check][name], count)


def diamonds(found, oracle, content):
    """What several suppliers of a part have behind them is in the cells."""
    mine, plants = met(oracle), {}
    for row in found.figures.diamonds:
        kind = "country" if row["node_name"] is None else "plant"
        plants.setdefault((row["part"], kind), set()).add(row["country"] if kind == "country" else row["node_name"])
    assert set(plants) == set(mine), set(plants) ^ set(mine)
    for key, nodes in plants.items():
        assert nodes <= {at if key[1] == "country" else at[0] for at in mine[key]}, key


def concentration(found, oracle, content):
    """The concentration of makers is that of the cells."""
    for part in found.figures.parts:
        used = oracle.books.used(part["part"])
        if used:
            low, high = squares(used)
            assert same(part["hhi_low"], low) and same(part["hhi_high"], high), part["part"]


def plan(found, oracle, content):
    """The plan is the best of all sets within the budget."""
    best = None if found.mitigation is None else found.mitigation.plan
    if best is None or not found.mitigation.proven:
        assert found.mitigation is None or not oracle.books.measures or not oracle.books.budget or not oracle.worst()
        return
    nodes = {row["node"]: node_of(row) for row in [*found.figures.countries, *found.figures.makers]}
    threats = [nodes[node] for node in found.mitigation.threats]
    worst = sorted(-row["loss_estimate"] for _, row in oracle.worst())[: len(threats)]
    tried = sorted(-oracle.stop(stop)["loss_estimate"] for stop in threats)
    assert all(same(one, other, abs=1.0) for one, other in zip(tried, worst, strict=True))
    lost, cost = oracle.plan(threats)
    assert same(found.mitigation.nothing["estimate"], -sum(worst) / len(threats), abs=1.0)
    assert best.cost <= oracle.books.budget + 1e-6
    assert same(best.after["estimate"], lost, rel=1e-4, abs=10.0), (best.after["estimate"], lost)
    assert same(best.cost, cost) or best.after["estimate"] <= lost * (1 + 1e-9), (best.cost, cost)


ALL = (stops, unseen, board, tiles, places, findings, diamonds, concentration, plan)

"""Systemic risk by the published equations in plain Python, of whatever a network may hold; and both walks agree."""

import subprocess
import sys
import tracemalloc
import warnings

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import FirmNetwork
from kanmon.risk import systemic_losses, systemic_risk

SECTORS, ROLES = ["a", "b", "c", None], ["essential", "non_essential", "none"]
SCORES = ["esri", "esri_downstream", "esri_upstream"]


def by_hand(sales, sector, role, down, up, money, replaceable, tolerance, max_steps=10_000):
    """One case, as in the paper: ``sales[i, j]``, ``role(i, j)``, initial losses; all revenues and costs, or None."""
    n, links = len(sector), list(sales)
    sold = [sum(sales[i, j] for i, j in links if i == k) for k in range(n)]
    bought = [sum(sales[i, j] for i, j in links if j == k) for k in range(n)]
    revenue = sold if money is None else [money[0][k] or 1 for k in range(n)]
    spent = [1.0] * n if money is None else [bought[k] / (money[1][k] or 1) for k in range(n)]
    alike = [[k for k in range(n) if sector[k] == sector[i]] for i in range(n)]
    d, u, close = list(down), list(up), False
    for step in range(1, max_steps + 1):  # noqa: B007
        gone = list(d)
        for i in range(n) if replaceable else ():
            left = sum((1 - d[k]) * sold[k] for k in alike[i])
            gone[i] *= min(1.0, sold[i] / left) if left > 1e-12 * sum(sold) else 1.0
        new_d, new_u = list(down), list(up)
        for j in range(n):
            suppliers = [i for i in range(n) if (i, j) in sales]
            kinds = {sector[i] for i in suppliers if role(i, j) == "essential"}
            for kind in kinds:
                total = sum(sales[i, j] for i in suppliers if sector[i] == kind)
                lost = sum(sales[i, j] * gone[i] for i in suppliers if sector[i] == kind)
                new_d[j] = max(new_d[j], lost / total * spent[j])
            lost = sum(sales[i, j] * gone[i] for i in suppliers if role(i, j) == "non_essential")
            new_d[j] = min(1.0, max(new_d[j], lost / bought[j] * spent[j] if bought[j] else 0.0))
            lost = sum(sales[j, k] * u[k] for k in range(n) if (j, k) in sales)
            new_u[j] = min(1.0, max(new_u[j], lost / revenue[j] if lost else 0.0))
        widest = max(*(b - a for a, b in zip(d, new_d, strict=True)), *(b - a for a, b in zip(u, new_u, strict=True)))
        d, u = new_d, new_u
        close |= abs(widest - tolerance) < 1e-9  # then rounding decides whether this step is the last
        if widest <= tolerance:
            break
    weight = [s / sum(sold) for s in sold]
    scores = [sum(w * x for w, x in zip(weight, part, strict=True)) for part in (map(max, d, u), d, u)]
    return scores, step, widest <= tolerance, close


@st.composite
def economies(draw, most=6):
    """Sales with self links and firms that sell nothing, sectors and firms without one, money unknown here and there."""
    n = draw(st.integers(2, most))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    sales = draw(st.dictionaries(pairs, st.floats(0.1, 100), min_size=1, max_size=3 * n))
    sector = draw(st.lists(st.sampled_from(SECTORS), min_size=n, max_size=n))
    role = {(k, m): draw(st.sampled_from(ROLES)) for k in SECTORS[:3] for m in SECTORS[:3]}
    money = st.lists(st.one_of(st.just(0.0), st.floats(1, 500)), min_size=n, max_size=n)
    return sales, sector, role, draw(st.none() | st.tuples(money, money))


def network_of(sales, sector, role, money):
    firms = pl.DataFrame({"firm": range(len(sector)), "sector": sector}, schema_overrides={"sector": pl.String})
    if money is not None:
        firms = firms.with_columns(revenue=pl.Series(money[0]), costs=pl.Series(money[1]))
    links = pl.DataFrame([(i, j, v) for (i, j), v in sales.items()], ["supplier", "buyer", "value"], orient="row")
    roles = pl.DataFrame([(*k, r) for k, r in role.items()], ["supplier_sector", "buyer_sector", "role"], orient="row")
    return FirmNetwork.from_transactions(links, firms, roles, unlisted="non_essential")


@settings(max_examples=80, deadline=None)
@given(economies(), st.booleans(), st.sampled_from([1e-2, 1e-3, 0.3]), st.sampled_from([1, 3, 10_000]))
def test_every_firm_scores_as_the_equations_say_by_hand(economy, replaceable, tolerance, max_steps):
    sales, sector, role, money = economy
    alone = [name or f"alone {i}" for i, name in enumerate(sector)]
    settings = {"replaceable": replaceable, "tolerance": tolerance, "max_steps": max_steps}
    found = systemic_risk(network_of(*economy), method="frontier", **settings)
    for i, row in enumerate(found.iter_rows(named=True)):
        first = [float(k == i) for k in range(len(sector))]

        def of(i, j):
            return role.get((sector[i], sector[j]), "non_essential")

        scores, step, converged, close = by_hand(sales, alone, of, first, first, money, **settings)
        if not close:
            np.testing.assert_allclose([row[name] for name in SCORES], scores, rtol=0, atol=1e-9)
            assert (row["steps"], row["converged"]) == (step, converged)


def all_cases(sales, sector, role, down, up, replaceable, tolerance, max_steps):
    """The equations on full matrices, a row per case: losses downstream, upstream, steps, whether they came to rest."""
    sectors, sold, bought = range(max(sector) + 1), sales.sum(1), sales.sum(0)
    kind, same = role[np.ix_(sector, sector)], sector[:, None] == sector
    of_sector = np.array([sales[sector == k].sum(0) for k in sectors])[sector]
    parts = {
        "essential": sales / np.where(of_sector > 0, of_sector, 1),
        "non_essential": sales / np.where(bought > 0, bought, 1),
    }
    parts = {name: np.where(kind == name, part, 0.0) for name, part in parts.items()}
    told = sales / np.where(sold > 0, sold, 1)[:, None]
    d, u, steps, rests = down.copy(), up.copy(), np.zeros(len(down), int), np.zeros(len(down), bool)
    open_ = np.ones(len(down), bool)
    while open_.any():
        left = ((1 - d) * sold) @ same
        gone = (
            d * np.where(left > 1e-12 * sold.sum(), np.minimum(1, sold / np.maximum(left, 1e-300)), 1) if replaceable else d
        )
        groups = [gone[:, sector == k] @ parts["essential"][sector == k] for k in sectors]
        new_d = np.minimum(1, np.max([down, gone @ parts["non_essential"], *groups], axis=0))
        new_u = np.minimum(1, np.maximum(up, u @ told.T))
        widest = np.maximum((new_d - d).max(1), (new_u - u).max(1))
        d[open_], u[open_] = new_d[open_], new_u[open_]
        steps[open_] += 1
        rests |= open_ & (widest <= tolerance)
        open_ &= (widest > tolerance) & (steps < max_steps)
    return d, u, steps, rests


@pytest.mark.parametrize("method", ["frontier", "lanes"])
@pytest.mark.parametrize("max_steps", [1, 3, 10_000])
@pytest.mark.parametrize("replaceable", [True, False])
def test_parts_of_few_firms_lost_in_a_wide_economy_spread_by_the_equations(replaceable, max_steps, method):
    """Each firm sells to one or two others, and to a few large ones: what is lost of some stays among few for a while."""
    random, n = np.random.default_rng(5), 500
    supplier, buyer = np.tile(np.arange(n), 2), np.concatenate([random.permutation(n), random.integers(0, 40, n)])
    sales = np.zeros((n, n))
    sales[supplier, buyer] = random.pareto(1.1, 2 * n) + 0.1
    sales[:2] = (sales[:2] > 0) / (sales[:2] > 0).sum(1)[:, None]  # two firms alike, in a sector of their own
    sector = np.append([3, 3], random.integers(0, 3, n - 2))
    role = np.array([random.permutation([*ROLES[:2], *ROLES[:2]]) for _ in range(4)], dtype=object)
    role[1, 1] = "none"
    down, up = np.zeros((90, n)), np.zeros((90, n))
    for case in range(1, 90):
        for loss in (down, up):
            for firm in random.integers(0, n, random.integers(0, 3)):
                some = [
                    firm,
                    random.choice(np.flatnonzero(sales[firm])),
                    *random.permutation(np.flatnonzero(sales[:, firm]))[:1],
                ]
                loss[case, some] = random.choice([0.0, 0.02, 0.3, 0.7, 1.0], len(some))
    down[0, 0] = 0.9995  # the other of the two takes over but a little
    hit = (down > 0) | (up > 0)
    scenario, firm = np.nonzero(hit)
    shocks = pl.DataFrame({"firm": firm, "scenario": scenario, "loss": down[hit], "loss_upstream": up[hit]})
    names = [str(k) for k in range(4)]
    network = network_of(
        {(int(i), int(j)): sales[i, j] for i, j in zip(*np.nonzero(sales), strict=True)},
        [str(k) for k in sector],
        {(k, m): role[int(k), int(m)] for k in names for m in names},
        None,
    )
    some = hit.any(1)
    settings = {"replaceable": replaceable, "tolerance": 1e-2, "max_steps": max_steps}
    d, u, steps, rests = (one[some] for one in all_cases(sales, sector, role, down, up, **settings))
    found = systemic_risk(network, shocks=shocks, method=method, **settings)
    weight = sales.sum(1) / sales.sum()
    expected = np.transpose([np.maximum(d, u) @ weight, d @ weight, u @ weight])
    np.testing.assert_allclose(found.select(SCORES), expected, rtol=0, atol=1e-11)
    assert (found["steps"].to_list(), found["converged"].to_list()) == (steps.tolist(), rests.tolist())
    losses = systemic_losses(network, shocks=shocks, method=method, **settings)
    lost = np.zeros((90, 2, n))
    lost[losses["scenario"], :, losses["firm"]] = losses.select("loss_downstream", "loss_upstream")
    np.testing.assert_allclose(lost[some].swapaxes(0, 1), [d, u], rtol=0, atol=1e-11)


@pytest.mark.parametrize("method", ["frontier", "lanes"])
def test_a_loss_that_grows_by_exactly_the_tolerance_has_come_to_rest(method):
    """A quarter of a firm's orders stops, then a quarter of that of its supplier's: 1, 1/4, 1/16, all of them exact."""
    sales = {(0, 1): 3.0, (0, 2): 1.0, (3, 0): 1.0, (3, 1): 3.0} | {(i, i + 1): 1.0 for i in range(4, 500)}
    network = network_of(sales, ["a"] * 501, {("a", "a"): "non_essential"}, None)
    for tolerance, steps in ((0.25, 1), (0.0625, 2), (0.01, 3)):
        row = systemic_risk(network, firms=[2], tolerance=tolerance, method=method).row(0, named=True)
        assert (row["steps"], row["converged"]) == (steps, True)


@pytest.mark.parametrize("method", ["frontier", "lanes"])
def test_in_a_sector_that_is_nearly_or_wholly_lost_hardly_anybody_takes_over(method):
    """Sixty sectors of one buyer each: what is left of one may be nothing, or less by rounding, or little."""
    random = np.random.default_rng(3)
    sizes = random.integers(3, 10, 60)
    sector = np.repeat(np.arange(60), sizes)
    first, value = len(sector), random.pareto(0.4, len(sector)) + 0.1
    sales = {(i, int(first + k)): float(value[i]) for i, k in enumerate(sector)}
    names = [*(f"s{k}" for k in sector), *("shop" for _ in sizes)]
    network = network_of(sales, names, {(f"s{k}", "shop"): "essential" for k in range(60)}, None)
    every = [{"firm": i, "scenario": -1, "loss": 1.0} for i in range(first + 60)]
    for loss in (1.0, 0.9996, 0.5):
        shocks = [{"firm": i, "scenario": int(k), "loss": loss} for i, k in enumerate(sector)] + every
        arguments = {"shocks": shocks, "max_steps": 1, "method": method}
        losses = systemic_losses(network, **arguments)
        found = dict(
            losses.filter(pl.col("firm") == pl.col("scenario") + first).select("scenario", "loss_downstream").rows()
        )
        for k in range(60):
            share = value[sector == k] / value[sector == k].sum()
            gone = loss * np.minimum(1, share / (1 - loss)) if loss < 1 else np.ones(sizes[k])
            assert found[k] == pytest.approx(share @ gone, abs=1e-9)
        assert (systemic_risk(network, **arguments).select(pl.max_horizontal(SCORES)).to_series() <= 1).all()


def made_up(n, links, seed, sectors=7):
    random = np.random.default_rng(seed)
    pairs = np.unique(random.integers(0, n, (links, 2)), axis=0)
    sector = random.integers(0, sectors, n)
    role = {(str(k), str(m)): ROLES[random.integers(0, 3)] for k in range(sectors) for m in range(sectors)}
    money = random.choice([0.0, 1.0], n, p=[0.2, 0.8]) * random.pareto(1.0, (2, n)) * 50 if seed % 2 else None
    sales = {(int(i), int(j)): float(v) for (i, j), v in zip(pairs, random.pareto(1.2, len(pairs)) + 0.1, strict=True)}
    return network_of(sales, [str(k) for k in sector], role, None if money is None else money.tolist())


@pytest.mark.parametrize("seed", range(4))
def test_both_walks_agree_on_all_that_they_return(seed):
    network = made_up(120, 500, seed)
    random = np.random.default_rng(seed)
    firm, scenario = np.divmod(random.choice(120 * 12, 200, replace=False), 12)
    loss = random.choice([0.0, 1.0, 0.3, 0.7], (2, 200))
    shocks = pl.DataFrame({"firm": firm, "scenario": scenario, "loss": loss[0], "loss_upstream": loss[1]})
    for arguments in ({}, {"shocks": shocks}, {"shocks": shocks, "replaceable": False}, {"max_steps": 3}):
        ours, other = (systemic_risk(network, method=way, **arguments) for way in ("frontier", "lanes"))
        np.testing.assert_allclose(ours.select(SCORES), other.select(SCORES), rtol=0, atol=1e-11)
        assert ours.drop(SCORES).equals(other.drop(SCORES))
        ours, other = (systemic_losses(network, method=way, **arguments) for way in ("frontier", "lanes"))
        both = ours.join(other, on=["scenario", "firm"], how="full", coalesce=True).fill_null(0.0)
        np.testing.assert_allclose(both[:, 2:5], both[:, 5:], rtol=0, atol=1e-11)


def test_what_stands_beside_a_case_does_not_change_its_digits(monkeypatch):
    network = made_up(120, 500, 3)
    wide = systemic_risk(network, threads=1), systemic_losses(network, threads=1)
    for room in (1, 250, 1000):
        monkeypatch.setattr("kanmon.risk.systemic.frontier.ROOM", room)
        assert systemic_risk(network, threads=1).equals(wide[0])
        assert systemic_losses(network, threads=1).equals(wide[1])
    assert systemic_risk(network, firms=[77]).equals(wide[0][77])


def test_a_small_network_is_answered_without_the_compiler():
    code = (
        "import sys, polars as pl\nfrom kanmon.graph import FirmNetwork\n"
        "from kanmon.risk import systemic_losses, systemic_risk\n"
        "sales = pl.DataFrame({'supplier': [1, 2], 'buyer': [2, 3], 'value': [1.0, 1.0]})\n"
        "firms = pl.DataFrame({'firm': [1, 2, 3], 'sector': ['a', 'b', 'c']})\n"
        "network = FirmNetwork.from_transactions(sales, firms)\nsystemic_risk(network), systemic_losses(network)\n"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_large_question_is_compiled_and_only_then(monkeypatch):
    network = made_up(120, 500, 2)
    asked = []
    monkeypatch.setattr("kanmon.risk.systemic.cascade.frontier", lambda *_: asked.append("frontier"))
    monkeypatch.setattr("kanmon.risk.systemic.kernels.lanes", lambda *_: asked.append("lanes"))
    much = 120 * len(network.buyers)
    for limit in (much, much - 1):
        monkeypatch.setattr("kanmon.risk.systemic.cascade._LITTLE", limit)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            systemic_risk(network, threads=1)
    assert asked == ["frontier", "lanes"]


def test_many_groups_of_links_take_no_more_memory_than_few():
    n = 250
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    sales = pl.DataFrame(pairs, schema=["supplier", "buyer"], orient="row").with_columns(value=pl.lit(1.0))
    network = FirmNetwork.from_transactions(sales, pl.DataFrame({"firm": range(n), "sector": [f"s{i}" for i in range(n)]}))
    systemic_risk(network, firms=[0], method="frontier")
    tracemalloc.start()
    found = systemic_risk(network, method="frontier", threads=1, tolerance=0.5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found["esri"].to_list() == pytest.approx([1.0] * n) and peak < 100e6

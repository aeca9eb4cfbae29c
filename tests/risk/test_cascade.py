"""Systemic risk is the published index: reference tables, a dense oracle, and what must hold of any network."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kanmon.graph import FirmNetwork, InputError, UnknownIdError
from kanmon.risk import systemic_losses, systemic_risk

GOLDEN = Path(__file__).parents[1] / "data" / "golden_esri"
NETWORKS = sorted(folder.name for folder in GOLDEN.iterdir())
SHOCKED = ["g01_n200_mixed", "g04_n300_edge_cases"]
SCORES = ["esri", "esri_downstream", "esri_upstream"]
METHODS = ["frontier", "lanes"]


def table(folder, name):
    return pl.read_csv(GOLDEN / folder / f"{name}.csv")


def golden(folder, unit=1.0, money=None):
    sales = table(folder, "transactions").with_columns(pl.col("value") * unit)
    firms = table(folder, "firms")
    firms = firms if money is None else pl.concat([firms, money], how="horizontal")
    return FirmNetwork.from_transactions(sales, firms, table(folder, "roles"))


def agree(found, expected, within=1e-9):
    np.testing.assert_allclose(found.select(SCORES), expected.select(SCORES), rtol=0, atol=within)
    assert found["steps"].to_list() == expected["steps"].to_list()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tolerance", ["1e-2", "1e-3"])
@pytest.mark.parametrize("mode", ["replaceable", "irreplaceable"])
@pytest.mark.parametrize("folder", NETWORKS)
def test_every_firm_scores_as_published(folder, mode, tolerance, method):
    arguments = {"tolerance": float(tolerance), "replaceable": mode == "replaceable", "method": method}
    found = systemic_risk(golden(folder), **arguments)
    agree(found, table(folder, f"esri_{mode}_tol{tolerance}"))
    assert found["converged"].all()
    assert found["tolerance"].unique().to_list() == [float(tolerance)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["shocks", "shocks_up_and_down", "shocks_revenue_costs"])
@pytest.mark.parametrize("folder", SHOCKED)
def test_joint_shocks_score_and_spread_as_published(folder, kind, method):
    shocks, keys = table(folder, "shocks_down"), ["firm", "scenario"]
    if kind == "shocks_up_and_down":
        up = table(folder, "shocks_up").rename({"loss": "loss_upstream"})
        shocks = shocks.join(up, on=keys, how="full", coalesce=True)
        shocks = shocks.with_columns(pl.col("loss", "loss_upstream").fill_null(0.0))
    network = golden(folder, money=table(folder, "revenue_costs") if kind == "shocks_revenue_costs" else None)
    agree(systemic_risk(network, shocks=shocks, method=method).sort("scenario"), table(folder, f"esri_{kind}_tol1e-2"))
    losses = systemic_losses(network, shocks=shocks, method=method)
    for direction in ("downstream", "upstream"):
        expected = table(folder, f"loss_{kind}_{direction}").to_numpy()
        found = np.zeros(expected.shape)
        found[network.positions(losses["firm"]), losses["scenario"]] = losses[f"loss_{direction}"]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    assert (losses["loss"] == losses.select(pl.max_horizontal("loss_downstream", "loss_upstream")).to_series()).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", [1e-6, 1e6])
@pytest.mark.parametrize("folder", NETWORKS)
def test_the_unit_of_the_values_does_not_matter(folder, unit, method):
    agree(systemic_risk(golden(folder, unit), method=method), systemic_risk(golden(folder), method=method), 1e-12)


def dense(sales, sector, role, down, up, tolerance, replaceable, max_steps):
    """The equations as they stand in the paper, on full matrices; ``role[k][l]``, losses per firm."""
    n, sectors = len(sector), max(sector) + 1
    sold, bought = sales.sum(1), sales.sum(0)
    kind = role[np.ix_(sector, sector)]
    same = np.array([[p == q for q in sector] for p in sector])
    d, u = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if sales[i, j] > 0:
                u[i, j] = sales[i, j] / sold[i]
                whole = {"essential": sales[same[i], j].sum(), "non_essential": bought[j], "none": np.inf}
                d[i, j] = sales[i, j] / whole[kind[i, j]]
    hd, hu, step = 1 - down, 1 - up, 0
    while step < max_steps:
        step += 1
        left = np.array([(hd * sold)[same[i]].sum() for i in range(n)])
        sigma = np.array([1.0 if b <= 1e-14 * sold.sum() else min(1.0, a / b) for a, b in zip(sold, left, strict=True)])
        gone = (sigma if replaceable else 1.0) * (1 - hd)
        next_d, next_u = hd.copy(), hu.copy()
        for j in range(n):
            essential, other = kind[:, j] == "essential", kind[:, j] == "non_essential"
            worst = max((d[:, j] * gone)[essential & (sector == k)].sum() for k in range(sectors))
            next_d[j] = max(0.0, min(1 - down[j], 1 - worst, 1 - (d[:, j] * gone)[other].sum()))
            next_u[j] = max(0.0, min(1 - up[j], 1 - (u[j] * (1 - hu)).sum()))
        moved = max((hd - next_d).max(), (hu - next_u).max())
        hd, hu = next_d, next_u
        if moved <= tolerance:
            break
    return 1 - hd, 1 - hu, step


@st.composite
def worlds(draw):
    n, sectors = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    cell = st.one_of(st.just(0.0), st.floats(0.1, 100))
    sales = np.array(draw(st.lists(st.lists(cell, min_size=n, max_size=n), min_size=n, max_size=n)))
    assume(sales.sum() > 0)
    sector = np.array(draw(st.lists(st.integers(0, sectors - 1), min_size=n, max_size=n)))
    roles = st.sampled_from(["essential", "non_essential", "none"])
    role = np.array(draw(st.lists(roles, min_size=sectors**2, max_size=sectors**2)), dtype=object).reshape(sectors, sectors)
    loss = st.lists(st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1)), min_size=n, max_size=n)
    return sales, sector, role, np.array(draw(loss)), np.array(draw(loss))


def compiled(sales, sector, role):
    supplier, buyer = np.nonzero(sales)
    pairs = [(k, m, role[k, m]) for k in range(len(role)) for m in range(len(role))]
    return FirmNetwork.from_transactions(
        pl.DataFrame({"supplier": supplier, "buyer": buyer, "value": sales[supplier, buyer]}),
        pl.DataFrame({"firm": np.arange(len(sector)), "sector": sector}),
        pl.DataFrame(pairs, schema=["supplier_sector", "buyer_sector", "role"], orient="row"),
    )


def shock(down, up):
    n = len(down)
    return pl.DataFrame({"firm": np.arange(n), "scenario": ["all"] * n, "loss": down, "loss_upstream": up})


def spread(network, down, up, **arguments):
    losses = systemic_losses(network, shocks=shock(down, up), **arguments)
    both = np.zeros((2, len(down)))
    both[0, losses["firm"]], both[1, losses["firm"]] = losses["loss_downstream"], losses["loss_upstream"]
    return both


@pytest.mark.parametrize("method", METHODS)
def test_cases_that_stay_small_and_cases_that_grow_score_by_the_same_equations(method):
    # Small firms sell to one or two others, so that half of the cases end before a hundredth of all links is reached.
    random, n = np.random.default_rng(7), 600
    supplier = np.concatenate([np.arange(n), random.integers(0, 30, 3 * n)])
    buyer = np.concatenate([random.integers(0, n, n), random.integers(0, n, 3 * n)])
    keep = supplier != buyer
    sales = np.zeros((n, n))
    np.add.at(sales, (supplier[keep], buyer[keep]), random.pareto(1.1, keep.sum()) + 1)
    network = compiled(sales, np.zeros(n, int), np.array([["non_essential"]], dtype=object))
    sold, bought = sales.sum(1), sales.sum(0)
    up, down = sales / np.where(sold > 0, sold, 1)[:, None], sales / np.where(bought > 0, bought, 1)
    lost_d, lost_u, steps = np.eye(n), np.eye(n), np.zeros(n, int)
    open_ = np.ones(n, bool)
    while open_.any():
        next_d = np.maximum(lost_d, np.minimum(1.0, lost_d @ down))
        next_u = np.maximum(lost_u, np.minimum(1.0, lost_u @ up.T))
        widest = np.maximum((next_d - lost_d).max(1), (next_u - lost_u).max(1))
        lost_d[open_], lost_u[open_] = next_d[open_], next_u[open_]
        steps[open_] += 1
        open_ &= widest > 1e-2
    weight = sold / sold.sum()
    expected = pl.DataFrame(
        {"esri": np.maximum(lost_d, lost_u) @ weight, "esri_downstream": lost_d @ weight, "esri_upstream": lost_u @ weight}
    ).with_columns(steps=steps)
    assert (steps <= 2).any() and (steps > 5).any()
    agree(systemic_risk(network, method=method, replaceable=False), expected)


@settings(max_examples=150, deadline=None)
@given(worlds(), st.booleans(), st.sampled_from(METHODS), st.integers(1, 12))
def test_a_dense_oracle_agrees_after_any_number_of_steps(world, replaceable, method, steps):
    sales, sector, role, down, up = world
    arguments = {"replaceable": replaceable, "max_steps": steps}
    expected = dense(*world, tolerance=1e-12, **arguments)[:2]
    found = spread(compiled(sales, sector, role), down, up, method=method, tolerance=1e-12, **arguments)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@settings(max_examples=100, deadline=None)
@given(worlds(), st.booleans(), st.sampled_from(METHODS), st.integers(1, 12), st.data())
def test_a_larger_shock_never_helps(world, replaceable, method, steps, data):
    sales, sector, role, *small = world
    large = [np.maximum(loss, data.draw(st.floats(0, 1))) for loss in small]
    network = compiled(sales, sector, role)
    arguments = {"replaceable": replaceable, "method": method, "max_steps": steps, "tolerance": 1e-12}
    assert (spread(network, *large, **arguments) >= spread(network, *small, **arguments) - 1e-9).all()


@settings(max_examples=50, deadline=None)
@given(worlds(), st.booleans(), st.sampled_from(METHODS))
def test_scores_are_bounded_and_never_nan(world, replaceable, method):
    found = systemic_risk(compiled(*world[:3]), replaceable=replaceable, method=method)
    both, down, up = (found[name].to_numpy() for name in SCORES)
    assert np.isfinite([both, down, up]).all()
    assert (np.maximum(down, up) <= both + 1e-12).all()
    assert (both <= np.minimum(1.0, down + up) + 1e-12).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_cap_on_steps_is_flagged_in_the_row(method):
    found = systemic_risk(golden(NETWORKS[2]), max_steps=5, method=method)
    full = systemic_risk(golden(NETWORKS[2]), method=method)
    assert found["steps"].max() == 5
    assert (found["converged"] == (full["steps"] <= 5)).all()


@pytest.mark.parametrize("method", METHODS)
def test_any_choice_of_firms_scores_as_it_does_among_all(method):
    network = golden(NETWORKS[3])
    every = systemic_risk(network, method=method, threads=1)
    some = [17, 3, 250]
    chosen = systemic_risk(network, firms=some, method=method)
    assert chosen.equals(every[some])
    assert systemic_risk(network, firms=["17", "3", "250"], method=method).equals(chosen)
    assert systemic_risk(network, method=method, threads=2).equals(every)
    assert systemic_risk(network, firms=[]).schema == every.schema


def test_a_shock_of_nothing_costs_nothing():
    network = golden(NETWORKS[0])
    shocks = pl.DataFrame({"firm": [4], "scenario": ["calm"], "loss": [0.0]})
    assert systemic_risk(network, shocks=shocks).row(0) == ("calm", 0.0, 0.0, 0.0, 1, True, 1e-2)
    assert systemic_losses(network, shocks=shocks).is_empty()


def test_pandas_shocks_keep_the_order_of_scenarios():
    shocks = pl.DataFrame({"firm": [4, 9, 4], "scenario": ["z", "a", "a"], "loss": [1.0, 0.5, 0.5]})
    found = systemic_risk(golden(NETWORKS[0]), shocks=shocks.to_pandas())
    assert found["scenario"].to_list() == ["z", "a"]
    assert found.equals(systemic_risk(golden(NETWORKS[0]), shocks=shocks))


SHOCKS = pl.DataFrame({"firm": [1, 2], "scenario": ["a", "a"], "loss": [0.5, 1.0]})


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"tolerance": 0.0}, "tolerance"),
        ({"max_steps": 0}, "max_steps"),
        ({"threads": 0}, "threads"),
        ({"method": "lane"}, "method"),
        ({"executor": "spark"}, "executor"),
        ({"executor": 4}, "executor"),
        ({"firms": [1], "shocks": SHOCKS}, "both"),
        ({"shocks": {"firm": [1]}}, "columns"),
        ({"shocks": 3}, "shocks"),
        ({"shocks": SHOCKS.drop("loss")}, "columns"),
        ({"shocks": SHOCKS.with_columns(loss=pl.lit(1.5))}, "loss"),
        ({"shocks": SHOCKS.with_columns(loss=pl.lit(-0.5))}, "loss"),
        ({"shocks": SHOCKS.with_columns(loss=pl.lit(float("nan")))}, "loss"),
        ({"shocks": SHOCKS.with_columns(loss_upstream=pl.lit(None, pl.Float64))}, "loss"),
        ({"shocks": SHOCKS.with_columns(scenario=pl.lit(None, pl.String))}, "blank"),
        ({"shocks": SHOCKS.with_columns(firm=pl.lit(1))}, "repeated"),
    ],
)
def test_bad_arguments_are_named(arguments, key):
    with pytest.raises(InputError) as caught:
        systemic_risk(golden(NETWORKS[0]), **arguments)
    assert caught.value.message.key == f"risk.cascade.{key}"
    assert caught.value.text("ja") != caught.value.text("en")


@pytest.mark.parametrize("given", [SHOCKS.to_dicts(), SHOCKS.to_dict(as_series=False)], ids=["rows", "columns"])
def test_shocks_may_be_rows_or_columns_as_the_tables_of_a_graph_may(given):
    network = golden(NETWORKS[0])
    assert systemic_risk(network, shocks=given).equals(systemic_risk(network, shocks=SHOCKS))


@pytest.mark.parametrize("function", [systemic_risk, systemic_losses])
def test_a_table_is_no_list_of_firms_and_the_refusal_names_the_argument(function):
    with pytest.raises(InputError, match=rf"{function.__name__}\(\): 'firms'"):
        function(golden(NETWORKS[0]), firms=pl.DataFrame({"firm": [1]}))


def test_unknown_firms_are_named():
    network = golden(NETWORKS[0])
    with pytest.raises(UnknownIdError, match="1000"):
        systemic_risk(network, firms=[1000])
    with pytest.raises(UnknownIdError, match="1000"):
        systemic_risk(network, shocks=SHOCKS.with_columns(firm=pl.lit(1000)))


def test_something_else_than_a_firm_network_is_refused():
    with pytest.raises(InputError, match="FirmNetwork"):
        systemic_risk(pl.DataFrame())


@pytest.mark.parametrize(
    ("shocks", "key", "values"),
    [
        ({"scenario": ["a", "a", None, None]}, "blank", {"column": "scenario", "row": 3}),
        ({"firm": [1, None, 2, 3]}, "blank", {"column": "firm", "row": 2}),
        ({"loss": [0.5, 1.0, 0.0, 1.001]}, "loss", {"column": "loss", "row": 4, "value": "1.001"}),
        ({"loss_upstream": [0.5, -0.1, None, 1.0]}, "loss", {"column": "loss_upstream", "row": 2, "value": "-0.1"}),
        ({"firm": [1, 2, 2, 2]}, "repeated", {"firm": "2", "scenario": "b", "count": 2}),
        ({"firm": [3, 2, 2, 3], "scenario": ["a", "a", "a", "a"]}, "repeated", {"firm": "3", "scenario": "a", "count": 2}),
    ],
    ids=str,
)
def test_an_error_in_a_table_of_shocks_says_where_it_stands_and_how_often(shocks, key, values):
    table = {"firm": [1, 2, 3, 4], "scenario": ["a", "a", "b", "b"], "loss": [0.5, 1.0, 0.0, 0.25]} | shocks
    with pytest.raises(InputError) as caught:
        systemic_risk(golden(NETWORKS[0]), shocks=table)
    assert caught.value.message.key == f"risk.cascade.{key}"
    assert dict(caught.value.message.values) == values


def test_a_downstream_loss_alone_is_a_loss_both_ways():
    shocks = pl.DataFrame({"firm": [3, 8, 3], "scenario": ["a", "a", "b"], "loss": [0.25, 1.0, 0.75]})
    both = shocks.with_columns(loss_upstream=pl.col("loss"))
    network = golden(NETWORKS[0])
    assert systemic_losses(network, shocks=shocks).equals(systemic_losses(network, shocks=both))

"""A table of many failures against each of them alone: what neighbours share is worked out once, and must not show."""

from random import Random

import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import chokepoints, embargo, halt, simulate
from kanmon.risk.production.failures import _TOGETHER

COUNTRIES = ("CHN", "DEU", "JPN")


def graph_of(inputs, shares, firms):
    return SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in dict.fromkeys(one for pair in inputs for one in pair)],
        # Of each input only a part goes into this use, so that served first is another figure than served alike.
        inputs=[{"item": a, "input": b, "source": "s", "use_share_low": 0.2, "use_share_high": 0.9} for a, b in inputs],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in COUNTRIES]
        + [{"id": firm, "name_en": firm, "kind": "company", "country": at} for firm, at in firms.items()],
        shares=[{"item": i, "supplier": s, "source": "s", "share": v} for i, row in shares.items() for s, v in row.items()],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def alone(graph, kind, node, sharing="alike"):
    """What a halt, or an embargo against everybody abroad, takes from the robot: certain, estimated, possible."""
    change = halt(node) if kind == "halt" else embargo(node)
    row = simulate(graph.network("robot", level="company"), change, sharing=sharing).filter(item="robot").row(0, named=True)
    return tuple(1 - row[f"kept_{end}"] for end in ("high", "estimate", "low"))


@pytest.mark.parametrize("seed", range(6))
def test_many_companies_embargoes_against_all_abroad_say_what_each_says_alone(seed):
    """Who stands in the embargo's own country goes on buying at home: in each row of the table it is somebody else."""
    rng = Random(seed)
    firms = {f"f{number:02}": rng.choice(COUNTRIES) for number in range(2 * _TOGETHER)}
    names = list(firms)
    shares = {
        "robot": dict.fromkeys(rng.sample(names, 2), 0.5),
        "chip": dict.fromkeys(rng.sample(names, rng.randint(1, 3)), 0.05),
        "lens": dict.fromkeys(rng.sample(names, 2), 0.3),
        "screw": dict.fromkeys(names, 1 / len(names)),
    }
    graph = graph_of([("robot", "chip"), ("chip", "lens"), ("robot", "screw")], shares, firms)
    frame = chokepoints(graph, "robot", fails="supplier", level="company")
    assert (frame["kind"] == "embargo").sum() > _TOGETHER
    for row in frame.iter_rows(named=True):
        for sharing, name in (("alike", "loss"), ("first", "first")):
            least, _, most = alone(graph, row["kind"], row["node"], sharing)
            found = (row[f"{name}_low"], row[f"{name}_high"])
            assert found == pytest.approx((least, most), abs=1e-9), (row["node"], row["kind"], sharing)


def test_whom_an_embargo_leaves_at_home_go_on_where_all_of_them_share_what_nobody_is_named_for():
    """X and C stand in Japan, and only C makes chips, of lenses that may be X's. Abroad X's screws alone are missing."""
    firms = {"C": "JPN", "X": "JPN", "O": "DEU"}
    shares = {"robot": {"O": 1.0}, "chip": {"C": 1.0}, "screw": {"X": 0.25, "O": 0.75}}
    graph = graph_of([("robot", "chip"), ("robot", "screw"), ("chip", "lens")], shares, firms)
    rows = chokepoints(graph, "robot", fails="supplier", level="company", kinds="embargo").filter(node="X")
    assert rows.select("loss_low", "loss_estimate", "loss_high").rows() == [(0.25, 0.25, 0.25)]
    assert alone(graph, "embargo", "X") == pytest.approx((0.25, 0.25, 0.25))

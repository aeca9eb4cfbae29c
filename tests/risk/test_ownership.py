"""Who is reached by a sanction: every way of completing what nobody said about stakes, followed by the rule itself."""

from itertools import combinations_with_replacement, product
from random import Random

import pytest
from kanmon.graph import SupplyGraph
from kanmon.risk import controlled
from kanmon.risk.production.ownership import may_be_controlled

FIRMS = ("A", "B", "C", "D")
SHARES = (None, None, 0.3, 0.5, 0.6)
OUTSIDE = "somebody else"


def graph_of(told):
    rows = [{"id": id, "name_en": id, "kind": "company", "parent": p, "parent_share": s} for id, (p, s) in told.items()]
    return SupplyGraph(suppliers=rows)


def blocked(stakes):
    """Half or more, counted together over all who are blocked."""
    found, before = {"A"}, set()
    while found != before:
        before = set(found)
        found |= {firm for firm, held in stakes.items() if sum(held.get(one, 0.0) for one in before) >= 0.5}
    return found


def ways(firm, parent, share):
    """Ways in which a firm's owners may be: the parent's part as told or any, the rest in two equal parts, of anybody."""
    if parent == firm:
        return [{firm: 1.0}]
    others = [one for one in FIRMS if one != firm] + [OUTSIDE]
    found = []
    for part in (0.0,) if parent is None else (0.0, 0.5, 1.0) if share is None else (share,):
        for two in combinations_with_replacement(others, 2):
            stakes = dict.fromkeys(others, 0.0)
            for holder in two:
                stakes[holder] += (1 - part) / 2
            if parent is not None:
                stakes[parent] += part
            found.append(stakes)
    return [dict(way) for way in {tuple(sorted(one.items())) for one in found}]


def draw(random):
    told = {"A": (None, None)}
    for firm in FIRMS[1:]:
        parent = random.choice([None, *FIRMS, firm])
        told[firm] = (parent, None if parent in {None, firm} else random.choice(SHARES))
    return told


@pytest.mark.parametrize("seed", range(40))
def test_certain_and_possible_control_are_all_and_some_of_the_ways_of_completing_the_stakes(seed):
    told = draw(Random(seed))
    graph = graph_of(told)
    each = [ways(firm, *told[firm]) for firm in FIRMS[1:]]
    reached = [blocked(dict(zip(FIRMS[1:], way, strict=True))) for way in product(*each)]
    sure = {row["supplier"] for row in controlled(graph, "A").iter_rows(named=True) if row["control"] == "certain"}
    assert sure == set.intersection(*reached)
    assert may_be_controlled(graph, "A") == set.union(*reached)

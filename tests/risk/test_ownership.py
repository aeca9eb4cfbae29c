"""Who is reached by a sanction: every way of completing what nobody said about stakes, followed by the rule itself."""

from random import Random

import pytest
from kanmon.graph import SchemaError, SupplyGraph
from kanmon.risk import controlled
from kanmon.risk.production.ownership import may_be_controlled
from stakes import FIRMS, blocked, completions, draw


def graph_of(told):
    rows = []
    for id, stakes in told.items():
        shares = "|".join("" if share is None else str(share) for share in stakes.values())
        rows.append({"id": id, "name_en": id, "kind": "company", "parent": "|".join(stakes), "parent_share": shares})
    return SupplyGraph(suppliers=rows)


def found_by(graph, owner="A"):
    rows = controlled(graph, owner)
    return {row["supplier"] for row in rows.iter_rows(named=True) if row["control"] == "certain"}, set(rows["supplier"])


@pytest.mark.parametrize("seed", range(8))
def test_certain_and_possible_control_are_all_and_some_of_the_ways_of_completing_the_stakes(seed):
    told = draw(Random(seed), FIRMS)  # of A itself nobody says whose it is
    told["D"] = told["D"] or {"B": 0.3, "C": 0.25}
    sure, named = found_by(graph_of(told))
    each = [(blocked(stated), blocked(whole)) for stated, whole in completions(told | {"A": {"A": None}})]
    assert sure == set.intersection(*(all_ for _, all_ in each))
    assert named == set.union(*(stated for stated, _ in each))
    assert may_be_controlled(graph_of(told), "A") == set.union(*(all_ for _, all_ in each))


@pytest.mark.parametrize("seed", range(3))
def test_whoever_certainly_controls_the_owner_is_its_own_by_stated_holders_alone(seed):
    random = Random(seed)
    told = draw(random, FIRMS, ("A", "C"))
    told["A"] = {"B": 0.6} | ({"C": None} if random.random() < 0.5 else {})
    told["B"] = random.choice([{}, {"D": 0.5}, {"D": 0.3}, {"A": None}, {"C": 0.25}])
    each = list(completions(told))
    above = {one for one in FIRMS[1:] if all("A" in blocked(whole, (one,)) for _, whole in each)}
    assert "B" in above
    reached = [(blocked(stated), blocked(whole)) for stated, whole in each]
    some = set()
    for stated, all_ in reached:
        if all_ & above <= stated:
            some |= all_
    may, (sure, named) = may_be_controlled(graph_of(told), "A"), found_by(graph_of(told))
    assert some <= may and named <= may and may & above == named & above
    assert sure == set.intersection(*(all_ for _, all_ in reached))


def test_stakes_of_two_whom_one_owner_controls_count_together():
    told = {"A": {}, "B": {"A": 0.6}, "C": {"A": 0.5}, "D": {"B": 0.3, "C": 0.25}}
    assert found_by(graph_of(told)) == (set("ABCD"), set("ABCD"))
    assert found_by(graph_of(told | {"D": {"B": 0.3, "C": 0.19}})) == (set("ABC"), set("ABC"))
    assert found_by(graph_of(told | {"D": {"B": 0.3, "C": None}})) == (set("ABC"), set("ABCD"))


def test_stakes_of_two_who_are_asked_about_together_count_together():
    told = {"A": {}, "B": {}, "C": {"A": 0.3, "B": 0.25}}
    assert found_by(graph_of(told), "A")[0] == {"A"} and found_by(graph_of(told), "B")[0] == {"B"}
    assert found_by(graph_of(told), ["A", "B"])[0] == {"A", "B", "C"}
    told |= {"C": {"A": 0.3, "B": 0.25, "D": 0.45}, "D": {"D": None}}
    assert may_be_controlled(graph_of(told), "A") == {"A", "B", "C"}, "B may be A's"
    assert may_be_controlled(graph_of(told | {"B": {"B": None}}), "A") == {"A"}


def rounds(stakes, owners):
    """The rule of control, round by round: in which each firm is first reached."""
    found = dict.fromkeys(owners, 0)
    while more := {one for one in stakes if one not in found and sum(stakes[one].get(by, 0.0) for by in found) >= 0.5}:
        found |= dict.fromkeys(more, max(found.values()) + 1)
    return found


def test_steps_are_those_of_certain_control_where_there_is_a_shorter_way_that_is_only_possible():
    """A may have half of C at once, where its share is blank; that B has half of it is certain."""
    told = {"A": {}, "B": {"A": 0.6}, "C": {"A": None, "B": 0.5}, "D": {"C": 0.5}, "E": {"A": None}, "F": {"E": 0.5}}
    stated = {id: {one: share for one, share in stakes.items() if share is not None} for id, stakes in told.items()}
    sure, named = rounds(stated, ["A"]), rounds(told | {"C": {"A": 0.5}, "E": {"A": 1.0}}, ["A"])
    assert (sure["C"], named["C"], sure["D"], named["D"]) == (2, 1, 3, 2)
    expected = {id: ("certain", sure[id]) if id in sure else ("possible", named[id]) for id in told}
    assert {row[0]: row[1:] for row in controlled(graph_of(told), "A").rows()} == expected


def test_of_several_owners_only_who_certainly_controls_them_all_is_beyond_what_nobody_is_named_for():
    """P holds A and not B: whoever holds P may be B. Where P holds both, it would be held by those whom it controls."""
    told = {"P": {}, "A": {"P": 0.6}, "B": {"Q": 0.6}, "Q": {"Q": None}}
    assert may_be_controlled(graph_of(told), ["A", "B"]) == {"P", "A", "B"}
    assert may_be_controlled(graph_of(told | {"B": {"P": 0.6}}), ["A", "B"]) == {"A", "B"}


def test_who_certainly_controls_the_owner_may_be_its_own_where_a_stated_holder_says_so():
    told = {"A": {"B": 0.6}, "B": {"A": None}, "C": {"B": 0.6}}
    assert may_be_controlled(graph_of(told), "A") == {"A", "B", "C"}
    assert may_be_controlled(graph_of(told | {"B": {}}), "A") == {"A"}


def test_a_site_of_one_parent_is_its_parents_and_one_of_several_is_held_by_their_shares():
    def sure(parent, share):
        site = {"id": "S", "name_en": "S", "kind": "site", "parent": parent, "parent_share": share}
        return found_by(SupplyGraph(suppliers=[*({"id": i, "name_en": i, "kind": "company"} for i in "AB"), site]))[0]

    assert sure("A", None) == sure("A", "0.1") == sure("A|B", "0.5|0.5") == {"A", "S"}
    assert sure("A|B", "0.4|0.6") == {"A"}


@pytest.mark.parametrize(
    ("parent", "share", "code"),
    [
        ("A|B", 0.6, "holder_shares"),
        ("A", "0.3|0.2", "holder_shares"),
        ("A|A", "0.3|0.2", "holder_twice"),
        ("A|B", "0.6|0.7", "holders_over"),
        ("A|B", "0.6|x", "not_a_number"),
        ("A|B", "0.6|-0.2", "out_of_range"),
        ("A|Q", "0.3|0.2", "unknown_id"),
    ],
)
def test_a_cell_of_holders_that_cannot_be_right_is_said_with_its_row(parent, share, code):
    rows = [{"id": one, "name_en": one, "kind": "company", "parent": None, "parent_share": None} for one in "AB"]
    with pytest.raises(SchemaError) as error:
        SupplyGraph(suppliers=[*rows, rows[0] | {"id": "C", "parent": parent, "parent_share": share}])
    assert [(one.code, one.row) for one in error.value.problems] == [(code, 2)]


def test_holders_are_written_and_read_back_as_they_stand(tmp_path):
    graph = graph_of({"A": {}, "B": {"A": 0.25}, "C": {"A": 0.3, "B": None}, "D": {"A": None}})
    for name in ("folder", "book.xlsx"):
        graph.write(tmp_path / name)
        assert SupplyGraph.read(tmp_path / name).suppliers.equals(graph.suppliers)

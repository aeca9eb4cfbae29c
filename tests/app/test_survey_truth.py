"""What suppliers reply, held against the truth: both files leave out some of it, and no bound may be wrong for that."""

import random

import handed_in
import plain_sheets
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.survey.card import Card, CardPart
from kanmon.app.survey.loop import _change, progress, shown
from kanmon.app.survey.merge import merge
from kanmon.app.survey.questionnaire import KEYS
from kanmon.app.survey.replies import ITSELF, Line, Replies, Reply
from kanmon.app.survey.stopped import stopped
from kanmon.graph import SupplyGraph
from kanmon.risk.production.handed_on import HandedOn
from survey_company import NEVER, bounds, figures

DAYS, SPEND = 180.0, 1000.0
HEAD = ("部品番号", "調達先", "メーカー", "製造拠点国", "調達割合", "在庫日数", "切替日数", "認定", "年間購買額")


def company(path, rows, kinds=()):
    parts = list(dict.fromkeys(row[0] for row in rows))
    sheets = {
        "製品": [("製品番号", "年間売上"), ("X", 3650.0)],
        "部品表": [("親品番", "部品番号"), *(("X", part) for part in parts)],
        "調達先": [("調達先", "区分"), *kinds],
        "調達": [HEAD, *rows],
    }
    return handed_in.company(plain_sheets.workbook(path / "audit.xlsx", sheets))


def reply(supplier, **tables):
    """A questionnaire of a supplier: rows by table, each as what it says."""
    found = Reply(f"{supplier}.xlsx", supplier)
    for table, rows in tables.items():
        told = [dict.fromkeys(KEYS[table]) | row for row in rows]
        found.tables[table] = [
            Line(row, f"{found.file}: {table}!{n}", dict.fromkeys(row, f"A{n}")) for n, row in enumerate(told, start=5)
        ]
    return found


def merged(base, *sent, cards=()):
    found = Replies(replies=list(sent), cards=[("card.json", card) for card in cards])
    return merge(base, found, [], SupplyGraph()).company


class Truth:
    """Who makes the parts of one product where, and what that needs; ``view`` and ``replies`` leave out some of it."""

    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.sells = {name: rng.random() < 0.4 for name in "ABC"}
        self.stock = {part: rng.choice([0, 30, 90]) for part in ("P1", "P2")[: rng.choice([1, 2])]}
        self.rows = [row for part in self.stock for row in self._of(part)]

    def _of(self, part):
        rng, used = self.rng, set()
        names = rng.sample("ABC", rng.choice([1, 1, 2]))
        for name, weight in zip(names, rng.choice([[0.5, 0.5], [0.3, 0.7]]) if len(names) > 1 else [1.0], strict=True):
            places = {}
            for split in rng.choice([[1.0], [0.4, 0.6]]):
                maker = rng.choice(["M1", "M2", "M3"]) if self.sells[name] else name
                place = maker, rng.choice([c for c in ("CHN", "DEU", "JPN", "VNM") if (maker, c) not in used])
                places[place] = places.get(place, 0.0) + split
            used |= set(places)  # a plant delivers to one supplier: else the needs of both would be its own
            needs = [
                {"input": what, "stock": rng.choice([0, 20, 60]), "of": self._split(("CHL", "CHN", "VNM"), cut)}
                for what in ("ore", "gas")[: rng.choice([0, 1, 2])]
                for cut in [rng.choice([[1.0], [0.25, 0.75]])]
            ]
            yield {"part": part, "by": name, "weight": weight, "places": places, "needs": needs, "more": rng.choice([0, 10])}

    def _split(self, places, parts):
        return list(zip(self.rng.sample(places, len(parts)), parts, strict=True))

    def some(self, value, odds=0.7):
        return value if self.rng.random() < odds else None

    def view(self):
        """The company's rows: each place of a supplier, or one row of it with what its places have in common."""
        rows, rng = [], self.rng
        open_ = {part: rng.random() < 0.3 for part in self.stock}
        stock = {part: self.some(days) for part, days in self.stock.items()}
        for row in self.rows:
            part, whole, seen = row["part"], rng.random() < 0.4, {key: self.some(1) for key in ("maker", "country")}
            makers, countries = (set(each) for each in zip(*row["places"], strict=True))
            places = row["places"].items()
            if whole:
                places = [((*makers, None)[:1] if len(makers) == 1 else (None,), 1.0)]
                places = [((places[0][0][0], *(countries if len(countries) == 1 else {None})), 1.0)]
            for (maker, country), split in places:
                maker = maker if self.sells[row["by"]] and seen["maker"] else None
                split *= row["weight"]
                country = country if seen["country"] else None
                share = None if open_[part] else split
                rows.append((part, row["by"], maker, country, share, stock[part], NEVER, None, split * SPEND))
        return rows

    def replies(self):
        """What suppliers say of their own parts; ``told`` marks the needs of which they speak."""
        sent = {}
        for row in self.rows:
            tables = sent.setdefault(row["by"], {"answers": [], "origin": [], "behind": []})
            places = [*row["places"].items()][:: self.rng.choice([1, 1, -1])]
            for (maker, country), split in places[: self.rng.choice([0, 1, 2, 2])]:
                maker = self.some(ITSELF if maker == row["by"] else maker)
                said = {"maker": maker, "country": self.some(country), "share": self.some(split)}
                tables["origin"] += [{"part": row["part"]} | said] if said["maker"] or said["country"] else []
            for need in row["needs"]:
                need["told"], days = self.rng.random() < 0.8, self.some(float(need["stock"]))
                for country, split in need["of"][: self.rng.choice([1, 2, 2])] if need["told"] else ():
                    said = {"country": self.some(country), "share": self.some(split), "stock": days}
                    tables["behind"].append({"part": row["part"], "input": need["input"]} | said)
            more = self.some(float(row["more"]))
            tables["answers"] += [] if more is None else [{"part": row["part"], "kind": "stock", "answer": more}]
        return [reply(name, **tables) for name, tables in sent.items()]

    def lost(self, node):
        """Part of the product's output that is lost while a country, or a maker, stops: days of each plant, by hand."""
        worst = 0.0
        for part, stock in self.stock.items():
            missing = -float(stock)
            for row in (row for row in self.rows if row["part"] == part):
                short = [
                    sum(split for place, split in need["of"] if place == node) * DAYS - need["stock"] - row["more"]
                    for need in row["needs"]
                    if need["told"]
                ]
                for place, split in row["places"].items():
                    missing += row["weight"] * split * (DAYS if node in place else max(0.0, *short, 0.0))
            worst = max(worst, missing)
        return worst / DAYS


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_the_truth_lies_in_the_bounds_whatever_is_left_out(tmp_path, seed):
    truth = Truth(seed)
    kinds = [(name, "商社・販社" if sells else "メーカー") for name, sells in truth.sells.items()]
    found = merged(company(tmp_path, truth.view(), kinds), *truth.replies())
    for node in ("CHN", "DEU", "VNM", "CHL", "BRA"):
        low, high = bounds(found, node)
        assert low - 1e-6 <= truth.lost(node) <= high + 1e-6, node
    for maker in sorted({one.maker for each in found.sources.values() for one in each if one.maker}):
        low, high = bounds(found, maker, maker=True)
        assert low - 1e-6 <= truth.lost(maker) <= high + 1e-6, maker
    for part in truth.stock:
        assert sum(one.spend or 0.0 for one in found.sources[part]) <= SPEND + 1e-6
        assert found.spend(part) is None or found.spend(part) == pytest.approx(SPEND)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_what_replies_did_is_told_by_the_bounds_before_and_after(tmp_path, seed):
    truth = Truth(seed)
    kinds = [(name, "商社・販社" if sells else "メーカー") for name, sells in truth.sells.items()]
    base = company(tmp_path, truth.view(), kinds)
    found = merge(base, Replies(replies=truth.replies()), [], SupplyGraph())
    worked = figures(found.company)
    done = progress(base, found, worked)
    data = shown([], done, found.company, worked, "en")["replies"]
    told = {row["node"]: row for row in data["rows"]}
    assert done.responded <= done.suppliers
    for stop in (*worked.countries, *worked.makers):
        ends = []
        for each in (base, found.company):
            (one,) = stopped(each, build_graph(each), [(stop["node"], not stop["maker"])])
            ends += [3650.0 * DAYS / 365 * end for end in (one["X"].lost if one else (0.0, 0.0))]
        low_was, high_was, low, high = ends
        row = told.pop(stop["node"], None)
        if row is None:
            assert (low, high) == pytest.approx((low_was, high_was), abs=1e-6)
            continue
        assert [row[name] for name in ("low_was", "high_was", "low", "high")] == pytest.approx(ends, abs=1e-6)
        narrower, more = (high - low) - (high_was - low_was) < -1e-6, high > high_was + 1e-6
        kind = "new" if high_was < 1e-6 else "narrowed" if narrower else "moved" if more else "less"
        assert row["change"] == kind
    assert not told


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ((100.0, 100.0), (50.0, 50.0), "less"),
        ((100.0, 100.0), (50.0, 100.0), "less"),
        ((100.0, 200.0), (150.0, 250.0), "moved"),
        ((100.0, 200.0), (100.0, 199.0), "narrowed"),
        ((100.0, None), (150.0, None), "narrowed"),
        ((100.0, None), (50.0, None), "less"),
        ((1.1e9, 3.3e9), (1.3e9 + 1e-6, 3.5e9), "moved"),  # what is not exact in a float narrows nothing
    ],
)
def test_a_stop_that_costs_less_is_not_said_to_cost_more(was, now, kind):
    row = {"low_was": was[0], "high_was": was[1], "low": now[0], "high": now[1]}
    assert _change(row) == kind


def test_who_only_sells_may_reply_and_nobody_counts_twice(tmp_path):
    base = company(tmp_path, [("P1", "V", "M", "China", 1.0, 0, NEVER, None, None)])
    sent = [reply(name, origin=[{"part": "P1", "country": "CHN"}]) for name in ("V", "M")]
    for one in sent:
        one.asked["origin", "P1"] = True
    found = merge(base, Replies(replies=sent), [], SupplyGraph())
    done = progress(base, found, figures(found.company))
    assert (done.responded, done.suppliers) == (2, 2)


def test_an_alternative_at_hand_outlives_what_its_supplier_says_of_today(tmp_path):
    rows = [("P1", "A", None, "China", 1.0, 0, 400, None, None), ("P1", "A", None, "Japan", 0.0, 0, 30, "Yes", None)]
    base = company(tmp_path, rows)
    found = merged(base, reply("A", origin=[{"part": "P1", "country": "CHN", "share": 1.0}]))
    assert found.switching("P1") == (30, 30) and bounds(found, "CHN") == bounds(base, "CHN") == pytest.approx(
        (30 / 180,) * 2
    )


def test_what_a_supplier_needs_is_kept_where_its_maker_is_another_of_the_company(tmp_path):
    rows = [("P1", "A", None, "China", 0.5, 0, NEVER, None, None), ("P1", "B", None, None, 0.5, 0, NEVER, None, None)]
    ore = {"part": "P1", "input": "ore", "country": "CHL", "share": 1.0, "stock": 0.0}
    told = {"origin": [{"part": "P1", "maker": "A", "country": "CHN", "share": 1.0}], "behind": [ore]}
    base = company(tmp_path, rows)
    stock = {"answers": [{"part": "P1", "kind": "stock", "answer": 0.0}]}
    assert bounds(merged(base, reply("B", **told, **stock)), "CHL") == pytest.approx((1.0, 1.0))
    whole = HandedOn((1.0, 1.0), (1.0, 1.0), (0.0, 0.0), DAYS)
    card = Card(
        "B", DAYS, None, "x", (CardPart("P1", "", {"CHL": whole}, HandedOn((0, 0), (0, 0), (DAYS, DAYS), DAYS), {}),)
    )
    assert bounds(merged(base, reply("B", origin=told["origin"]), cards=[card]), "CHL") == pytest.approx((1.0, 1.0))

"""Every figure of the board page, worked out a second time from the demo workbook's cells; and blanks that never help."""

import random
from pathlib import Path

import handed_in
import openpyxl
import polars as pl
import pytest
from audit_company import BOM, HEAD, PRODUCTS, SOURCING, written
from kanmon.app.audit.cells import Days
from kanmon.app.audit.company import Part
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.content import content
from kanmon.app.audit.figures import first_parts, work_out
from kanmon.app.audit.links import Link
from kanmon.app.audit.measures import mitigate
from kanmon.app.audit.page import render
from kanmon.app.audit.report import audit
from kanmon.app.audit.scenarios import Asked, _tariff
from kanmon.app.audit.tables import write_report_workbook
from kanmon.graph import SupplyGraph
from kanmon.graph.messages import text
from plain_sheets import workbook

DEMO = Path(__file__).resolve().parents[2] / "datasets" / "data" / "demo_company" / "audit.xlsx"
DATE = "2026-11-23"
HORIZON = 180.0


def figures_of(path, world=None):
    company = handed_in.company(path)
    return work_out(company, build_graph(company, [], world or SupplyGraph()), [], "en")


class Oracle:
    """A company of complete rows, worked out day by day without any network: a part's stock lasts, then what still comes."""

    def __init__(self, company):
        self.company = company
        self.below = {}
        for need in company.needs:
            self.below.setdefault(need.parent, []).append(need)

    def hit(self, source, country, maker):
        return source.country == country if country else source.maker == maker

    def comes(self, part, day, country, maker):
        """What arrives of a bought part on a day, as a part of today's use (without what the part itself is made of)."""
        sources = [s for s in self.company.sources[part] if s.active]
        lost = sum(s.share for s in sources if self.hit(s, country, maker))
        spare = [s for s in self.company.sources[part] if not s.active and s.qualified]
        ready = [s.switch_days for s in spare if not self.hit(s, country, maker)]
        if not spare:
            ready = [max(s.switch_days for s in sources)] if all(s.switch_days is not None for s in sources) else []
        return 1.0 if any(days <= day for days in ready) else 1.0 - lost

    def lost(self, product, country=None, maker=None, step=0.05):
        """The part of the product's output that is lost over the stop: it runs at the level of its scarcest part."""
        parts = sorted(self.leaves(product))
        stock = {part: self.company.parts[part].stock_days or 0.0 for part in parts}
        lost, day, first = 0.0, 0.0, None
        while day < HORIZON - 1e-9:
            comes = {part: self.comes(part, day + 1e-9, country, maker) for part in parts}
            made = min([1.0, *(1.0 if stock[part] > 1e-9 else comes[part] for part in parts)])
            for part in parts:
                stock[part] = max(0.0, stock[part] - step * (made - comes[part]))
            if made < 1 - 1e-9 and first is None:
                first = day
            lost += step * (1.0 - made)
            day += step
        return lost / HORIZON, first

    def leaves(self, product):
        found, front = set(), [product]
        while front:
            for need in self.below.get(front.pop(), ()):
                assert need.essential and need.group is None
                if need.part in self.company.sources:
                    found.add(need.part)
                else:
                    front.append(need.part)
        return found


def test_losses_of_complete_rows_are_those_of_a_calendar(tmp_path):
    path = written(tmp_path / "a.xlsx", Sourcing=SOURCING, BOM=BOM, Products=PRODUCTS)
    company = handed_in.company(path)
    oracle, found = Oracle(company), figures_of(path)
    assert {row["node"] for row in found.countries} == {"CHN", "DEU", "TWN"}
    for row in [*found.countries, *found.makers]:
        who = {"country": row["node"]} if not row["maker"] else {"maker": row["name"]}
        expected = {id: oracle.lost(id, **who) for id in company.products}
        money = sum(HORIZON / 365 * lost * company.products[id]["revenue"] for id, (lost, _) in expected.items())
        assert row["loss"] == pytest.approx(money, rel=2e-3, abs=2.0), row["node"]
        assert row["loss_low"] == pytest.approx(row["loss"]) and row["loss_high"] == pytest.approx(row["loss"])
        for one in row["products"]:
            day = expected[one["product"]][1]
            assert (one["day"] is None) == (day is None)
            assert day is None or one["day"] == pytest.approx(day, abs=0.1)


def test_the_tiles_and_single_sources_of_the_demo_are_counts_of_its_rows():
    company = handed_in.company(DEMO)
    found = work_out(company, build_graph(company), [], "en")
    known, direct = found.coverage, company.direct
    rows = [s for part in direct for s in company.sources[part] if s.share is None or s.share > 0]
    spend = sum(s.spend or 0 for s in rows)
    assert known["spend_country_known"] == pytest.approx(sum(s.spend or 0 for s in rows if s.country) / spend)
    assert known["stock_known"] == sum(company.parts[p].stock_days is not None for p in direct) / len(direct)
    for part in found.parts:
        used = [s for s in company.sources[part["part"]] if s.share is None or s.share > 0]
        makers = {s.maker for s in used}
        if "" not in makers and all(s.share is not None for s in used):
            assert part["single"] == ("certain" if len(makers) == 1 else "no"), part["part"]
    by_country = {}
    for s in rows:
        by_country[s.country] = by_country.get(s.country, 0.0) + (s.spend or 0.0)
    assert found.spend is not None
    shares = {row["country"]: row["direct_low"] for row in found.spend["shares"]}
    # Shares that are stated split a part's spend otherwise than the amounts of its rows do, a little.
    for code in ("CHN", "TWN", "DEU"):
        assert shares[code] == pytest.approx(by_country[code] / spend, abs=0.03)


def test_the_demo_stops_of_one_tier_are_those_of_a_calendar():
    """The demo's countries, without the steps that it knows behind its suppliers: those are the network's matter."""
    company = handed_in.company(DEMO)
    company.needs = [need for need in company.needs if need.parent not in company.sources]
    needed = {need.part for need in company.needs}
    blank = {part for part, sources in company.sources.items() if any(s.country is None or s.share is None for s in sources)}
    company.needs = [need for need in company.needs if need.part not in blank and need.essential and need.group is None]
    company.sources = {part: rows for part, rows in company.sources.items() if part in needed - blank}
    company.parts = {id: part for id, part in company.parts.items() if id in company.sources or id in company.products}
    company.parts |= {
        need.parent: Part(need.parent, refs=["x!1"]) for need in company.needs if need.parent not in company.parts
    }
    for part in company.parts.values():
        part.stock = part.stock or Days(15.0, 15.0)
    found = work_out(company, build_graph(company), [], "en")
    oracle = Oracle(company)
    assert sum(row["loss"] > 1e8 for row in found.countries) >= 4
    for row in found.countries:
        money = sum(
            HORIZON / 365 * oracle.lost(id, country=row["node"], step=0.25)[0] * product["revenue"]
            for id, product in company.products.items()
        )
        assert row["loss"] == pytest.approx(money, rel=0.01, abs=3e6), row["node"]


def bounds(found):
    """Least and most of what each stop costs; no upper bound is infinite."""
    rows = {}
    for row in [*found.countries, *found.makers]:
        most = float("inf") if row["loss_open"] is None else row["loss_open"]
        rows[row["node"]] = (row["loss_low"], row["loss"], most)
    return rows


@pytest.mark.parametrize("seed", range(24))
def test_a_blank_never_makes_a_risk_smaller_at_most_nor_larger_at_least(tmp_path, seed):
    draw = random.Random(seed)
    before = bounds(figures_of(written(tmp_path / "a.xlsx", Sourcing=SOURCING, BOM=BOM, Products=PRODUCTS)))
    rows, products = [list(row) for row in SOURCING], [list(row) for row in PRODUCTS]
    for _ in range(draw.choice((1, 1, 2, 4))):
        column = draw.choice(("supplier", "country", "share", "stock days", "switching days", "qualified", "revenue"))
        if column == "revenue":
            draw.choice(products)[1] = None
        else:
            draw.choice(rows)[HEAD["Sourcing"].index(column)] = None
    after = bounds(figures_of(written(tmp_path / "b.xlsx", Sourcing=rows, BOM=BOM, Products=products)))
    for node, (least, _, most) in before.items():
        if node in after:
            low, estimate, high = after[node]
            assert low <= least + 1e-6 and high >= most - 1e-6, node
            assert low - 1e-6 <= estimate <= high + 1e-6
        else:  # nobody is named there any more: what anybody may cost says it
            assert not any(row[3] == node for row in rows)


@pytest.mark.parametrize("blank", [None, "share", "country"])
def test_rows_cost_the_same_on_one_sheet_as_on_two(tmp_path, blank):
    draw = random.Random(1)
    rows = [list(row) for row in SOURCING]
    for row in rows if blank else ():
        row[HEAD["Sourcing"].index(blank)] = None if blank == "share" or draw.random() < 0.5 else row[3]
    sheets = {"BOM": [HEAD["BOM"], *BOM], "Products": [HEAD["Products"], *PRODUCTS]}
    one = figures_of(workbook(tmp_path / "one.xlsx", sheets | {"Sourcing": [HEAD["Sourcing"], *rows]}))
    halves = {f"Sourcing {at + 1}": [HEAD["Sourcing"], *rows[at::2]] for at in (0, 1)}
    two = figures_of(workbook(tmp_path / "two.xlsx", sheets | halves))
    assert len(bounds(one)) > 3 and bounds(two).keys() == bounds(one).keys()
    for node, ends in bounds(one).items():
        assert bounds(two)[node] == pytest.approx(ends), node
    tops = [{row["part"]: (row["top_share_low"], row["top_share_high"]) for row in each.parts} for each in (one, two)]
    assert tops[0] == tops[1]


def test_a_part_that_nobody_is_named_for_stops_no_estimate_and_stays_in_the_largest_loss(tmp_path):
    path = written(tmp_path / "a.xlsx", Sourcing=SOURCING, BOM=[*BOM, ["A", "SCREW"]], Products=PRODUCTS)
    found = figures_of(path)
    plain = figures_of(written(tmp_path / "b.xlsx", Sourcing=SOURCING, BOM=BOM, Products=PRODUCTS))
    assert found.unsourced == ["SCREW"]
    for row, same in zip(found.countries, plain.countries, strict=True):
        assert row["loss"] == pytest.approx(same["loss"]) and row["loss_high"] == pytest.approx(same["loss_high"])
        assert row["loss_open"] >= HORIZON / 365 * 3650 - 1e-6
    assert found.coverage["revenue_linked"] == pytest.approx(7300 / 10950), "product A has a part without a source"


def test_what_only_a_supplier_needs_is_put_together_by_nobody_known_where_its_row_is_blank(tmp_path):
    def bounds(housing):
        path = written(
            tmp_path / "audit.xlsx",
            Products=[["robot", 365.0]],
            BOM=[["robot", "gear"], ["gear", "housing"], ["housing", "ring"]],
            Sourcing=[
                ["gear", None, "Own Gear", "Japan", 1, 0, 400, "yes", 1],
                *([["housing", None, "Housing Co", "Germany", 1, 0, 400, "yes", 1]] if housing else []),
                ["ring", None, "Ring Co", "France", 1, 0, 400, "yes", 1],
            ],
        )
        company = handed_in.company(path)
        found = work_out(company, build_graph(company), [], "en")
        return (
            company,
            {one["node"]: (one["loss_low"], one["loss_high"]) for one in found.countries},
            found.unseen.get("country"),
        )

    company, named, unseen = bounds(housing=True)
    assert company.made == {"robot"} and company.direct == ["gear"]
    assert unseen is None and named["DEU"][1] == named["FRA"][1] == 180.0  # a unit a day
    company, blank, unseen = bounds(housing=False)
    assert company.made == {"robot"} and company.direct == ["gear"]  # not the rings: who puts housings together buys those
    assert blank["FRA"] == (0.0, 180.0)  # how long its maker's housings last nobody said
    assert unseen == 180.0


def test_no_revenue_is_linked_where_no_part_has_a_source(tmp_path):
    path = written(tmp_path / "a.xlsx", Sourcing=SOURCING[:1], BOM=[["A", "Q"], ["Q", "R"], ["B", "S"]], Products=PRODUCTS)
    assert figures_of(path).coverage["revenue_linked"] == 0.0


def test_two_plants_of_one_maker_are_one_source_and_a_blank_maker_leaves_it_open(tmp_path):
    rows = [
        ["P", "Gear", "X", "China", "50%", 30, 90, "yes", 10],
        ["P", "Gear", "X", None, "50%", None, 90, "yes", 10],
        ["Q", "Gear", "X", "China", "50%", 30, 90, "yes", 10],
        ["Q", "Gear", None, "Japan", "50%", None, 90, "yes", 10],
    ]
    found = figures_of(written(tmp_path / "a.xlsx", Sourcing=rows, BOM=[["A", "P"], ["A", "Q"]], Products=PRODUCTS[:1]))
    assert {row["part"]: row["single"] for row in found.parts} == {"P": "certain", "Q": "possible"}


def test_a_product_without_revenue_leaves_no_upper_bound(tmp_path):
    path = written(tmp_path / "a.xlsx", Sourcing=SOURCING, BOM=BOM, Products=[["A", 3650], ["B", None]])
    found = figures_of(path)
    rows = {row["node"]: row for row in found.countries}
    assert found.unpriced == ["B"] and rows["TWN"]["loss_high"] is None and rows["TWN"]["loss_low"] == 0.0
    assert found.coverage["revenue_linked"] is None


def test_links_that_are_only_to_be_looked_at_change_no_figure():
    company = handed_in.company(DEMO)
    world = SupplyGraph(
        items=[{"id": "w", "name_en": "w", "kind": "material"}],
        suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
        shares=[{"item": "w", "supplier": "CHN", "source": "s", "share": 1.0}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )
    built = build_graph(company, [Link(company.direct[0], "w", "review", "word", "x")], world)
    assert built.graph is built.own
    built = build_graph(company, [Link(company.direct[0], "w", "contains", "word", "x")], world)
    assert built.stated is built.own and built.graph is not built.own, "a guess is in the estimate only"


def test_parts_without_a_source_do_not_hide_what_a_measure_is_worth(tmp_path):
    bom = [*BOM, *(["A", f"SCREW-{n}"] for n in range(7)), *(["B", f"SCREW-{n}"] for n in range(7))]
    company = handed_in.company(written(tmp_path / "a.xlsx", Sourcing=SOURCING, BOM=bom, Products=PRODUCTS))
    company.measures = [{"part": "P1", "measure": "stock", "days": 60.0, "cost": 5.0, "_ref": "x!1"}]
    built = build_graph(company)
    found = mitigate(company, built, work_out(company, built, [], "en"), 10.0)
    assert found is not None and found.plan is not None
    (row,) = [row for row in found.rows if row["measure"] == "M01"]
    # China stops gear P1 for 60 days beyond its stock, X with it: 60 more days of stock save these, of product A, each time.
    threats = len(found.threats)
    assert row["removed_estimate"] * threats == pytest.approx(2 * 60 * 10, rel=0.01)
    assert row["removed_low"] == pytest.approx(row["removed_high"]) and found.plan.chosen == ("M01",)


def tariff_of(path, rows):
    company = handed_in.company(written(path, BOM=[("T", "a")], Products=[("T", 365.0)], Sourcing=rows))
    asked = Asked("t", "tariff", "t", 180.0, country="CHN", rate=0.1)
    return company, _tariff(company, asked)


def test_a_row_without_an_amount_leaves_the_amount_of_its_source_open(tmp_path):
    row = ("a", "part a", "Alpha", "China", "", "", "", "", 1000.0)
    other = ("a", "part a", "Beta", "Germany", "", "", "", "", 1000.0)
    whole, known = tariff_of(tmp_path / "whole.xlsx", [row, row, other])
    assert known["loss_low"] == known["loss_high"] == 200.0
    assert [source.share for source in whole.sources["a"]] == [2 / 3, 1 / 3]
    company, blank = tariff_of(tmp_path / "blank.xlsx", [row, (*row[:-1], ""), other])
    assert (blank["loss_low"], blank["loss_high"], blank["blank"]) == (100.0, None, 1)
    assert [source.share for source in company.sources["a"]] == [None, None]
    assert company.spend("a") is None


def test_of_parts_that_run_out_on_one_day_the_first_by_name_is_told():
    """Thirty days for 60 % and twenty-five for half last as long, whatever the last digit of a float says."""
    days = [25.0 / (1 - 0.5), 30.0 / (1 - 0.4)]
    short = pl.DataFrame({"item": ["own:b", "own:a"], "lost": [0.5, 0.6], "days": [days[0] - 1e-9, days[1]]})
    assert first_parts(short.with_columns(threat=pl.lit("CHN"))) == {"CHN": "a"}


def test_the_first_part_to_run_out_is_the_one_of_the_first_shortage(tmp_path):
    """The motor comes on until its maker's 40 days of magnets are gone: its stock of 25 ends on day 65, castings on 30."""
    head = ["part", "supplier", "country", "share", "stock days", "switching days"]
    rows = [["motor", "M", "Japan", 1, 25, 400], ["magnet", "N", "China", 1, 40, 400], ["casting", "C", "China", 1, 30, 400]]
    needs = [["parent", "part"], ["A", "motor"], ["A", "casting"], ["motor", "magnet"]]
    sheets = {"Sourcing": [head, *rows], "BOM": needs, "Products": [["product", "revenue"], ["A", 3650]]}
    found = audit(workbook(tmp_path / "a.xlsx", sheets), lang="en", world=SupplyGraph())
    rows = {row["node"]: row for row in (*found.figures.countries, *found.figures.makers)}
    china, magnet = rows["CHN"], next(row for row in rows.values() if row["name"] == "N")
    assert (china["day"], china["first_part"]) == (30, "casting") and (magnet["day"], magnet["first_part"]) == (65, "motor")


def test_who_makes_what_a_trading_company_sells_is_as_open_to_the_concentration_as_to_the_single_source(tmp_path):
    head = ["part", "supplier", "maker", "country", "share"]
    book = workbook(
        tmp_path / "a.xlsx",
        {
            "Sourcing": [head, ["P", "Screw Trading", None, None, "100%"], ["Q", "Acme", "Acme", "Japan", "100%"]],
            "Suppliers": [["supplier", "kind"], ["Screw Trading", "trading company"]],
            "BOM": [["parent", "part"], ["A", "P"], ["A", "Q"]],
        },
    )
    found = audit(book, lang="en", date=DATE, world=SupplyGraph())
    parts = {row["part"]: row for row in found.figures.parts}
    assert (parts["P"]["single"], parts["P"]["hhi_low"], parts["P"]["hhi_high"]) == ("possible", 0.0, 1.0)
    assert (parts["Q"]["single"], parts["Q"]["hhi_low"], parts["Q"]["hhi_high"]) == ("certain", 1.0, 1.0)
    counts = {one.check: one.says.values for one in found.findings if one.check in {"single", "concentration"}}
    assert {(one["count"], one["possible"], one["known"]) for one in counts.values()} == {(1, 1, 2)}


def test_the_stake_of_a_part_is_what_it_costs_in_its_worst_stop_were_all_else_at_hand(tmp_path):
    """Each part alone in its products, day by day: what all other parts hold and who delivers them does not matter."""
    path = written(tmp_path / "a.xlsx", Sourcing=SOURCING, BOM=BOM, Products=PRODUCTS)
    company, found = handed_in.company(path), figures_of(path)
    stops = [
        {"country": row["node"]} if not row["maker"] else {"maker": row["name"]} for row in found.countries + found.makers
    ]
    for row in found.parts:
        oracle = Oracle(company)
        oracle.leaves = lambda product, part=row["part"]: {part}
        worst = max(oracle.lost("A", **{"country": None, "maker": None} | stop, step=0.25)[0] for stop in stops)
        assert row["stake"] == pytest.approx(worst * HORIZON / 365 * row["revenue"], rel=0.01, abs=5.0), row["part"]
    assert sum(row["stake"] > 0 for row in found.parts) >= 3


@pytest.mark.parametrize(
    ("stock", "shown", "lost", "gap"),
    [
        ("30-60日", {"en": "30–60 days", "ja": "30〜60日"}, (120, 135, 150), (340, 370)),
        ("60日以内", {"en": "up to 60 days", "ja": "60日以内"}, (120, 150, 180), (340, 400)),
        ("30日以上", {"en": "30+ days", "ja": "30日以上"}, (0, 150, 150), (0, 370)),
    ],
)
def test_a_stock_as_a_range_is_shown_as_one_and_bounds_the_losses(tmp_path, stock, shown, lost, gap):
    """A unit of revenue a day, 180 days without China, and switching takes 400."""
    sources = [["P", None, "X", "China", "100%", stock, 400, "yes", 1]]
    path = written(tmp_path / "a.xlsx", Sourcing=sources, BOM=[["A", "P"]], Products=[["A", 365]])
    for lang, says in shown.items():
        found = content(audit(path, lang=lang, date=DATE, world=SupplyGraph()), lang)
        (row,) = found["board"]["countries"]
        assert [row[name] for name in ("loss_low", "loss", "loss_high")] == pytest.approx(lost)
        assert row["stock_says"] == found["parts"][0]["stock_says"] == says and f">{says}<" in render(found)
        assert (
            found["coverage"]["stock_known"] == 1.0 and (found["parts"][0]["gap_low"], found["parts"][0]["gap_high"]) == gap
        )
        write_report_workbook(tmp_path / "r.xlsx", found)
        book = openpyxl.load_workbook(tmp_path / "r.xlsx")
        names = [text(f"app.audit_page.sheet_{sheet}", lang) for sheet in ("board", "parts", "countries", "makers")]
        assert all(says in {cell.value for row in book[name].iter_rows() for cell in row} for name in names)


@pytest.mark.parametrize(("stock", "marked"), [(30, True), (90, False), ("30-50日", True), ("30-90日", False)])
def test_the_mark_of_a_stock_that_does_not_last_is_explained_where_it_stands(tmp_path, stock, marked):
    sources = [["P", None, "X", "China", "100%", stock, 60, "yes", 1]]
    path = written(tmp_path / "a.xlsx", Sourcing=sources, BOM=[["A", "P"]], Products=[["A", 365]])
    for lang, says in (("en", "&#34;!&#34;: the stock"), ("ja", "「!」は在庫日数が")):
        found = audit(path, lang=lang, date=DATE, world=SupplyGraph())
        page = render(content(found, lang))
        assert ('class="num strong warn"' in page) == (says in page) == marked


def test_a_part_of_which_none_goes_in_is_needed_or_not_nobody_knows(tmp_path):
    rows = [
        ["level", "part", "quantity", "essential", "supplier", "country", "share", "stock days", "switch days"],
        [0, "P", 1],
        [1, "ONE", 1, None, "X", "China", 1, 0, 90],
        [1, "ZERO", 0, None, "Y", "Taiwan", 1, 0, 90],
        [1, "STATED", 0, "yes", "Z", "Germany", 1, 0, 90],
        [1, "TWICE", 0, None, "V", "Vietnam", 1, 0, 90],
        [1, "TWICE", 2, None, "V", "Vietnam", 1, 0, 90],
    ]
    found = audit(workbook(tmp_path / "a.xlsx", {"BOM": rows}), lang="en", date="2026-11-23", world=SupplyGraph())
    lost = {
        row["node"]: (row["products"][0]["lost_low"], row["products"][0]["lost_open"]) for row in found.figures.countries
    }
    assert lost == {"CHN": (0.5, 0.5), "TWN": (0.0, 0.5), "DEU": (0.5, 0.5), "VNM": (0.5, 0.5)}
    said = [(remark.row, remark.severity) for remark in found.company.remarks if remark.message.key.endswith("none_goes_in")]
    assert said == [(4, "warning")]

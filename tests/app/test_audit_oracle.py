"""Every figure of the board page a second time: what the package says beside the oracle, which knows only the cells."""

import handed_in
import openpyxl
import pytest
from audit_oracle import agreement
from audit_oracle.mutants import DEMO, mutated
from audit_oracle.stops import Oracle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.content import content
from kanmon.app.audit.figures import work_out
from kanmon.app.audit.report import audit
from kanmon.graph import SupplyGraph
from openpyxl.cell.cell import MergedCell

DATE = "2026-11-23"
NEVER = float("inf")
# A plant of which the sourcing sheet says nothing stands where the suppliers sheet says; this one cell contradicts it.
TWO_PLACES = "中国・台湾"
BLANKED = ["調達先", "製造拠点国", "調達割合", "認定", "認定日", "切替日数", "在庫数", "1日使用量", "在庫日数", "年間購入額"]


def figures_of(path):
    company = handed_in.company(path)
    return work_out(company, build_graph(company), [], "en")


@pytest.fixture(scope="module")
def whole():
    return figures_of(DEMO)


# Its two shares sum to more than the whole, so that neither counts: one of them alone would be a statement.
OVER = "RE-101"
WHOLE = "a whole row"
cells = st.tuples(st.sampled_from([*BLANKED, "年間売上", WHOLE]), st.integers(3, 135))


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cells, min_size=1, max_size=40))
def test_blank_cells_never_make_a_figure_of_the_board_better_than_it_may_be(tmp_path, whole, blank):
    """Bounds only widen; a stop that is not named any more is among what no row names, or what nobody is named for."""
    book = openpyxl.load_workbook(DEMO)
    for name, row in [(one, row) for what, row in blank for one in (BLANKED if what == WHOLE else [what])]:
        page = book["製品" if name == "年間売上" else "調達"]
        at = {str(cell.value).split("\n")[0]: cell.column for cell in page[2] if cell.value}[name]
        cell = page.cell(3 + row % 3 if name == "年間売上" else row, at)
        stands = cell.value == TWO_PLACES or (name == "調達割合" and page.cell(cell.row, 1).value == OVER)
        if not isinstance(cell, MergedCell) and not stands:
            cell.value = None
    book.save(tmp_path / "blank.xlsx")
    found = figures_of(tmp_path / "blank.xlsx")
    rows = {row["node"]: row for row in [*found.countries, *found.makers]}
    worst = lambda value: NEVER if value is None else value  # noqa: E731
    for row in [*whole.countries, *whole.makers]:
        now, most = rows.get(row["node"]), worst(row["loss_open"])
        if now is None:
            unnamed = [worst(one["loss_open"]) for one in rows.values()] if found.unsourced else []
            unseen = worst(found.unseen.get("maker" if row["maker"] else "country", 0.0))
            assert max([unseen, *unnamed], default=0.0) >= most - 1.0, row["node"]
            continue
        assert now["loss_low"] <= row["loss_low"] + 1.0 and worst(now["loss_open"]) >= most - 1.0, row["node"]
        assert now["year_low"] <= row["year_low"] + 1.0
        assert worst(now["day_high"]) >= worst(row["day_high"]) - 1e-6
        if found.unsourced == whole.unsourced:
            assert worst(now["loss_high"]) >= worst(row["loss_high"]) - 1.0
            assert worst(now["day_low"]) <= worst(row["day_low"]) + 1e-6
    for name in ("country_known", "maker_known", "supplier_known", "stock_known", "switch_known", "tier2_own"):
        assert found.coverage[name] <= whole.coverage[name] + 1e-9, name
    for sure in (lambda part: part["single"] == "certain", lambda part: (part["foreign_low"] or 0.0) > 0.5 + 1e-9):
        assert {part["part"] for part in found.parts if sure(part)} <= {part["part"] for part in whole.parts if sure(part)}
    for maybe in (lambda part: part["single"] != "no", lambda part: not part["active"] or part["foreign_most"] > 0.5):
        assert {part["part"] for part in found.parts if maybe(part)} >= {part["part"] for part in whole.parts if maybe(part)}


def test_what_the_shares_of_a_part_leave_may_be_bought_of_a_maker_that_no_row_names(tmp_path, whole):
    """Of the two makers of EN-110 the one that makes nothing else goes, with all its row says: 40 % are nobody's."""
    book = openpyxl.load_workbook(DEMO)
    page = book["調達"]
    (row,) = [row for row in page.iter_rows(min_row=3) if row[2].value == "Kakuu Geber F06"]
    for cell in row[2:]:
        cell.value = None
    book.save(tmp_path / "rest.xlsx")
    found = figures_of(tmp_path / "rest.xlsx")
    (gone,) = [one for one in whole.makers if one["name"] == "Kakuu Geber F06"]
    assert "Kakuu Geber F06" not in {one["name"] for one in found.makers}
    assert found.unseen["maker"] >= gone["loss_high"] > 0
    assert found.unseen["country"] >= gone["loss_high"]


CASES = [
    (0, False, False),
    *((seed, False, False) for seed in (1, 2, 3, 5, 15, 66)),
    *((seed, True, False) for seed in (9, 11, 14, 15, 16, 1482)),
    *((seed, False, True) for seed in (4, 7, 101)),
    (17, True, True),
]
"""The demo; with blanks; with blanks and markets behind markets; and each with ranges of times."""


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}{'-deep' * case[1]}{'-spans' * case[2]}")
def both(request, tmp_path_factory):
    """A workbook (the demo, or a mutated one) as the package and as the oracle see it, and what the report shows."""
    seed, deep, spans = request.param
    path = DEMO if seed == 0 else mutated(tmp_path_factory.mktemp("mutated") / "audit.xlsx", seed, deep, spans)
    found = audit(path, lang="ja", date=DATE, world=SupplyGraph())
    return found, Oracle(path), content(found, "ja")


def test_every_stop_costs_what_the_cells_say_in_every_reading(both):
    agreement.stops(*both)


def test_what_no_row_names_may_cost_what_the_blank_cells_allow(both):
    agreement.unseen(*both)


@pytest.mark.parametrize("seed", [0, 3, 15])
def test_without_a_revenue_the_board_shows_parts_of_the_output_and_no_money(tmp_path, seed):
    path = tmp_path / "audit.xlsx"
    book = openpyxl.load_workbook(DEMO if seed == 0 else mutated(path, seed))
    page = book["製品"]
    at = next(cell.column for row in page.iter_rows(max_row=3) for cell in row if str(cell.value).startswith("年間売上"))
    for row in page.iter_rows(min_row=3, min_col=at, max_col=at):
        row[0].value = None
    book.save(path)
    found = audit(path, lang="ja", date=DATE, world=SupplyGraph())
    shown = content(found, "ja")
    assert shown["board"]["countries"] and shown["board"]["makers"]
    oracle = Oracle(path)
    agreement.board(found, oracle, shown)
    own = [line for step in shown["board"]["first"] for line in step["items"]]
    assert len(own) == min(len(oracle.books.measures), 4) and all(line["owner"] and line["due"] for line in own)


def test_the_board_shows_the_worst_stops_in_order_and_says_their_figures(both):
    agreement.board(*both)


def test_the_tiles_are_counts_of_the_cells(both):
    agreement.tiles(*both)


def test_direct_spend_and_quantity_of_a_country_are_sums_of_the_rows(both):
    agreement.places(*both)


def test_the_findings_count_what_the_cells_say(both):
    agreement.findings(*both)


def test_what_several_suppliers_of_a_part_have_behind_them_is_in_the_cells(both):
    agreement.diamonds(*both)


def test_the_concentration_of_makers_is_that_of_the_cells(both):
    agreement.concentration(*both)


def test_the_plan_is_the_best_of_all_sets_within_the_budget(both):
    agreement.plan(*both)

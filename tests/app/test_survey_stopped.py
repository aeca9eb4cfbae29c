"""What a stop does to each product, as the question loop sees it: a row for each stop asked about, by hand."""

import pytest
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.survey.stopped import stopped
from survey_company import company


def test_each_stop_has_its_row_however_often_it_is_asked_about_and_a_maker_that_nobody_buys_from_stops_nothing(tmp_path):
    found = company(tmp_path / "company.xlsx")
    built, days = build_graph(found), found.stop_days
    nodes = [("own@@Nobody", False), ("CHN", True), ("own@@Alpha", False), ("CHN", True), ("USA", True)]
    nobody, china, alpha, again, usa = stopped(found, built, nodes)
    assert nobody == {} and china == again
    # Half of the gears, of which 30 days are in stock; of the part whose maker's country is blank 20 days, all or nothing.
    half = (0.5 * days - 30) / days
    assert alpha["X"].stops == pytest.approx((0.5, 0.5)) and alpha["X"].lost == pytest.approx((half, half))
    assert alpha["X"].day == pytest.approx((60.0, 60.0))
    assert china["X"].stops == pytest.approx((0.5, 1.0)) and china["X"].lost == pytest.approx((half, (days - 20) / days))
    assert china["X"].day == pytest.approx((20.0, 60.0))
    assert usa["X"].stops == pytest.approx((0.0, 1.0)) and usa["X"].lost == pytest.approx((0.0, (days - 20) / days))
    assert usa["X"].day == pytest.approx((20.0, days)), "no shortage is one after the stop"

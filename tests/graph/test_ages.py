"""An old figure says so beside its year, in both languages, wherever it is printed."""

from datetime import date

import pytest
from kanmon.graph import SupplyGraph
from kanmon.graph.ages import STALE, dated
from kanmon.risk import explain


@pytest.mark.parametrize(("back", "old"), [(0, False), (STALE, False), (STALE + 1, True), (-2, False)])
def test_a_year_says_its_age_from_the_sixth_year_on(back, old):
    year = date.today().year - back
    assert dated(year, "en") == (f"{year}, {back} years old" if old else str(year))
    assert (f"{back}年前" in dated(year, "ja")) == old


def test_sentences_about_an_old_share_say_so():
    year = date.today().year - 9
    graph = SupplyGraph(
        items=[{"id": i, "name_en": i, "kind": "component"} for i in ("motor", "magnet")],
        inputs=[{"item": "motor", "input": "magnet", "source": "s"}],
        suppliers=[{"id": "CHN", "name_en": "China", "kind": "country"}],
        shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.75, "year": year}],
        sources=[{"id": "s", "title": "t", "publisher": "A ministry"}],
    )
    lines = explain(graph, "motor", "CHN")
    assert any(f"A ministry, {year}, 9 years old" in line for line in lines["text_en"])
    assert any(f"A ministry、{year}、9年前" in line for line in lines["text_ja"])

"""The what-if widget answers as `simulate` does, and never shows a user's words as markup."""

import kanmon as kn
import pytest
from kanmon.graph import SupplyGraph, UnknownIdError

pytest.importorskip("ipywidgets")


def chain(name="Robot"):
    return SupplyGraph(
        items=[
            {"id": "robot", "name_en": name, "kind": "product"},
            {"id": "magnet", "name_en": "Magnet", "kind": "component"},
        ],
        inputs=[{"item": "robot", "input": "magnet", "source": "s"}],
        suppliers=[{"id": c, "name_en": c, "kind": "country"} for c in ("CHN", "JPN")],
        shares=[{"item": "magnet", "supplier": "CHN", "source": "s", "share": 0.6}],
        sources=[{"id": "s", "title": "t", "publisher": "p"}],
    )


def test_sliders_move_the_interval():
    box = kn.app.whatif_widget(chain(), lang="en")
    _, hold, cut, added, days, _, answer = box.children
    assert hold.value == ("CHN", "magnet")
    assert "Robot: 40% is kept" in answer.value
    cut.value = 0.5
    assert "Robot: 70% is kept" in answer.value
    added.value = 0.2
    assert "Robot: 90% is kept" in answer.value
    days.value = 30
    assert "First short between day 30 and day" in answer.value
    days.value = 0
    assert "First short" not in answer.value
    hold.value = None
    assert "Robot: 100% is kept" in answer.value


def test_with_a_buyer_supply_is_cut_as_an_embargo():
    box = kn.app.whatif_widget(chain(), "robot", buyer="JPN", lang="ja")
    assert "維持できる供給は 40%" in box.children[-1].value
    scenario = kn.risk.Scenario("s", kn.risk.embargo("CHN", item="magnet", to="JPN"))
    assert kn.risk.simulate(chain(), scenario, product="robot", buyer="JPN")["kept_low"][0] == pytest.approx(0.4)


def test_names_are_text():
    box = kn.app.whatif_widget(chain("<img src=x onerror=alert(1)>"), lang="en")
    assert "<img" not in box.children[-1].value


def test_unknown_places_are_told():
    with pytest.raises(UnknownIdError):
        kn.app.whatif_widget(chain(), buyer="JP")
    with pytest.raises(UnknownIdError):
        kn.app.whatif_widget(chain(), "robots")

"""Pictures show what their frame says: lengths, areas, shades and words are those of its rows, in both languages."""

import warnings

import kanmon as kn
import numpy as np
import polars as pl
import pytest
from kanmon import plot
from kanmon.graph import InputError, UnknownIdError
from kanmon.plot import canvas, maps
from kanmon.plot.areas import squarified
from kanmon.risk import Scenario, concentration, cut_sets, halt, simulate, timeline, what_to_find_out
from matplotlib.colors import to_rgb

LANGUAGES = ("en", "ja")


@pytest.fixture(scope="module")
def graph():
    return kn.load("permanent_magnet")


@pytest.fixture(scope="module")
def markets(graph):
    return graph.preferred("country", "world").filter(level="country")


@pytest.fixture(scope="module")
def asked(graph):
    prior = kn.datasets.maker_prior(graph)
    return what_to_find_out(graph, halt("CHN"), product="ndfeb_magnet", buyer="JPN", prior=prior)


def grey(color):
    """Luminance of a colour, as a photocopy shows it."""
    return float(np.dot(to_rgb(color), (0.2126, 0.7152, 0.0722)))


def test_bars_are_as_long_as_the_frame_says(graph):
    frame = concentration(graph)
    axes = plot.intervals(frame, graph=graph, most=6, lang="en").axes[0]
    labels = [words.get_text() for words in axes.get_yticklabels()]
    least, more = axes.containers[:2]
    told = frame.filter("preferred").unique("item", keep="first")
    rows = {
        row["name_en"]: row for row in told.join(graph.items.select("name_en", item="id"), on="item").iter_rows(named=True)
    }
    assert len(labels) == 6
    for label, low, rest in zip(labels, least, more, strict=True):
        assert low.get_width() == rows[label]["hhi_low"]
        assert low.get_width() + rest.get_width() == pytest.approx(rows[label]["hhi_high"])
    lows = [bar.get_width() for bar in least]
    assert lows == sorted(lows, reverse=True)


def test_a_loss_is_what_is_not_kept(graph):
    frame = simulate(graph, halt("CHN"), product="ndfeb_magnet")
    axes = plot.intervals(frame, "loss", graph=graph, lang="en", most=50).axes[0]
    told = dict(zip([words.get_text() for words in axes.get_yticklabels()], axes.containers[0], strict=True))
    row = frame.row(by_predicate=pl.col("item") == "ndfeb_magnet", named=True)
    assert told[graph.item("ndfeb_magnet")["name_en"]].get_width() == pytest.approx(1 - row["kept_high"])


def test_two_years_stand_side_by_side():
    rows = [{"item": i, "year": y, "hhi_low": 0.1 * y, "hhi_high": 0.1 * y + 0.2} for i in "ab" for y in (1, 2)]
    axes = plot.intervals(pl.DataFrame([*rows, {"item": "c", "year": 1, "hhi_low": 0.9, "hhi_high": 1.0}]), by="year").axes[
        0
    ]
    assert [words.get_text() for words in axes.get_yticklabels()] == ["a", "b"], "what has one year has nothing beside it"
    assert [bar.get_width() for bar in axes.containers[0]] == pytest.approx([0.1, 0.1])
    assert [bar.get_width() for bar in axes.containers[2]] == pytest.approx([0.2, 0.2])
    heights = [bar.get_y() for part in (axes.containers[0], axes.containers[2]) for bar in part]
    assert len(set(heights)) == 4


def test_a_fan_follows_the_rates(graph):
    frame = timeline(graph, Scenario("stop", halt("CHN", lasts=90)), product="ndfeb_magnet", horizon=180)
    axes = plot.fan(frame, "ndfeb_magnet", graph=graph, lang="en").axes[0]
    rows = frame.filter(item="ndfeb_magnet")
    low, high, estimate = axes.lines[:3]
    for line, end in ((low, "low"), (high, "high"), (estimate, "estimate")):
        assert list(line.get_xdata()) == rows["day"].to_list()
        assert list(line.get_ydata()) == rows[f"rate_{end}"].to_list()


def test_a_tornado_is_sorted_and_shows_what_is_explained(asked, graph):
    figure = plot.tornado(asked, most=5, lang="en")
    both, alone = figure.axes[0].containers
    widths = [bar.get_width() for bar in both]
    assert widths == sorted(widths, reverse=True)
    told = asked.sort("explains_total", descending=True, nulls_last=True)
    assert widths == pytest.approx(told["explains_total"].head(len(widths)).to_list())
    assert all(a.get_width() <= b.get_width() + 1e-9 for a, b in zip(alone, both, strict=True))
    steps = [words.get_text()[0] for words in figure.axes[0].get_yticklabels() if words.get_text()[0].isdigit()]
    assert set(steps) <= {"1", "2", "3", "4", "5"}


def test_a_cell_of_the_heat_map_is_the_item_with_the_greatest_least():
    frame = pl.DataFrame(
        {
            "supplier": ["CHN", "CHN", "JPN"],
            "stage": ["mining", "mining", "mining"],
            "share_low": [0.3, 0.6, 0.1],
            "share_high": [0.9, 0.6, 0.1],
        }
    )
    axes = plot.heat_map(frame, lang="en").axes[0]
    assert [words.get_text() for words in axes.texts] == ["60%", "10%"]
    dark, light = (grey(patch.get_facecolor()[:3]) for patch in axes.patches)
    assert dark < light


@pytest.mark.parametrize("item", ["ndfeb_magnet", "re_separation"])
def test_areas_of_a_treemap_are_shares_and_the_rest_is_nobodys(graph, markets, item):
    axes = plot.treemap(markets, item, graph=graph, lang="en").axes[0]
    areas = sorted((patch.get_width() * patch.get_height() for patch in axes.patches), reverse=True)
    known = markets.filter(item=item)["share_low"].sort(descending=True).to_list()
    assert sum(areas) == pytest.approx(1)
    rest = 1 - sum(known)
    assert areas == pytest.approx(sorted([*known, *([rest] if rest > 0.005 else [])], reverse=True))


def test_squares_fill_the_box_without_overlap():
    sizes = [6, 6, 4, 3, 2, 2, 1]
    boxes = squarified(sizes, (0, 0, 6, 4))
    assert [w * h for _, _, w, h in boxes] == pytest.approx(sizes)
    for i, (x, y, w, h) in enumerate(boxes):
        assert -1e-9 <= x <= x + w <= 6 + 1e-9
        assert -1e-9 <= y <= y + h <= 4 + 1e-9
        for a, b, c, d in boxes[:i]:
            assert min(x + w, a + c) - max(x, a) < 1e-9 or min(y + h, b + d) - max(y, b) < 1e-9


def test_a_flow_has_a_bar_a_step_and_no_band_from_nobody():
    frame = pl.DataFrame(
        {
            "item": ["ore", "ore", "metal"],
            "supplier": ["CHN", "AUS", "CHN"],
            "share_low": [0.2, 0.5, 0.7],
            "share_high": [0.2, 0.5, 0.7],
        }
    )
    axes = plot.flow(frame, ["ore", "metal", "magnet"], lang="en").axes[0]
    heights = [patch.get_height() for patch in axes.patches]
    assert heights == pytest.approx([0.2, 0.5, 0.3, 0.7, 0.3, 1.0])
    assert len(axes.collections) == 1, "China alone holds two steps one after the other"


def test_a_flow_of_a_step_that_is_none_is_refused(graph, markets):
    with pytest.raises(UnknownIdError):
        plot.flow(markets, ["ndfeb_magnet", "nothing"], graph=graph)


def test_a_map_shades_by_the_least_and_says_what_it_cannot_show():
    frame = pl.DataFrame({"supplier": ["CHN", "JPN", "SGP"], "share_low": [0.6, 0.02, 0.1], "share_high": [0.9, 0.02, 0.1]})
    figure = plot.world_map(frame, lang="en")
    shown = [p for p in figure.axes[0].patches if tuple(p.get_facecolor()[:3]) != to_rgb("#f6f6f4")]
    faces = {tuple(round(c, 3) for c in p.get_facecolor()[:3]) for p in shown}
    assert faces == {tuple(round(c, 3) for c in to_rgb(maps.SHADES[maps.shade_of(s)])) for s in (0.6, 0.02)}
    assert "SGP 10%" in figure._supxlabel.get_text()
    assert "28%" in figure._supxlabel.get_text()
    with pytest.raises(InputError):
        plot.world_map(pl.concat([frame, frame]))


def test_every_outline_is_a_country_or_has_no_code():
    known = set(kn.datasets.countries()["iso3"])
    assert set(kn.datasets.outlines()["iso3"].drop_nulls()) <= known
    assert {"JPN", "CHN", "TWN", "FRA", "NOR", "XKX"} <= set(kn.datasets.outlines()["iso3"])


def test_areas_on_the_map_are_true():
    x, y = maps.projected(np.array([10.0, 11.0, 11.0, 10.0]), np.array([60.0, 60.0, 61.0, 61.0]))
    u, v = maps.projected(np.array([-70.0, -69.0, -69.0, -70.0]), np.array([0.0, 0.0, 1.0, 1.0]))

    def area(x, y):
        return abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2

    sphere = (np.sin(np.radians(61)) - np.sin(np.radians(60))) / np.sin(np.radians(1))
    assert area(x, y) / area(u, v) == pytest.approx(sphere, rel=2e-3)


def test_a_cut_set_has_a_dot_a_member(graph):
    frame = cut_sets(graph, "ndfeb_magnet", max_order=2)
    figure = plot.cut_set_matrix(frame, graph=graph, lang="en")
    above, below = figure.axes
    dots = [len(one.get_offsets()) for one in below.collections]
    assert dots == [len(members) for members in frame["members"].head(14)]
    assert [bar.get_height() for bar in above.containers[0]] == frame["loss_low"].head(14).to_list()


def everything(graph, markets, asked, lang):
    course = timeline(graph, Scenario("stop", halt("CHN", lasts=90)), product="ndfeb_magnet")
    yield plot.intervals(concentration(graph), graph=graph, lang=lang, limit=0.25)
    yield plot.fan(course, "ndfeb_magnet", graph=graph, lang=lang)
    yield plot.tornado(asked, graph=graph, lang=lang)
    yield plot.heat_map(markets, graph=graph, columns="item", lang=lang)
    yield plot.flow(markets, ["re_separation", "ndfeb_magnet"], graph=graph, lang=lang)
    yield plot.treemap(markets, graph=graph, lang=lang)
    yield plot.world_map(markets.filter(item="ndfeb_magnet"), graph=graph, lang=lang)
    yield plot.cut_set_matrix(cut_sets(graph, "ndfeb_magnet"), graph=graph, lang=lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_letters_have_a_font_or_it_is_said(graph, markets, asked, lang, tmp_path):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        for number, figure in enumerate(everything(graph, markets, asked, lang)):
            figure.savefig(tmp_path / f"{number}.png", dpi=40)
    said = [str(one.message) for one in found]
    assert not any("Glyph" in one for one in said)
    assert any("Noto Sans" in one for one in said) == (lang == "ja" and canvas.japanese_font() is None)


def test_vectors_are_written(graph, tmp_path):
    figure = plot.intervals(concentration(graph), graph=graph, lang="ja", most=3)
    for ending, start in ((".pdf", b"%PDF"), (".svg", b"<?xml")):
        figure.savefig(tmp_path / f"a{ending}")
        assert (tmp_path / f"a{ending}").read_bytes().startswith(start)
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_shades_keep_their_order_in_grey():
    for shades in (canvas.SHADES[::-1], (canvas.CERTAIN, canvas.POSSIBLE, canvas.OPEN), canvas.GROUPS):
        levels = [grey(shade) for shade in shades]
        assert levels == sorted(levels)
        assert min(np.diff(levels)) > 0.03


def test_a_name_with_signs_is_a_name():
    frame = pl.DataFrame({"item": ["$x$ <b>", "a"], "hhi_low": [0.1, 0.2], "hhi_high": [0.2, 0.3]})
    labels = plot.intervals(frame).axes[0].get_yticklabels()
    assert {words.get_text() for words in labels} == {"$x$ <b>", "a"}
    assert not any(words.get_parse_math() for words in labels)


def test_matplotlib_is_as_it_was(graph):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plot.intervals(concentration(graph), lang="en")
    assert dict(mpl.rcParams) == before


def test_axes_of_ones_own_are_drawn_into(graph):
    from matplotlib.figure import Figure

    own = Figure().subplots()
    assert plot.intervals(concentration(graph), axes=own, lang="en") is own.figure


@pytest.mark.parametrize("draw", [plot.intervals, plot.fan, plot.tornado, plot.heat_map, plot.treemap, plot.world_map])
def test_a_frame_of_another_kind_is_refused(draw):
    with pytest.raises(InputError):
        draw(pl.DataFrame({"a": [1]}))


def test_a_figure_that_is_none_is_named_with_the_nearest(graph):
    with pytest.raises(InputError, match="hhi"):
        plot.intervals(concentration(graph), "hhj")

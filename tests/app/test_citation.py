"""What an answer rests on can be cited: the program, the data with its years, the sources that it names."""

import json
import re
from inspect import signature
from pathlib import Path

import kanmon as kn
import polars as pl
import pytest
from kanmon import datasets
from kanmon.graph import InputError, UnknownIdError
from kanmon.graph.yaml import read_yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def graph():
    return kn.load("permanent_magnet")


def test_without_an_answer_the_program_and_the_data_are_cited():
    lines = kn.cite(lang="en").splitlines()
    assert len(lines) == 2
    assert kn.__version__ in lines[0] and "world" in lines[1]


def test_every_source_of_an_answer_is_cited_once_with_the_years_of_its_figures(graph):
    frame = kn.risk.concentration(graph)
    cited = kn.cite(frame, frame, graph=graph, lang="en").splitlines()[2:]
    ids = [re.match(r"\[(.+?)\]", line)[1] for line in cited]
    assert ids == sorted(set(frame["source"]))
    years = graph.shares.filter(source=ids[0])["year"]
    assert str(years.max()) in cited[0] and str(years.min()) in cited[0]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_graph_is_cited_by_all_its_sources_and_a_study_by_those_it_names(graph, lang):
    assert len(kn.cite(graph, graph=graph, lang=lang).splitlines()) == 2 + graph.sources.height
    study = kn.study(graph, "ndfeb_alloy", kn.risk.halt("CHN"))
    assert len(kn.cite(study, lang=lang).splitlines()) == 2 + study.sources.height < 2 + graph.sources.height


def test_a_graph_of_ones_own_is_cited_by_its_own_sources_without_saying_so_twice():
    own = kn.SupplyGraph(sources=[{"id": "mine", "title": "A list", "publisher": "A firm"}], name="own")
    assert kn.cite(own, lang="en").splitlines()[1:] == ["Data: own, 1 sources, figures of –.", "[mine] A firm. A list"]


def test_any_frame_is_cited_and_several_sources_of_a_row(graph):
    ids = graph.sources["id"].to_list()[:2]
    frame = pl.DataFrame({"source": ["|".join(ids), None]})
    for answer in (frame, frame.to_pandas(), frame.lazy()):
        assert len(kn.cite(answer, graph=graph).splitlines()) == 4


def test_an_answer_without_sources_is_refused(graph):
    with pytest.raises(InputError):
        kn.cite(pl.DataFrame({"a": [1]}), graph=graph)
    with pytest.raises(InputError):
        kn.cite("words", graph=graph)


def test_a_source_that_the_graph_does_not_have_is_named(graph):
    with pytest.raises(UnknownIdError, match="nowhere"):
        kn.cite(pl.DataFrame({"source": ["nowhere"]}), graph=graph)


@pytest.mark.parametrize(
    ("table", "sources"),
    [
        (datasets.measures, datasets.measure_sources),
        (datasets.country_groups, datasets.measure_sources),
        (datasets.thresholds, datasets.trade_sources),
        (datasets.governance, datasets.trade_sources),
        (datasets.critical_products, datasets.policy_sources),
        (datasets.strategic_fields, datasets.policy_sources),
        (datasets.wiod_sectors, datasets.wiod_sources),
    ],
)
def test_a_reference_table_is_cited_by_its_own_sources_and_by_no_graph(table, sources):
    frame = table()
    titles = dict(sources().select("id", "title").iter_rows())
    program, *lines = kn.cite(frame, lang="en").splitlines()
    named = sorted({id for cell in frame["source"].drop_nulls() for id in cell.split("|")})
    assert [re.match(r"\[(.+?)\]", line)[1] for line in lines] == named
    assert all(titles[id] in line for id, line in zip(named, lines, strict=True))
    assert "Kanmon" in program and not any("Data:" in line for line in lines)


@pytest.mark.parametrize("table", [datasets.technologies, datasets.guideline_items, datasets.part_series])
def test_a_source_in_words_is_cited_word_for_word_and_by_no_graph(table):
    frame = table()
    _, *lines = kn.cite(frame, lang="en").splitlines()
    assert lines == sorted(set(frame["source"].drop_nulls()) - {"none"}) != []
    measures = datasets.measures()
    assert kn.cite(measures, frame, lang="en").splitlines() == [*kn.cite(measures, lang="en").splitlines(), *lines]


def test_every_reference_table_that_names_sources_is_cited():
    for name in datasets.__all__:
        makes = getattr(datasets, name)
        if not isinstance(makes, type) and all(one.default is not one.empty for one in signature(makes).parameters.values()):
            table = makes()
            if isinstance(table, pl.DataFrame) and ("source" in table.columns or name.endswith("_sources")):
                assert len(kn.cite(table).splitlines()) > 1, name


def test_a_source_of_the_graph_goes_before_one_of_a_reference_table(graph):
    id = datasets.measure_sources()["id"][0]
    own = kn.SupplyGraph(sources=[{"id": id, "title": "A list of mine", "publisher": "A firm"}], name="own")
    assert "A list of mine" in kn.cite(pl.DataFrame({"source": [id]}), graph=own)
    mixed = kn.cite(pl.DataFrame({"source": [id, graph.sources["id"][0]]}), graph=graph, lang="en").splitlines()
    assert mixed[1].startswith("Data: ") and len(mixed) == 4


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_an_unknown_source_points_to_the_graph_that_was_not_given(graph, lang):
    frame = pl.DataFrame({"source": ["mine"]})
    with pytest.raises(UnknownIdError) as error:
        kn.cite(frame)
    assert "graph=mine" in error.value.text(lang)
    with pytest.raises(UnknownIdError) as error:
        kn.cite(frame, graph=graph)
    assert "graph=" not in error.value.text(lang)


def test_what_archives_read_says_the_version_and_licence_of_the_package():
    about = read_yaml(ROOT / "CITATION.cff")
    assert about["version"] == kn.__version__
    assert about["license"] == "Apache-2.0"
    assert about["cff-version"] == "1.2.0"
    assert all(about[name] for name in ("message", "title", "authors", "type"))
    archived = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert archived["license"] == "Apache-2.0" and archived["upload_type"] == "software"
    assert archived["title"].startswith(about["title"])


def test_the_newest_heading_of_the_changelog_is_the_version():
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)[1]
    assert newest.split()[0] in {kn.__version__, "Unreleased"}


def test_no_address_or_identifier_is_made_up():
    """Nothing is published yet: an address or a DOI of Kanmon would be an invention."""
    for name in ("CITATION.cff", ".zenodo.json", "conda/recipe.yaml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"10\.\d{4,}/|https?://(?!.*schema)", text), name

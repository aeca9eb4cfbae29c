"""Names of countries in a user's tables: read as the code, or refused with it; never a second country."""

import pytest
from kanmon.datasets import countries, country
from kanmon.graph import SchemaError, SupplyGraph
from kanmon.graph.country_names import _codes, country_code

ITEMS = [{"id": "ore", "name_en": "Ore", "kind": "mineral"}]
SOURCES = [{"id": "s", "title": "t", "publisher": "p"}]


def graph(suppliers, supplier=None):
    shares = [{"item": "ore", "supplier": supplier, "source": "s", "share": 0.5}] if supplier else None
    return SupplyGraph(items=ITEMS, suppliers=suppliers, shares=shares, sources=SOURCES)


@pytest.mark.parametrize(("name", "code"), [("Turkey", "TUR"), ("中国", "CHN"), (" türkiye", "TUR"), ("us", "USA")])
def test_a_name_in_the_column_country_is_read_as_its_code_and_said(name, code):
    found = graph([{"id": "acme", "name_en": "Acme", "kind": "company", "country": name}])
    assert found.suppliers["country"].to_list() == [code]
    assert [(note.code, note.details["iso3"]) for note in found.notes] == [("country_read", code)]
    assert code in found.notes[0].text("ja")


def test_a_code_and_a_word_that_names_no_country_stay_as_they_are():
    found = graph([{"id": id, "name_en": id, "kind": "company", "country": id} for id in ("TUR", "Atlantis")])
    assert found.suppliers["country"].to_list() == ["Atlantis", "TUR"]
    assert found.notes == ()


@pytest.mark.parametrize(("name", "code"), [("Turkey", "TUR"), ("中国", "CHN")])
def test_a_country_whose_id_is_its_name_is_refused_with_the_code(name, code):
    with pytest.raises(SchemaError) as error:
        graph([{"id": name, "name_en": name, "kind": "country"}], name)
    assert [(problem.code, problem.table, problem.column) for problem in error.value.problems] == [
        ("country_id", "suppliers", "id")
    ]
    assert code in error.value.text("en")
    assert code in error.value.text("ja")


def test_a_company_may_be_called_like_a_country():
    assert graph([{"id": "georgia", "name_en": "Georgia Pacific", "kind": "company"}], "georgia").suppliers.height == 1


def test_a_share_of_a_named_country_says_the_code():
    with pytest.raises(SchemaError, match="'TUR'"):
        graph([{"id": "TUR", "name_en": "Türkiye", "kind": "country"}], "Turkey")


def test_the_names_are_those_of_the_reviewed_table():
    assert {name: country(name) for name in _codes()} == _codes()
    assert set(_codes().values()) == set(countries()["iso3"])
    assert country_code("") is None

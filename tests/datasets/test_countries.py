"""The project's own table of countries."""

import kanmon as kn
import polars as pl
import pytest
from kanmon.datasets import area, countries, country, group, groups


def test_the_table_holds_every_iso_country_and_kosovo_once():
    table = countries()
    assert table.height == 250
    assert table["iso3"].is_sorted() and table["iso3"].n_unique() == table["iso2"].n_unique() == 250
    assert table["iso3"].str.contains("^[A-Z]{3}$").all() and table["iso2"].str.contains("^[A-Z]{2}$").all()
    assert table.select(pl.col("name_en", "name_ja").null_count()).row(0) == (0, 0)
    assert country("Kosovo") == "XKX"


def test_no_name_or_alias_means_two_countries():
    table = countries()
    for row in table.iter_rows(named=True):
        for word in [row["iso3"], row["iso2"], row["name_en"], row["name_ja"], *(row["aliases"] or "").split("|")]:
            assert not word or country(word) == row["iso3"], word


def test_taiwan_is_taiwan():
    assert countries().filter(iso3="TWN").select("name_en", "name_ja").row(0) == ("Taiwan", "台湾")
    assert {country(word) for word in ("Taiwan", "台湾", "臺灣", "TW", "twn", "Chinese Taipei")} == {"TWN"}
    assert country("中国") == "CHN"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ＪＰＮ", "JPN"),
        ("  united   states ", "USA"),
        ("Cote d’Ivoire", "CIV"),
        ("Congo (Kinshasa)", "COD"),
        ("Congo, D.R.", "COD"),
        ("コンゴ民主共和国", "COD"),
        ("コンゴ（民）", "COD"),
        ("Congo", "COG"),
        ("Burma", "MMR"),
        ("Korea, Republic of", "KOR"),
        ("Korea, North", "PRK"),
        ("Turkey", "TUR"),
        ("Türkiye", "TUR"),
        ("ﾍﾞﾄﾅﾑ", "VNM"),
        ("アメリカ", "USA"),
        ("Côte d'Ivoire".replace("ô", "o\u0302"), "CIV"),
        ("Turkiye", "TUR"),
        ("トルコ", "TUR"),
        ("CURACAO", "CUW"),
        ("Taiwan, Province of China", "TWN"),
        ("China, Taiwan Province of", "TWN"),
        ("Other Asia, nes", "TWN"),
        ("S19", "TWN"),
        ("Korea, Rep. of", "KOR"),
        ("Rep. of Korea", "KOR"),
        ("Dem. People's Rep. of Korea", "PRK"),
        ("Korea, Dem. People's Rep.", "PRK"),
        ("China, Hong Kong SAR", "HKG"),
        ("Lao People's Dem. Rep.", "LAO"),
        ("Central African Rep.", "CAF"),
        ("Bosnia Herzegovina", "BIH"),
        ("Faroe Isds", "FRO"),
        ("Solomon Isds", "SLB"),
        ("Iran, Islamic Rep.", "IRN"),
        ("St. Kitts & Nevis", "KNA"),
        ("Gambia, The", "GMB"),
        ("Korea, South", "KOR"),
        ("Taiwan, China", "TWN"),
        ("Hong Kong, China", "HKG"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Virgin Islands (British)", "VGB"),
        ("Tanzania, United Republic of", "TZA"),
        ("美国", "USA"),
        ("IS", "ISL"),
    ],
)
def test_width_case_spaces_and_spellings_do_not_matter(text, code):
    assert country(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Atlantis",
        "Other countries",
        "X" * 100_000,
        "\x00",
        "world",
        "R20",
        "New Jersey",
        "South America",
        "Republic",
        "490",
        "中国・台湾",
        "China, Taiwan",
        "China and Taiwan",
        "China/Taiwan",
        "Japan, South Korea",
        "日本、韓国",
    ],
)
def test_what_is_no_country_is_none(text):
    assert country(text) is None


@pytest.mark.parametrize(
    ("code", "iso3"),
    [("490", "TWN"), (490, "TWN"), ("490.0", "TWN"), ("S19", "TWN"), ("392", "JPN"), ("842", "USA"), ("757", "CHE"),
     ("jpn", "JPN"), ("R20", None), ("X2", None), ("_X ", None), ("W00", None), ("0", None), ("N/A", None), ("697", None),
     ("", None), (None, None), ("SCG", "SCG"), ("9" * 400, None), ("٣٩٢", None)],
)  # fmt: skip
def test_areas_of_the_united_nations_are_countries_or_nothing(code, iso3):
    assert area(code) == iso3


def test_groups_have_their_members_date_and_official_page():
    assert {name: len(group(name)) for name in ("G7", "EU", "CPTPP")} == {"G7": 7, "EU": 27, "CPTPP": 12}
    assert "GBR" in group("cptpp") and "GBR" not in group("ＥＵ") and "USA" not in group("CPTPP")
    assert set(groups()["members"].explode()) <= set(countries()["iso3"])
    assert groups()["url"].str.starts_with("https://").all()
    assert groups()["since"].str.contains(r"^\d{4}-\d\d-\d\d$").all()


def test_an_unknown_group_is_said_in_both_languages():
    with pytest.raises(kn.KanmonError) as caught:
        group("G8\x1b[31m")
    assert "G7" in caught.value.text("en") and "グループ" in caught.value.text("ja")
    assert "\x1b" not in caught.value.text("en")


def test_every_country_of_the_bundled_data_stands_in_the_table():
    suppliers = kn.load("world").suppliers
    known = set(countries()["iso3"])
    assert set(suppliers.filter(kind="country")["id"]) == known
    assert set(suppliers["country"].drop_nulls()) <= known


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("Schweiz|Suiza|스위스|瑞士", "CHE"),
        ("Südkorea|Corea del Sur|한국|대한민국|韩国", "KOR"),
        ("Vereinigte Staaten|Estados Unidos|EE. UU.|미국|美国", "USA"),
        ("Niederlande|Países Bajos|네덜란드|荷兰", "NLD"),
        ("Alemania|독일|德国|Deutschland", "DEU"),
    ],
)
def test_countries_are_known_in_the_languages_whose_headers_are(names, code):
    assert [country(name) for name in names.split("|")] == [code] * len(names.split("|"))

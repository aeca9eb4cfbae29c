"""The documentation is searched from a folder on the disk, without a network, in both languages."""

import json
import shutil
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "search.js"
ROWS = [
    {"u": "chokepoints.html", "t": "Chokepoints", "w": "A minimal cut set stops the product."},
    {"u": "other.html", "t": "Other", "w": "<b>cut</b> once, set twice"},
    {"u": "ja/stock.html", "t": "在庫", "w": "在庫は時間を稼ぎます。ＨＨＩ"},
]


@pytest.fixture
def page(tmp_path, browser):
    shutil.copy(SCRIPT, tmp_path)
    (tmp_path / "search-index.js").write_text(f"window.KANMON_INDEX={json.dumps(ROWS)};", encoding="utf-8")
    (tmp_path / "index.html").write_text('<!doctype html><body><script src="search.js"></script>', encoding="utf-8")
    context = browser.new_context(offline=True)
    tab = context.new_page()
    tab.goto((tmp_path / "index.html").as_uri())
    yield tab
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("cut set", ["Chokepoints", "Other"]),
        ("CHOKE", ["Chokepoints"]),
        ("在庫", ["在庫"]),
        ("hhi", ["在庫"]),
        ("nothing", []),
    ],
)
def test_words_of_either_language_are_found_in_pages_on_the_disk(page, asked, found):
    page.fill("input[type=search]", asked)
    page.wait_for_selector(".kanmon-search li")
    assert sorted(page.locator(".kanmon-search li a").all_inner_texts()) == sorted(found)


@pytest.mark.browser
def test_words_of_a_page_stay_words(page):
    page.fill("input[type=search]", "once")
    page.wait_for_selector(".kanmon-search li")
    assert page.locator(".kanmon-search li b").count() == 0

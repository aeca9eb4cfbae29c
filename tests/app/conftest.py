"""A real Chromium for the tests of pages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kanmon.app.explorer import write_explorer
from kanmon.datasets import load
from kanmon.graph import SupplyGraph

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync", "--no-first-run"]


@pytest.fixture(scope="module")
def browser() -> Iterator:
    if CHROMIUM is None:
        pytest.skip("no chromium on the path: apt-get install chromium fonts-noto-cjk")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    folder = tmp_path_factory.mktemp("explorer")
    written: dict[str, Path] = {}

    def page(graph: SupplyGraph, **options: object) -> Path:
        key = f"{graph.name} {sorted(options.items())}"
        if key not in written:
            written[key] = write_explorer(graph, folder / f"{len(written)}.html", **options)  # pyright: ignore
        return written[key]

    return page


@pytest.fixture
def visit(browser) -> Iterator[Callable]:
    """Open a page; at the end nothing may have been asked of a network, and nothing have failed in the page."""
    contexts, requests, failures = [], [], []

    def opened(path: Path, address: str = "", width: int = 1280, height: int = 800, **options: object):
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: failures.append(message.text) if message.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: failures.append(str(error)))
        tab.on("dialog", lambda dialog: (failures.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab.goto(path.as_uri() + address)
        tab.wait_for_selector("html[data-ready]")
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in requests if not url.startswith(("file:", "blob:"))] == []
    assert failures == []


@pytest.fixture(scope="module")
def world() -> SupplyGraph:
    return load("world")


@pytest.fixture
def world_page(pages, world) -> Path:
    return pages(world, lang="en")


@pytest.fixture
def robot_page(pages, world) -> Path:
    return pages(world, products=["humanoid_robot"], buyer="JPN", lang="en")

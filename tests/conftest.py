"""On CI a test in a real browser or office must run: one that is skipped fails there. No test is about time."""

import os

import pytest
from hypothesis import settings

settings.register_profile("kanmon", deadline=None)
settings.load_profile("kanmon")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    needed = item.get_closest_marker("browser") or item.get_closest_marker("office")
    if os.environ.get("KANMON_CI") and needed and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped on CI: {report.longrepr}"


@pytest.fixture(autouse=True)
def own_language():
    """A command that a test runs in its own process chooses the language of that process: the next test must not hear it."""
    before = os.environ.get("KANMON_LANG")
    yield
    if before is None:
        os.environ.pop("KANMON_LANG", None)
    else:
        os.environ["KANMON_LANG"] = before

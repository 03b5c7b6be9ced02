"""One portal and one Chromium for all browser tests of a process; people keep their browsers between tests.

Processes of a parallel run share neither: what one test changes, no test beside it sees. They take the tests in order
(`--maxschedchunk 1`), so that pages are looked at before findings are decided, as in a single process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browsing import CHROMIUM, People, chromium
from tests.e2e.looking import Gallery
from tests.e2e.running import RunningPortal, copy_of_first_portal, running_portal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    var = tmp_path_factory.mktemp("e2e") / "var"
    if "PYTEST_XDIST_WORKER" in os.environ:
        copy_of_first_portal(tmp_path_factory.getbasetemp().parent / "first-portal", var)
    with running_portal(var) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), f"Chromium is not at {CHROMIUM}: install it or set PROBITY_CHROMIUM."
    with sync_playwright() as playwright, chromium(playwright) as running:
        yield running


@pytest.fixture(scope="session")
def browsers(browser: Browser, portal: RunningPortal) -> Iterator[People]:
    people = People(browser, portal)
    yield people
    people.close()


@pytest.fixture
def people(browsers: People) -> Iterator[People]:
    """The people in their browsers; at the end of the test, no browser may have complained."""
    browsers.complaints.clear()
    yield browsers
    assert browsers.complaints == []


@pytest.fixture(scope="session")
def gallery() -> Gallery:
    """Pictures go to the directory that PROBITY_SCREENSHOTS names, if it does."""
    wanted = os.environ.get("PROBITY_SCREENSHOTS")
    if not wanted:
        return Gallery(None)
    Path(wanted).mkdir(parents=True, exist_ok=True)
    return Gallery(Path(wanted))

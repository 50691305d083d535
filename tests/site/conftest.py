"""The whole site, running, with real posts on it; and what a visitor finds who follows every link."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import browser, chromium, pytest_runtest_makereport, running_browser, watch  # noqa: F401
from tests.real_blogs import REAL_BLOGS, WITHOUT_REAL_BLOGS
from tests.running_site import RunningSite
from tests.site.crawling import Crawl, crawl, over_http
from tests.site.filled_site import build_filled_site, run_filled_site


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The sample site with real posts. Nobody changes it, so one is enough for all tests."""
    if not REAL_BLOGS.is_dir():
        pytest.skip(WITHOUT_REAL_BLOGS)
    folder: Path = tmp_path_factory.mktemp("filled-site") / "var"
    build_filled_site(folder, has_small_pictures=True)
    with run_filled_site(folder) as site:
        yield site


@pytest.fixture(scope="session")
def whole_site(server: RunningSite) -> Crawl:
    """All that can be reached from the front page."""
    return asyncio.run(crawl(over_http(server.url)))

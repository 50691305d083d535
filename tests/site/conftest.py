"""The whole site, running, with real posts on it; and what a visitor finds who follows every link."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import build_once
from tests.e2e.conftest import browser, chromium, pytest_runtest_makereport, running_browser, views, watch  # noqa: F401
from tests.real_blogs import REAL_BLOGS, WITHOUT_REAL_BLOGS
from tests.running_site import RunningSite
from tests.site.crawling import Crawl, crawl, over_http
from tests.site.filled_site import build_filled_site, run_filled_site


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, run_folder: Path, migrated_database: Path) -> Iterator[RunningSite]:
    """The sample site with real posts, few by day and all at night. Nobody changes it, so one is enough."""
    if not REAL_BLOGS.is_dir():
        pytest.skip(WITHOUT_REAL_BLOGS)
    folder = build_once(
        run_folder / "filled-site",
        lambda folder: build_filled_site(
            folder, has_small_pictures=True, migrated=migrated_database, posts_per_blog=None if is_night(request) else 2
        ),
    )
    # A worker would make each picture in all sizes, and the server makes those that are asked for.
    with run_filled_site(folder, has_worker=False) as site:
        yield site


@pytest.fixture(scope="session")
def whole_site(request: pytest.FixtureRequest, server: RunningSite) -> Crawl:
    """All that can be reached from the front page; by day not every combination of filters."""
    return asyncio.run(crawl(over_http(server.url), are_all=is_night(request)))


def is_night(request: pytest.FixtureRequest) -> bool:
    """Whether long tests are run."""
    return any(item.get_closest_marker("nightly") for item in request.session.items)

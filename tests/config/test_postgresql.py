"""The site on PostgreSQL: every migration runs, and every kind of page answers, through the connection pool."""

import urllib.request
from collections.abc import Callable, Iterator

import pytest

from tests.running_site import RunningSite, run_site


@pytest.fixture(scope="module")
def site(
    postgresql_small_site: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSite]:
    var_dir = tmp_path_factory.mktemp("postgresql-site")
    with run_site(var_dir, has_worker=False, DATABASE_URL=postgresql_small_site("site")) as site:
        yield site
    assert not (var_dir / "galley.sqlite3").exists()


@pytest.mark.parametrize(
    "path", ["/", "/blog/", "/portfolio/", "/contact/", "/about-us/", "/admin/login/", "/search/?q=contact"]
)
def test_pages_answer(site: RunningSite, path: str) -> None:
    with urllib.request.urlopen(site.url + path, timeout=60) as response:
        assert response.status == 200

"""PostgreSQL or Redis is away while visitors read and editors work."""

import time
import urllib.error
from itertools import count
from pathlib import Path

import pytest

from galley.health.views import RETRY_AFTER
from tests.deploy.load import Load, request
from tests.running_site import RunningSite, build_small_site, read_session, run_site
from tests.services import run_postgresql, run_redis

CACHED = ["/", "/blog/", "/portfolio/"]
UNAVAILABLE = f"searched 503, again in {RETRY_AFTER} s"
ADMIN = ["/admin/", "/admin/pages/", "/admin/images/", "/admin/reports/broken-links/"]


class Visitors(Load):
    """Visitors of pages that are stored in memory, and of others; `seconds` is how long each kind of answer took."""

    def __init__(self, site: RunningSite) -> None:
        super().__init__(self._read)
        self._site = site
        self._words = count()
        self.seconds: dict[str, list[float]] = {}

    def _read(self, number: int) -> str:
        # A search for a word that nobody has searched for isn't in the cache.
        path = CACHED[number % 3] if number % 2 else f"/search/?query=word{next(self._words)}"
        began = time.monotonic()
        try:
            status = str(request(self._site.url + path)[0])
        except urllib.error.HTTPError as error:
            status = f"{error.code}, again in {error.headers['Retry-After']} s"
        kind = f"{'stored' if number % 2 else 'searched'} {status}"
        self.seconds.setdefault(kind, []).append(time.monotonic() - began)
        return kind


@pytest.mark.nightly
def test_while_the_database_is_away_stored_pages_are_shown(tmp_path: Path) -> None:
    with run_postgresql() as server:
        build_small_site(tmp_path, DATABASE_URL=server.url)
        with run_site(tmp_path, has_worker=False, DATABASE_URL=server.url) as site:
            for path in CACHED:
                request(site.url + path)
            visitors = Visitors(site)
            with visitors:
                for _ in range(3):
                    visitors.wait_for("stored 200")
                    visitors.wait_for("searched 200")
                    server.kill()
                    visitors.wait_for(UNAVAILABLE)
                    visitors.wait_for("stored 200")
                    server.start()
                    visitors.wait_for("searched 200")
                    # From here on, nobody sees an error.
                    before = visitors.answers[UNAVAILABLE]
                    visitors.wait_for("searched 200")
                    assert visitors.answers[UNAVAILABLE] == before
            assert visitors.failures == []
            assert set(visitors.answers) == {"stored 200", "searched 200", UNAVAILABLE}
    # With `-s`: how long visitors wait, which isn't asserted.
    print({kind: f"at most {max(seconds):.2f} s" for kind, seconds in visitors.seconds.items()})  # noqa: T201


@pytest.mark.nightly
def test_while_redis_is_away_nobody_notices(tmp_path: Path) -> None:
    build_small_site(tmp_path)
    cookie = f"sessionid={read_session(tmp_path)}"
    with run_redis() as server, run_site(tmp_path, REDIS_URL=server.url) as site:

        def visit(number: int) -> str:
            if number % 2:
                status, _ = request(f"{site.url}/search/?query=word{number}")
                return f"public {status}"
            status, text = request(site.url + ADMIN[number // 2 % len(ADMIN)], Cookie=cookie)
            return f"admin {status}" if "wagtail-sidebar" in text else "sign-in"

        with Load(visit) as load:
            for _ in range(2):
                load.wait_for("admin 200")
                server.kill()
                load.wait_for("admin 200", times=60)
                load.wait_for("public 200", times=20)
                assert "no answer from Redis" in request(f"{site.url}/health/ready")[1]
                server.start()
            load.wait_for("admin 200")
        assert load.failures == []
        assert set(load.answers) == {"public 200", "admin 200"}

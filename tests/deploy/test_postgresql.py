"""Two servers, and cuts between them and what they share: the small form of `test_several_hosts` and `test_outages`.

It needs no network namespaces. The hosts are folders of this machine, and a cut ends connections at once, where the
long form pulls a cable and nobody hears of it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from tests.deploy.cables import Cable
from tests.deploy.hosts import SECRET_KEY
from tests.deploy.test_several_hosts import POST, People
from tests.galley.preview.conftest import form_of, markdown
from tests.galley.preview.real_sockets import RealEditor, RealScreen, log_in, running
from tests.processes import ServerProcess
from tests.running_site import EDITOR, EDITOR_PASSWORD, wait_until
from tests.s3 import run_s3
from tests.services import run_redis

pytestmark = pytest.mark.browser


@dataclass
class Host:
    """A server and its cables."""

    server: ServerProcess
    database: Cable
    redis: Cable
    files: Cable

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server.port}"


@dataclass
class Site:
    """The hosts, the address of their database, and the cookie of an editor."""

    hosts: list[Host]
    database: str
    cookie: str


@pytest.fixture
def site(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> Iterator[Site]:
    """The small site on two hosts."""
    database = postgresql_small_site("hosts")
    folder = unquote(urlsplit(database).netloc.partition("@")[2])
    with ExitStack() as stack:
        redis, s3 = stack.enter_context(run_redis()), stack.enter_context(run_s3())
        hosts = []
        for number in (1, 2):
            targets = (f"{folder}/.s.PGSQL.5432", redis.url.removeprefix("unix://"), int(s3.url.rpartition(":")[2]))
            cables = [Cable(target) for target in targets]
            for cable in cables:
                stack.callback(cable.close)
            to_database, to_redis, to_files = (cable.port for cable in cables)
            variables = s3.environment | {
                "SECRET_KEY": SECRET_KEY,
                "DATABASE_URL": f"postgres://galley@127.0.0.1:{to_database}/hosts",
                "REDIS_URL": f"redis://127.0.0.1:{to_redis}/0",
                "S3_ENDPOINT_URL": f"http://127.0.0.1:{to_files}",
            }
            var_dir = tmp_path / f"web{number}"
            var_dir.mkdir()
            hosts.append(Host(ServerProcess(var_dir, **variables), *cables))
            stack.callback(hosts[-1].server.kill)
        for host in hosts:
            host.server.wait_until_ready()
        yield Site(hosts, database, log_in(hosts[0].url, EDITOR, EDITOR_PASSWORD))


def test_hosts_are_cut_off_and_come_back(site: Site) -> None:
    first, second = site.hosts
    people = People(site.cookie.partition("sessionid=")[2].partition(";")[0])
    with psycopg.connect(site.database) as connection:
        page_id, title, slug = connection.execute(POST).fetchone()  # type: ignore[misc]
    form = form_of(SimpleNamespace(title=title, slug=slug), body=markdown("Set:"))

    async def preview() -> None:
        editor = RealEditor(first.url, f"/preview/tabs/one/edit/{page_id}/", site.cookie, form=form)
        screen = RealScreen(second.url, f"/preview/pages/{page_id}/", site.cookie)
        async with running(editor, screen):
            await screen.shows("<p>Set:</p>")
            await asyncio.to_thread(people.waits_for, second.server, "/blog/", 200)
            for cable in (second.database, second.redis, second.files):
                cable.cut()
            await editor.type(**{"body-0-value": "Set: meanwhile"})
            # Stored pages are shown, others say when to come again.
            away = await asyncio.to_thread(people.read, second.server, "/search/?q=cut")
            assert (away.status_code, away.headers.get("Retry-After")) == (503, "5")
            assert (await asyncio.to_thread(people.read, second.server, "/blog/")).status_code == 200
            await asyncio.to_thread(people.waits_for, second.server, "/health/ready", 503)
            for cable in (second.database, second.redis, second.files):
                cable.mend()
            await asyncio.to_thread(people.waits_for, second.server, "/health/ready", 200)
            await screen.shows("Set: meanwhile")

    asyncio.run(preview())
    people.work(second.server, first.server)

    # Without Redis, neither visitors nor editors see an error.
    first.redis.cut()
    people.waits_for(first.server, "/health/ready", 200, "no answer from Redis")
    assert people.read(first.server, "/search/?q=without").status_code == 200
    people.write(first.server)
    people.edit(first.server, page_id)
    first.redis.mend()
    wait_until(lambda: "Redis" not in people.read(first.server, "/health/ready").text)

    # Without the storage, uploads are refused, and nothing is half there.
    first.files.cut()
    assert "Nothing was stored" in people.upload(first.server)["error_message"]
    with psycopg.connect(site.database) as connection:
        stored = [text for (text,) in connection.execute("SELECT text FROM forms_contactmessage")]
        assert sorted(stored) == sorted(people.sent)
        [(pictures,)] = connection.execute("SELECT COUNT(*) FROM home_siteimage")
        assert pictures == people.uploaded

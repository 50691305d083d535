"""The site itself is upgraded with a migration, and rolled back, while visitors read and write."""

import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings

from tests.deploy.load import PATIENCE, Load, request
from tests.deploy.server import DebianServer, debian_server
from tests.forms.conftest import token_of_age
from tests.running_site import PROJECT

VISITORS = 8
PAGES = ["/", "/blog/", "/portfolio/?year=2024"]
# The release before writes messages without it. With `db_default`, PostgreSQL fills it in.
MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("forms", "{newest}")]
    operations = [
        migrations.AddField("ContactMessage", "in_short", models.CharField(max_length=9, db_default="", default="")),
    ]
"""


def release(server: DebianServer, name: str) -> None:
    """Commit a release whose pages name it."""
    base = server.source / "templates/base.html"
    base.write_text(
        re.sub(
            r"(<meta name=\"release\".*>)?</head>", f'<meta name="release" content="{name}"></head>', base.read_text()
        )
    )
    server.commit(f"Release the {name}")


def expand(server: DebianServer) -> None:
    """Add a migration to what the next release has."""
    folder = server.source / "forms/migrations"
    newest = sorted(folder.glob("0*.py"))[-1].stem
    (folder / "9999_in_short.py").write_text(MIGRATION.format(newest=newest))


@pytest.mark.nightly
def test_visitors_read_and_write_through_an_upgrade_and_back(
    tmp_path: Path, postgresql_small_site: Callable[[str], str], redis_url: str
) -> None:
    database = postgresql_small_site("upgrade")
    token = token_of_age(60)
    with debian_server(
        tmp_path,
        own_packages=True,
        DJANGO_SETTINGS_MODULE="config.settings.production",
        SECRET_KEY=settings.SECRET_KEY,
        DATABASE_URL=database,
        REDIS_URL=redis_url,
        GALLEY_VAR_DIR=str(tmp_path / "srv/var"),
        CONTACT_MESSAGES_PER_SENDER="1000000",
    ) as server:
        server.environment["GALLEY_DRAIN"] = "1"
        server.environment["GALLEY_PYTHON"] = str(Path(sys.base_prefix) / "bin/python3")
        server.git("fetch", "--quiet", str(PROJECT), "HEAD")
        server.git("reset", "--quiet", "--hard", "FETCH_HEAD")
        release(server, "first")
        server.clone_repository()
        run = server.galley("upgrade")
        assert not run.returncode, run.stdout

        def visit(number: int) -> str:
            if number % 4:
                _, text = request(server.url + PAGES[number % 4 - 1], timeout=PATIENCE)
                return re.search(r'name="release" content="(\w+)"', text)[1]  # type: ignore[index]
            # The same text from the same form would be the same message.
            text = f"Number {number} of visitor {threading.get_ident()}"
            words = {"name": "Ada", "email": "ada@example.org", "text": text, "token": token}
            form = urlencode(words).encode()
            status, answer = request(f"{server.url}/contact/", form, timeout=PATIENCE, Origin=server.url)
            assert status == 200, answer
            return "sent"

        with Load(visit, VISITORS) as load:
            load.wait_for("first")
            release(server, "second")
            expand(server)
            server.commit("Expand the messages")
            run = server.galley("upgrade")
            assert not run.returncode, run.stdout
            load.wait_for("second")
            load.wait_for("sent")
            run = server.galley("rollback")
            assert not run.returncode, run.stdout
            load.wait_for("first")
            load.wait_for("sent")
            assert load.failures == []
            sys.stdout.write(f"{load.answers.total()} requests of {VISITORS} visitors, none failed\n")
            # A control: visitors would have noticed.
            server.kill_web()
            load.wait_for_failures()
        with psycopg.connect(database) as connection:
            row = connection.execute("SELECT COUNT(*), COUNT(in_short) FROM forms_contactmessage").fetchone()
        assert row == (load.answers["sent"], load.answers["sent"])

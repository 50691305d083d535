"""What `test_postgresql.py` runs in a process of its own, whose database is PostgreSQL."""

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from unittest import mock

import django
import psycopg

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connection  # noqa: E402
from wagtail.models import Page  # noqa: E402

from galley.backups import databases, moving, restoring  # noqa: E402
from galley.backups.making import make_backup  # noqa: E402
from galley.backups.restoring import restore_backup  # noqa: E402
from galley.backups.storing import BackupError, new_key, read_key  # noqa: E402
from tests.galley.backups.writer import Writer  # noqa: E402

MEDIA = Path(settings.MEDIA_ROOT)
# The rows that PostgreSQL refuses, and how they are named.
REFUSED = {
    "UPDATE wagtailcore_page SET slug = hex(zeroblob(200)) WHERE id = 7": "page, row 7, slug: it has 400 characters",
    "UPDATE auth_user SET first_name = 'a' || char(0) WHERE id = 1": "auth_user, row 1, first_name: it has a NUL",
    "UPDATE wagtailcore_page SET owner_id = 999 WHERE id = 4": "page, row 4: it refers to a row of auth_user that",
    "UPDATE wagtailcore_page SET numchild = 9876543210 WHERE id = 4": "4, numchild: 9876543210 is no whole number",
    "UPDATE wagtailcore_page SET latest_revision_created_at = 'soon' WHERE id = 4": "'soon' is no value of a DateTime",
    r"""UPDATE home_homepage SET body = '[{"a": ["\u0000"]}]'""": "page, row 3, body: it has a NUL character",
    r"""UPDATE home_homepage SET body = '{"\ud800": 1}'""": "page, row 3, body: it isn't valid Unicode",
    "CREATE TABLE left_over AS SELECT 1": "left_over: no app has a model for this table",
    "DELETE FROM django_migrations WHERE app = 'forms'": "is of another release: forms.0001_initial",
}


def refuses(message: str, do: Callable[[], object]) -> None:
    """Check that it is refused with that message."""
    try:
        do()
    except (BackupError, CommandError) as error:
        refused = str(error)
    else:
        refused = "nothing was refused"
    assert message in refused, f"{message!r} isn't in: {refused}"


def change(database: Path, sql: str) -> None:
    """Run `sql` on the SQLite database, whose checks are off."""
    with closing(sqlite3.connect(database)) as one:
        one.execute("PRAGMA ignore_check_constraints = ON")
        one.execute(sql)
        one.commit()


def move(folder: Path) -> None:
    """Move the site in `folder` here."""
    database = folder / "galley.sqlite3"
    refuses("The site has content: accounts", lambda: call_command("move_to_postgresql", str(folder)))
    refuses("must have one file *.sqlite3, and has 0", lambda: call_command("move_to_postgresql", "/nowhere"))
    titles = list(Page.objects.order_by("pk").values_list("pk", "title"))
    with mock.patch.object(restoring, "find_content", return_value=""):
        original = database.read_bytes()
        for sql, message in REFUSED.items():
            change(database, sql)
            refuses(message, lambda: call_command("move_to_postgresql", str(folder)))
            database.write_bytes(original)
        with mock.patch.object(moving, "_copy"):
            refuses("a row differs afterwards", lambda: call_command("move_to_postgresql", str(folder)))
        assert list(Page.objects.order_by("pk").values_list("pk", "title")) == titles
        call_command("move_to_postgresql", str(folder))
    # Ids go on after those that were moved.
    user = get_user_model().objects.create(username="after")
    user.delete()


def forget_writer(media: Path) -> None:
    """Delete what `Writer` has written, so that the site can be compared."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM wagtailcore_uploadedfile; DELETE FROM taggit_tag")
    for path in media.glob("documents/[0-9]*.txt"):
        path.unlink()


def back_up_and_restore(root: Path, empty_name: str) -> None:
    """Back this site up, encrypted and while it is written to, and restore it in another, empty database.

    That refuses a dump that hasn't the rows of the snapshot, which the manifest names.
    """
    key = read_key(new_key())
    (MEDIA / "unfinished").mkdir(exist_ok=True)
    with Writer(MEDIA, lambda: psycopg.connect(os.environ["DATABASE_URL"])) as writer:
        folder, manifest = make_backup(root, MEDIA, key)
    assert writer.uploaded
    assert manifest.rows["wagtailcore_uploadedfile"] == manifest.rows["taggit_tag"]
    assert not manifest.missing, manifest.missing
    forget_writer(MEDIA)
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = empty_name
    settings.MEDIA_ROOT = MEDIA.with_name("restored")
    broken = dict(manifest.rows, auth_user=99)
    with mock.patch.object(restoring, "load_postgresql", lambda dump, rows: databases.load_postgresql(dump, broken)):
        refuses("auth_user has not 99 rows", lambda: restore_backup(folder, MEDIA.with_name("restored"), key))
    assert connection.introspection.table_names() == []
    restore_backup(folder, MEDIA.with_name("restored"), key)
    forget_writer(MEDIA.with_name("restored"))
    with mock.patch.dict(os.environ, PATH="/nowhere"):
        refuses("pg_restore is absent", lambda: restore_backup(folder, MEDIA, key, replace=True))


if __name__ == "__main__":
    # To ask each time for migrations takes longer than all else, and both databases have them.
    with (
        mock.patch.object(restoring, "call_command", lambda name, **options: name == "migrate" or call_command(name)),
        mock.patch.object(moving, "call_command"),
    ):
        move(Path(sys.argv[1]))
        back_up_and_restore(Path(sys.argv[2]), sys.argv[3])

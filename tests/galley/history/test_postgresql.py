"""Versions are stored, named and thinned out on PostgreSQL, as on SQLite."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.running_site import PROJECT, environment

CODE = """
import django
django.setup()
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Revision
from blog.models import BlogPostPage, Tag
from galley.history.models import AutosavedRevision, VersionName
from galley.history.thinning import thin_revisions

post = BlogPostPage.objects.get()
old = [post.save_revision(log_action=True).pk for _ in range(6)]
VersionName.objects.create(revision_id=old[0], name="First")
Revision.objects.filter(pk__in=old).update(created_at=timezone.now() - timedelta(days=400))
latest = post.save_revision()
assert thin_revisions() == 4

post.title += " and more"
assert post.save_revision(overwrite_revision=latest) == latest
assert AutosavedRevision.objects.get().revision == latest
post.title, post.body = "Gone", []
assert post.save_revision(overwrite_revision=latest) != latest
assert Revision.objects.for_instance(post).count() == 4

tag = Tag.objects.create(name="Opened", slug="opened")
client = Client(SERVER_NAME="localhost")
client.force_login(get_user_model().objects.create_superuser("anna"))
with CaptureQueriesContext(connection) as queries:
    client.post(f"/admin/snippets/blog/tag/edit/{tag.pk}/", {"name": "Saved", "slug": "saved"})
statements = [query["sql"] for query in queries]
table = f'"{Tag._meta.db_table}"'
locked = next(n for n, sql in enumerate(statements) if f"FROM {table}" in sql and sql.endswith("FOR UPDATE"))
read = max(n for n, sql in enumerate(statements) if f"FROM {table}" in sql and "LIMIT 21" in sql)
saved = next(n for n, sql in enumerate(statements) if sql.startswith(f"UPDATE {table}"))
# What is compared was read while nobody else could save it.
assert locked < read < saved
"""


def test_history_on_postgresql(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("history"))
    subprocess.run([sys.executable, "-c", CODE], cwd=PROJECT, env=env, check=True)

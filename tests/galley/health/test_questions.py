"""All questions together, as the doctor asks them."""

import datetime
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.checks import Warning as CheckWarning
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from wagtail.models import Revision
from wagtail.search.models import IndexEntry

from galley.health import questions, services, storage
from galley.health.findings import Finding, State
from galley.tasks.queue import QueueStatus
from tests.factories import SmallSite

pytestmark = pytest.mark.django_db


def test_each_finding_that_is_not_well_says_how_to_mend_it(
    small_site: SmallSite, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a site on which nothing is well."""
    long_ago = timezone.now() - datetime.timedelta(days=1)
    Revision.objects.filter(pk=small_site.post.save_revision().pk).update(approved_go_live_at=long_ago)
    IndexEntry.objects.all().delete()
    status = QueueStatus(seen_at=None, waiting=1, waiting_since=long_ago, running=0, failed=1)
    monkeypatch.setattr(services, "read_status", lambda: status)
    monkeypatch.setattr(storage, "find_free_bytes", lambda folder: 1)
    monkeypatch.setattr(services, "run_checks", lambda **options: [CheckWarning("Look.", id="a.W001")])
    monkeypatch.setattr(storage, "find_bucket", lambda: None)
    monkeypatch.setattr(services, "is_clock_corrected", lambda: False)
    settings.BACKUP_DIR = tmp_path
    settings.WAGTAILADMIN_BASE_URL = "https://127.0.0.1:1"
    settings.REDIS_URL = "redis://127.0.0.1:1"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    found = questions.find_all()
    bad = {finding.name for finding in found if finding.state is not State.WELL}
    assert bad >= {"settings", "Redis", "worker", "queue", "scheduled pages", "index"}
    assert bad >= {"mail", "address", "certificate", "backups", "disk", "clock"}
    assert {finding.name for finding in found} - bad == {"database", "files"}
    assert [finding for finding in found if finding.state is not State.WELL and not finding.mend] == []
    assert [finding for finding in found if finding.state is State.WELL and finding.mend] == []


def test_a_database_that_is_away_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fail(self: object) -> None:
        asked.append(self)
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", fail)
    found = questions.find_all()
    assert len(asked) == 1
    assert (found[0].name, found[0].state) == ("database", State.FAULT)
    assert "unable to open database file" in found[0].text
    assert str(connection.settings_dict["NAME"]) in found[0].mend
    assert not {"worker", "queue", "scheduled pages", "index"} & {finding.name for finding in found}
    assert not [finding for finding in found if "couldn't be asked" in finding.text]


def test_the_doctor_says_all_and_fails_with_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_what_breaks() -> Iterator[Finding]:
        raise OSError("it is gone")

    def check_what_is_well() -> Iterator[Finding]:
        yield Finding("clock", State.WELL, "It is right.")

    monkeypatch.setattr(questions, "check_database", lambda: iter(()))
    monkeypatch.setattr(questions, "QUESTIONS", [check_what_breaks, check_what_is_well])
    printed = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("doctor", stdout=printed, no_color=True)
    assert failed.value.returncode == 1
    assert "what breaks: This couldn't be asked: it is gone" in printed.getvalue()
    assert "well    clock: It is right." in printed.getvalue()
    monkeypatch.setattr(questions, "QUESTIONS", [check_what_is_well])
    call_command("doctor", stdout=printed)

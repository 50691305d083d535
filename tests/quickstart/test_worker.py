"""The worker does by the clock what other sites ask cron to do."""

import threading
from datetime import timedelta
from queue import Queue

import pytest
from django.utils import timezone

from quickstart.management.commands import worker
from tests.conftest import SmallSite


@pytest.mark.django_db
def test_a_page_goes_live_when_its_time_has_come(small_site: SmallSite) -> None:
    post = small_site.post
    post.unpublish()
    post.go_live_at = timezone.now() - timedelta(seconds=1)
    post.save_revision(approved_go_live_at=post.go_live_at)

    worker.run_chore("publish_scheduled")

    post.refresh_from_db()
    assert post.live


def test_publishing_is_due_every_minute() -> None:
    assert worker.CHORES["publish_scheduled"] == 60


def test_a_chore_that_fails_is_logged_and_harms_nothing(caplog: pytest.LogCaptureFixture, monkeypatch) -> None:
    def fail(name: str, **options: object) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(worker, "call_command", fail)
    worker.run_chore("publish_scheduled")
    assert "publish_scheduled failed" in caplog.text


def test_chores_run_at_once_again_and_no_more_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: Queue[str] = Queue()
    monkeypatch.setattr(worker, "CHORES", {"often": 0.001, "seldom": 1000.0})
    monkeypatch.setattr(worker, "run_chore", runs.put)
    with worker.chores_by_the_clock():
        names = [runs.get(timeout=10) for _ in range(5)]
    assert "chores" not in {thread.name for thread in threading.enumerate()}
    assert names.count("seldom") == 1
    assert names.count("often") == 4

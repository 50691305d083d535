"""What a health check or a dashboard learns of queue and workers."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from galley.desk.dashboard import find_waiting_tasks
from galley.tasks import queue
from galley.tasks.models import Worker
from galley.tasks.queue import OLDEST_RESULT, WORKER_LATE, delete_old_results, read_status
from tests.factories import EditorFactory

SIX_MINUTES = datetime.timedelta(minutes=6)


def see_worker(ago: datetime.timedelta) -> None:
    Worker.objects.update_or_create(pk="w1", defaults={"host": "host", "seen_at": timezone.now() - ago})


@pytest.mark.django_db
def test_an_empty_queue_has_no_age() -> None:
    assert read_status()[:] == (None, 0, None, 0, 0)
    assert read_status().oldest_age == datetime.timedelta()


def test_tasks_are_counted_by_state_and_the_oldest_has_its_age(make_task) -> None:
    make_task()
    make_task(run_after=timezone.now() + SIX_MINUTES)
    make_task(run_after=timezone.now() - SIX_MINUTES)
    make_task("RUNNING")
    make_task("FAILED")
    make_task("SUCCESSFUL")
    see_worker(datetime.timedelta())
    status = read_status()
    assert (status.waiting, status.running, status.failed) == (2, 1, 1)
    assert SIX_MINUTES <= status.oldest_age < SIX_MINUTES * 2
    assert status.seen_at == Worker.objects.get().seen_at


@pytest.mark.parametrize(
    ("seen_ago", "queued_ago", "is_away"),
    [
        (None, SIX_MINUTES, True),
        (None, datetime.timedelta(minutes=1), False),
        (SIX_MINUTES, SIX_MINUTES, True),
        (datetime.timedelta(seconds=9), SIX_MINUTES, False),  # busy
        (SIX_MINUTES, None, False),
    ],
)
def test_a_worker_is_away_if_it_was_not_seen_though_tasks_wait(db, make_task, seen_ago, queued_ago, is_away) -> None:
    if queued_ago:
        make_task()
        DBTaskResult.objects.update(enqueued_at=timezone.now() - queued_ago)
    if seen_ago:
        see_worker(seen_ago)
    assert read_status().is_worker_away(WORKER_LATE) == is_away


def test_the_dashboard_warns_everybody_and_leads_who_may_see_the_queue(make_task, rf) -> None:
    make_task("FAILED")
    make_task()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - SIX_MINUTES)
    request = rf.get("/admin/")
    request.user = EditorFactory(is_superuser=False)
    (problem,) = find_waiting_tasks(request)
    assert "worker hasn't run since" in problem.text
    assert problem.url == ""
    request.user.user_permissions.add(Permission.objects.get(codename="view_dbtaskresult"))
    request.user = type(request.user).objects.get(pk=request.user.pk)
    away, failed = find_waiting_tasks(request)
    assert away.url == "/admin/reports/tasks/"
    assert (failed.text, failed.url) == ("1 background task has failed.", "/admin/reports/tasks/?status=FAILED")


@pytest.mark.django_db
def test_results_are_deleted_when_they_are_old_or_too_many(make_task, monkeypatch, capsys) -> None:
    monkeypatch.setattr(queue, "MOST_RESULTS", 2)
    monkeypatch.setattr(queue, "_DELETED_AT_ONCE", 2)
    now, minute = timezone.now(), datetime.timedelta(minutes=1)
    make_task()
    make_task("RUNNING")
    new = [make_task(status, finished_at=now - minute) for status in ("SUCCESSFUL", "FAILED") for _ in range(2)]
    assert delete_old_results() == 0
    for _ in range(3):
        make_task("SUCCESSFUL", finished_at=now - 2 * minute)
        make_task("FAILED", finished_at=now - 3 * minute)
    call_command("delete_old_results")
    assert capsys.readouterr().out == "6 results deleted.\n"
    finished = DBTaskResult.objects.finished()
    assert set(finished) == set(new)
    finished.update(finished_at=now - OLDEST_RESULT)
    assert delete_old_results() == 4
    assert DBTaskResult.objects.count() == 2

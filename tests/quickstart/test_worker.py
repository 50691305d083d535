"""The worker runs scheduled commands, where other sites need cron."""

import logging
import signal
import threading
from contextlib import nullcontext
from datetime import datetime, timedelta
from queue import Queue
from unittest.mock import Mock

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from galley.tasks.models import LEASE, CommandRun, Lease, Worker, command_id
from quickstart.management.commands import worker
from tests.conftest import SmallSite
from tests.galley.tasks.conftest import Disk, disk  # noqa: F401

OPTIONS = {
    "verbosity": 1, "interval": 0, "batch": True, "startup_delay": False, "reload": False, "queue_name": "*",
    "exclude_queues": "", "backend_name": "default", "worker_id": "1", "max_tasks": None,
}  # fmt: skip


@pytest.mark.django_db
def test_a_page_goes_live_when_its_time_has_come(small_site: SmallSite) -> None:
    post = small_site.post
    post.unpublish()
    post.go_live_at = timezone.now() - timedelta(seconds=1)
    post.save_revision(approved_go_live_at=post.go_live_at)

    worker.run_command("publish_scheduled")

    post.refresh_from_db()
    assert post.live


@pytest.mark.parametrize("name", ["publish_scheduled", "send_heartbeat"])
def test_publishing_and_the_heartbeat_are_due_every_minute(name: str) -> None:
    assert worker.SCHEDULED_COMMANDS[name] == 60


@pytest.mark.django_db
def test_a_command_that_fails_is_logged_and_stops_nothing(caplog: pytest.LogCaptureFixture, monkeypatch) -> None:
    def fail(name: str, **options: object) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(worker, "call_command", fail)
    worker.run_command("publish_scheduled")
    assert "publish_scheduled failed" in caplog.text


def test_scheduled_commands_run_at_once_again_and_no_more_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: Queue[str] = Queue()
    monkeypatch.setattr(worker, "SCHEDULED_COMMANDS", {"often": 0.001, "seldom": 1000.0})
    monkeypatch.setattr(worker, "run_command", runs.put)
    monkeypatch.setattr(worker, "run_alone", lambda name, seconds, worker_id: runs.put(name))
    with worker.running_scheduled_commands("w1"):
        names = [runs.get(timeout=60) for _ in range(5)]
    assert "scheduled-commands" not in {thread.name for thread in threading.enumerate()}
    assert names.count("seldom") == 1
    assert names.count("often") == 4


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("database is locked"),
        OperationalError("server closed the connection unexpectedly"),
        InterfaceError("connection already closed"),
        DatabaseError("Save with update_fields did not affect any rows."),
    ],
)
def test_the_worker_goes_on_when_the_database_fails(caplog, monkeypatch, error: Exception) -> None:
    results = [error, error, None]
    pauses: list[float] = []

    def run(self: object) -> None:
        if result := results.pop(0):
            raise result

    monkeypatch.setattr(db_worker.Worker, "run", run)
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda self: None)
    monkeypatch.setattr(worker, "SCHEDULED_COMMANDS", {"seldom": 1.0})
    monkeypatch.setattr(worker, "run_command", lambda name: None)
    monkeypatch.setattr(worker, "beating", lambda worker_id: nullcontext())
    monkeypatch.setattr(worker, "sleep", pauses.append)
    worker.Command().handle(**OPTIONS)
    assert results == []
    assert pauses == [worker.PAUSE_SECONDS] * 2
    assert str(error) in caplog.text


def test_the_worker_ends_if_the_database_fails_after_the_signal(monkeypatch) -> None:
    def be_asked_to_end_in_a_task(self: db_worker.Worker) -> None:
        assert self.running, "It runs on."
        self.running_task = True
        self.shutdown(signal.SIGTERM, None)
        self.running_task = False
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(db_worker.Worker, "run", be_asked_to_end_in_a_task)
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda self: None)
    monkeypatch.setattr(worker, "beating", lambda worker_id: nullcontext())
    monkeypatch.setattr(worker, "running_scheduled_commands", lambda worker_id: nullcontext())
    monkeypatch.setattr(worker, "sleep", lambda seconds: pytest.fail("It runs on."))
    worker.Command().handle(**OPTIONS)


def test_no_scheduled_command_begins_after_the_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, runs = threading.Event(), []

    def end(name: str) -> None:
        runs.append(name)
        stop.set()

    monkeypatch.setattr(worker, "SCHEDULED_COMMANDS", {"first": worker.MINUTE, "second": worker.MINUTE})
    monkeypatch.setattr(worker, "run_command", end)
    worker._run_when_due(stop, "w1")
    assert runs == ["first"]


@pytest.mark.parametrize(("verbosity", "calls"), [(1, []), (2, [2])])
def test_the_log_levels_of_the_settings_stay(monkeypatch: pytest.MonkeyPatch, verbosity: int, calls: list[int]) -> None:
    """Upstream's command sets the levels itself, in the method that ours overrides."""
    configured: list[int] = []
    monkeypatch.setattr(db_worker.Command, "configure_logging", lambda self, verbosity: configured.append(verbosity))
    monkeypatch.setattr(worker.Command, "handle", db_worker.Command.handle)
    monkeypatch.setattr(db_worker.Worker, "run", lambda self: None)
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda self: None)
    worker.Command().handle(**OPTIONS | {"verbosity": verbosity})
    assert configured == calls


def test_upstream_still_sets_the_log_levels_in_that_method(monkeypatch: pytest.MonkeyPatch) -> None:
    loggers = [logging.getLogger(name) for name in ("django_tasks_db", db_worker.TASKS_LOGGER)]
    for logger in loggers:
        monkeypatch.setattr(logger, "level", logging.ERROR)
    db_worker.Command().configure_logging(1)
    assert [logger.level for logger in loggers] == [logging.INFO, logging.INFO]


@pytest.mark.parametrize(("now", "hours"), [("01:00", 2), ("03:00", 24), ("23:30", 3.5)])
def test_nightly_commands_wait_for_three_in_the_morning(now: str, hours: float) -> None:
    local = datetime.fromisoformat(f"2026-11-28T{now}+01:00")
    assert worker.seconds_until_night(local) == hours * 3600


def test_nightly_commands_hold_up_no_others_and_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: Queue[str] = Queue()
    checking = threading.Event()

    def run(name: str) -> None:
        runs.put(name)
        if name == "long":
            checking.wait()

    monkeypatch.setattr(worker, "NIGHTLY_COMMANDS", ("long",))
    monkeypatch.setattr(worker, "SCHEDULED_COMMANDS", {"often": 0.001})
    monkeypatch.setattr(worker, "_seconds_until_night_here", lambda: 0.0)
    monkeypatch.setattr(worker, "run_command", run)
    monkeypatch.setattr(worker, "run_alone", lambda name, seconds, worker_id: run(name))
    with worker.running_scheduled_commands("w1"):
        while runs.get(timeout=60) != "long":
            pass
        assert [runs.get(timeout=60) for _ in range(3)] == ["often"] * 3
    checking.set()
    assert worker.NIGHT.hour == 3


def test_a_nightly_command_that_is_asked_for_runs_by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: Queue[str] = Queue()
    monkeypatch.setattr(worker, "NIGHTLY_COMMANDS", ("long", "other"))
    monkeypatch.setattr(worker, "SCHEDULED_COMMANDS", {"often": worker.HOUR})
    monkeypatch.setattr(worker, "SECONDS_BETWEEN_LOOKS", 0.001)
    monkeypatch.setattr(worker, "_seconds_until_night_here", lambda: worker.HOUR)
    monkeypatch.setattr(worker, "_is_asked_for", lambda name: name == "long")
    monkeypatch.setattr(worker, "run_alone", lambda name, seconds, worker_id: runs.put(name))
    with worker.running_scheduled_commands("w1"):
        names = [runs.get(timeout=60) for _ in range(3)]
    assert set(names) - {"often"} == {"long"}


@pytest.mark.parametrize(("seconds", "runs"), [(worker.MINUTE, ["long"]), (worker.MINUTE + 1, [])])
def test_a_nightly_command_begins_in_the_minute_before_its_time(monkeypatch, seconds: float, runs: list[str]) -> None:
    """Not in the last seconds only: a look that takes longer would miss them."""
    looks, found = iter([False, True]), []
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda timeout: next(looks))
    monkeypatch.setattr(worker, "NIGHTLY_COMMANDS", ("long",))
    monkeypatch.setattr(worker, "_seconds_until_night_here", lambda: seconds)
    monkeypatch.setattr(worker, "_is_asked_for", lambda name: False)
    monkeypatch.setattr(worker, "run_alone", lambda name, seconds, worker_id: found.append(name))
    worker._run_nightly(stop, "w1")
    assert found == runs


@pytest.mark.django_db
@pytest.mark.parametrize(("error", "is_within_the_hour"), [(RuntimeError("no luck"), True), (None, False)])
def test_a_daily_command_that_has_failed_is_due_within_the_hour(monkeypatch, error, is_within_the_hour: bool) -> None:
    monkeypatch.setattr(worker, "call_command", Mock(side_effect=error))
    assert worker.run_alone("empty_bin", worker.DAY, "w1")
    due = Lease.objects.get(pk=command_id("empty_bin")).until
    assert (due < timezone.now() + timedelta(hours=1)) is is_within_the_hour


@pytest.mark.django_db
def test_of_several_workers_one_runs_a_command_and_it_is_not_due_again_at_once(monkeypatch) -> None:
    runs: list[str] = []
    monkeypatch.setattr(worker, "run_command", runs.append)
    assert worker.run_alone("empty_bin", worker.DAY, "w1")
    assert not worker.run_alone("empty_bin", worker.DAY, "w2")
    Lease.objects.update(until=timezone.now())
    assert worker.run_alone("empty_bin", worker.DAY, "w2")
    assert runs == ["empty_bin"] * 2


@pytest.mark.django_db
def test_a_command_whose_worker_was_killed_is_run_by_the_next(monkeypatch) -> None:
    assert Lease.take(command_id("empty_bin"), "w1")
    runs: list[str] = []
    monkeypatch.setattr(worker, "run_command", runs.append)
    assert not worker.run_alone("empty_bin", worker.DAY, "w2")
    Lease.objects.update(until=F("until") - LEASE)
    assert worker.run_alone("empty_bin", worker.DAY, "w2")
    assert runs == ["empty_bin"]


def test_a_command_whose_end_was_not_stored_is_run_again(monkeypatch, disk: Disk) -> None:  # noqa: F811
    monkeypatch.setattr(worker, "run_command", lambda name: disk.fill())
    assert not worker.run_alone("empty_bin", worker.DAY, "w1")
    disk.make_room()
    assert CommandRun.find("empty_bin").is_running
    Lease.objects.update(until=timezone.now())
    Worker.beat("w1", "host")
    assert not CommandRun.find("empty_bin").is_running
    monkeypatch.setattr(worker, "run_command", lambda name: None)
    assert worker.run_alone("empty_bin", worker.DAY, "w1")

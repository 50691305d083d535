"""A task belongs to one worker at a time, and to another when that one has ended."""

import datetime
import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import Error, OperationalError
from django.utils import timezone
from django_tasks.signals import task_started
from django_tasks_db.models import DBTaskResult

from galley.tasks import worker as workers
from galley.tasks.models import LEASE, REMEMBERED, Lease, Worker, command_id
from galley.tasks.queue import MOST_ATTEMPTS, enqueue_with_commit, release_expired
from tests.conftest import SmallSite
from tests.galley.tasks import sample
from tests.galley.tasks.conftest import Disk, make_worker, run_next

LONG_AGO = LEASE + datetime.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _no_runs() -> Iterator[None]:
    sample.runs.clear()
    yield
    sample.meanwhile.clear()


def expire(task: DBTaskResult) -> None:
    """Let a minute go by since the task was begun and its lease was renewed."""
    then = timezone.now() - LONG_AGO
    DBTaskResult.objects.filter(pk=task.pk).update(started_at=then)
    Lease.objects.filter(pk=task.pk).update(until=then + LEASE)


def kill_worker_of(task: DBTaskResult) -> None:
    """Leave the task as a worker that was killed a minute ago."""
    DBTaskResult.objects.filter(pk=task.pk).update(status="RUNNING", worker_ids=["dead"])
    Lease.objects.create(pk=task.pk, worker_id="dead", until=timezone.now())
    expire(task)


@pytest.mark.usefixtures("database_queue")
def test_a_worker_runs_a_task_once_and_gives_its_lease_back(make_task) -> None:
    task = make_task()
    sample.meanwhile.append(lambda: sample.runs.extend(Lease.objects.values_list("worker_id", flat=True)))
    run_next(make_worker())
    task.refresh_from_db()
    assert sample.runs == ["w1", "note"]
    assert (task.status, Lease.objects.count()) == ("SUCCESSFUL", 0)


@pytest.mark.usefixtures("database_queue")
def test_what_a_dead_worker_has_begun_is_taken_up_again(make_task) -> None:
    task = make_task()
    kill_worker_of(task)
    run_next(make_worker())
    assert sample.runs == []
    release_expired()
    run_next(make_worker())
    task.refresh_from_db()
    assert (sample.runs, task.status, task.worker_ids) == (["note"], "SUCCESSFUL", ["dead", "w1"])


def test_a_task_whose_worker_lives_is_left_alone(make_task) -> None:
    task = make_task("RUNNING", worker_ids=["living"])
    Lease.take(task.pk, "living")
    expire(task)
    Worker.beat("living", "host")
    release_expired()
    task.refresh_from_db()
    assert task.status == "RUNNING"
    assert Lease.objects.get().until > timezone.now()


@pytest.mark.parametrize(
    "path", ["wagtail.tasks.update_reference_index_task", "modelsearch.tasks.insert_or_update_object_task"]
)
@pytest.mark.usefixtures("database_queue")
def test_an_index_task_whose_object_is_deleted_has_nothing_to_do(make_task, path: str, small_site: SmallSite) -> None:
    arguments = {"args": ["blog", "blogpostpage", str(small_site.post.pk)], "kwargs": {}}
    for is_there in (True, False):
        if not is_there:
            small_site.post.delete()
        task = make_task(path=path, args_kwargs=arguments)
        task.claim("w1")
        make_worker().run_task(task)
        assert (task.status, Lease.objects.count()) == ("SUCCESSFUL", 0)


@pytest.mark.usefixtures("database_queue")
def test_an_index_task_whose_object_is_deleted_meanwhile_has_not_failed(make_task, small_site: SmallSite) -> None:
    arguments = {"args": ["blog", "blogpostpage", str(small_site.post.pk)], "kwargs": {}}
    task = make_task(path="modelsearch.tasks.insert_or_update_object_task", args_kwargs=arguments)
    task.claim("w1")

    def delete(**kwargs: object) -> None:
        small_site.post.delete()

    task_started.connect(delete)
    make_worker().run_task(task)
    task_started.disconnect(delete)
    task.refresh_from_db()
    assert task.status == "READY"
    while DBTaskResult.objects.ready():
        run_next(make_worker())
    task.refresh_from_db()
    assert (task.status, Lease.objects.count()) == ("SUCCESSFUL", 0)


@pytest.mark.usefixtures("database_queue")
def test_a_task_whose_result_was_not_stored_is_taken_up_again_by_the_same_worker(make_task, disk: Disk) -> None:
    task = make_task()
    sample.meanwhile.append(disk.fill)
    with pytest.raises(Error):
        run_next(make_worker())
    disk.make_room()
    sample.meanwhile.clear()
    expire(task)
    # The worker lives, but isn't at work on it any more.
    Worker.beat("w1", "host")
    release_expired()
    run_next(make_worker())
    task.refresh_from_db()
    assert (sample.runs, task.status, Lease.objects.count()) == (["note"] * 2, "SUCCESSFUL", 0)


def test_a_task_that_was_marked_a_moment_ago_is_left_alone(make_task) -> None:
    """The lease comes after the mark."""
    task = make_task("RUNNING", worker_ids=["w1"])
    release_expired()
    task.refresh_from_db()
    assert task.status == "RUNNING"


def test_a_task_that_ends_its_workers_is_given_up(make_task, caplog: pytest.LogCaptureFixture) -> None:
    tasks = [make_task(worker_ids=["w"] * attempts) for attempts in (MOST_ATTEMPTS - 1, MOST_ATTEMPTS)]
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now() - LONG_AGO)
    release_expired()
    assert [DBTaskResult.objects.get(pk=task.pk).status for task in tasks] == ["READY", "FAILED"]
    assert "1 tasks have failed" in caplog.text


@pytest.mark.usefixtures("database_queue")
def test_a_worker_that_slept_stores_no_result_of_what_another_has(make_task, caplog: pytest.LogCaptureFixture) -> None:
    task = make_task()

    def sleep_and_be_replaced() -> None:
        taken = {"status": "RUNNING", "worker_ids": ["w1", "w2"]}
        DBTaskResult.objects.filter(pk=task.pk).update(**taken)
        Lease.objects.filter(pk=task.pk).update(worker_id="w2")

    sample.meanwhile.append(sleep_and_be_replaced)
    run_next(make_worker())
    task.refresh_from_db()
    assert (task.status, task.worker_ids) == ("RUNNING", ["w1", "w2"])
    assert Lease.objects.get().worker_id == "w2"
    assert "Another worker has taken up the task" in caplog.text


@pytest.mark.usefixtures("database_queue")
@pytest.mark.parametrize(
    ("age", "status"), [(datetime.timedelta(minutes=59), "READY"), (datetime.timedelta(hours=1), "FAILED")]
)
def test_a_task_of_another_release_waits_for_it(make_task, age: datetime.timedelta, status: str) -> None:
    task = make_task(path="tests.galley.tasks.sample.task_of_tomorrow")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - age)
    run_next(make_worker())
    task.refresh_from_db()
    assert (task.status, Lease.objects.count()) == (status, 0)
    if status == "READY":
        assert timezone.now() < task.run_after < timezone.now() + datetime.timedelta(minutes=2)
        # It doesn't look as if its workers had died.
        assert task.worker_ids == []


@pytest.mark.usefixtures("database_queue")
@pytest.mark.parametrize(("attempts", "status"), [(0, "READY"), (MOST_ATTEMPTS - 1, "FAILED")])
def test_a_task_that_the_database_has_failed_is_tried_again(make_task, attempts: int, status: str) -> None:
    def fail() -> None:
        raise OperationalError("deadlock detected")

    task = make_task(worker_ids=["w1"] * attempts)
    sample.meanwhile.append(fail)
    run_next(make_worker())
    task.refresh_from_db()
    assert (task.status, len(task.worker_ids), Lease.objects.count()) == (status, attempts + 1, 0)
    # Not before its time.
    assert not DBTaskResult.objects.ready()
    sample.meanwhile.clear()
    DBTaskResult.objects.update(run_after=timezone.now())
    run_next(make_worker())
    assert sample.runs == ["note"] * (status == "READY")


@pytest.mark.usefixtures("database_queue")
def test_a_task_that_is_stopped_waits_again(make_task) -> None:
    task, worker = make_task(), make_worker()

    def ask_twice_to_stop() -> None:
        worker.running = False
        raise SystemExit(1)

    sample.meanwhile.append(ask_twice_to_stop)
    run_next(worker)
    task.refresh_from_db()
    assert task.status == "READY"


@pytest.mark.django_db
def test_a_lease_belongs_to_one_worker_until_its_time_is_over() -> None:
    lease = uuid4()
    assert Lease.take(lease, "w1")
    assert not Lease.take(lease, "w2")
    Lease.give_back(lease, "w2")
    assert not Lease.take(lease, "w2")
    Lease.objects.update(until=timezone.now())
    assert Lease.take(lease, "w2")
    Lease.give_back(lease, "w2")
    assert Lease.take(lease, "w1")


@pytest.mark.django_db
def test_what_was_done_is_not_due_again_before_its_time() -> None:
    lease = command_id("check_links")
    assert Lease.take(lease, "w1")
    Lease.rest(lease, "w1", datetime.timedelta(hours=1))
    Worker.beat("w1", "host")
    assert datetime.timedelta(minutes=50) < Lease.objects.get().until - timezone.now() < datetime.timedelta(hours=1)
    assert not Lease.take(lease, "w1")


@pytest.mark.django_db
def test_a_heartbeat_forgets_workers_of_former_weeks() -> None:
    Worker.objects.create(id="old", host="host", seen_at=timezone.now() - REMEMBERED - LONG_AGO)
    Worker.beat("new", "host")
    Worker.beat("new", "host")
    assert list(Worker.objects.values_list("id", flat=True)) == ["new"]


@pytest.mark.django_db
def test_a_heartbeat_goes_on_when_the_database_fails(monkeypatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*names: str) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(Worker, "beat", fail)
    with caplog.at_level(logging.ERROR), workers.beating("w1"):
        pass
    assert "database is locked" in caplog.text


@pytest.mark.usefixtures("database_queue")
@pytest.mark.parametrize("is_committed", [True, False])
def test_a_task_is_there_if_and_only_if_the_transaction_is(transactional_db, is_committed: bool) -> None:
    from django.db import transaction

    with transaction.atomic():
        enqueue_with_commit(sample.note)
        # No callback that could be lost with the process.
        assert (DBTaskResult.objects.count(), transaction.get_connection().run_on_commit) == (1, [])
        transaction.set_rollback(not is_committed)
    assert DBTaskResult.objects.count() == is_committed

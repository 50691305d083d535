"""The worker's side of the leases: a heartbeat in a thread, and tasks that belong to one worker at a time."""

import datetime
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from django.apps import apps
from django.db import Error, connections
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from galley.tasks.models import Lease, Worker
from galley.tasks.queue import MOST_ATTEMPTS, is_own, put_off, release_expired, retry_failed

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_BEATS = 10.0
# Upstream's tasks that index an object, which may be deleted before its turn comes. Then they would fail for ever.
_INDEXING = {"wagtail.tasks.update_reference_index_task", "modelsearch.tasks.insert_or_update_object_task"}
# So long an unknown task waits for a worker of the release that has queued it: during an upgrade, or after a rollback.
LONGEST_UNKNOWN = datetime.timedelta(hours=1)
NEXT_TRY = datetime.timedelta(minutes=1)
# What stops a task when the worker is asked to end for the second time. It hasn't failed.
_STOPPED = {"builtins.SystemExit", "builtins.KeyboardInterrupt"}
# What passes: the database was started again, its disk was full, or two transactions waited for each other.
_PASSING = {"django.db.utils.OperationalError", "django.db.utils.InterfaceError"}


class LeaseLost(Exception):
    """Another worker has taken up the task: this one was away for longer than its lease."""


class LeasingWorker(db_worker.Worker):
    """Runs each task under a lease."""

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Run the task. If this worker ends in the middle of it, another takes it up when the lease is over."""
        if not Lease.take(db_task_result.pk, self.worker_id):
            return
        try:
            if is_about_nothing(db_task_result):
                db_task_result.set_successful(None)
            elif is_of_another_release(db_task_result):
                put_off(db_task_result, NEXT_TRY, worker_ids=[])
            else:
                super().run_task(db_task_result)
                self._queue_again(db_task_result)
        except LeaseLost:
            logger.warning("Another worker has taken up the task %s, whose lease was over.", db_task_result.pk)
        finally:
            Lease.give_back(db_task_result.pk, self.worker_id)

    def _queue_again(self, task: DBTaskResult) -> None:
        """Queue the task again if it has failed by no fault of its own."""
        if task.status != TaskResultStatus.FAILED:
            return
        is_stopped = not self.running and task.exception_class_path in _STOPPED
        # If the object was deleted meanwhile, the next turn has nothing to do.
        if is_stopped or is_about_nothing(task):
            retry_failed(DBTaskResult.objects.filter(pk=task.pk))
        elif task.exception_class_path in _PASSING and len(task.worker_ids) < MOST_ATTEMPTS:
            put_off(task, NEXT_TRY)


def is_about_nothing(task: DBTaskResult) -> bool:
    """Return whether the task would index an object that is deleted."""
    if task.task_path not in _INDEXING:
        return False
    app_label, model_name, pk = task.args_kwargs["args"]
    return not apps.get_model(app_label, model_name)._base_manager.filter(pk=pk).exists()


def is_of_another_release(task: DBTaskResult) -> bool:
    """Return whether the code of the task isn't here, and may be in a release that runs elsewhere or soon."""
    try:
        import_string(task.task_path)
    except ImportError:
        return timezone.now() - task.enqueued_at < LONGEST_UNKNOWN
    return False


def guard_result(instance: DBTaskResult, update_fields: Any, **kwargs: Any) -> None:
    """Raise LeaseLost instead of storing the result of a task that isn't this worker's any more: of `pre_save`."""
    is_result = update_fields and "finished_at" in update_fields and instance.status != TaskResultStatus.RUNNING
    if is_result and not is_own(instance):
        raise LeaseLost(instance.pk)


@contextmanager
def beating(worker_id: str) -> Iterator[None]:
    """Store now and every ten seconds that this worker lives, and release what dead workers have begun."""
    stop = Event()
    _beat(worker_id)
    thread = Thread(target=_go_on_beating, args=(stop, worker_id), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(worker_id: str) -> None:
    try:
        # Its own leases first: while the database was away, they weren't renewed.
        Worker.beat(worker_id, socket.gethostname())
        release_expired()
    except Error:
        logger.exception("The heartbeat couldn't be stored. The next is in %s seconds.", SECONDS_BETWEEN_BEATS)


def _go_on_beating(stop: Event, worker_id: str) -> None:
    while not stop.wait(SECONDS_BETWEEN_BEATS):
        _beat(worker_id)
        connections.close_all()

"""The queue: tasks that are stored with what they are about, taken up again, retried, and counted."""

import datetime
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, When
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult, get_date_max

from galley.tasks.models import LEASE, Lease, Worker

# A task in which so many workers have ended may be the reason: it isn't begun again by itself.
MOST_ATTEMPTS = 5
# Of those that have succeeded, and of those that have failed. Somebody who types leaves some thousands an hour.
MOST_RESULTS = 10_000
OLDEST_RESULT = datetime.timedelta(days=14)
_DELETED_AT_ONCE = 1_000
# A worker begins a task within a second, and is seen every ten.
WORKER_LATE = datetime.timedelta(minutes=5)
# How a task is queued again.
_AGAIN: dict[str, Any] = {
    "status": TaskResultStatus.READY,
    "started_at": None,
    "finished_at": None,
    "exception_class_path": "",
    "traceback": "",
}
logger = logging.getLogger(__name__)


class WorkerEnded(Exception):
    """What a task has failed by that is given up: its workers have ended before it did."""


def enqueue_with_commit(task: Task, *args: Any, **kwargs: Any) -> None:
    """Queue `task` so that it is there if and only if the present transaction is committed.

    The queue is in the same database: the task becomes a part of the transaction. A process that is killed right after
    the commit loses nothing. Other backends queue it after the commit.
    """
    enqueue: Callable[..., Any] = partial(task.enqueue, *args, **kwargs)
    if isinstance(task.get_backend(), DatabaseBackend):
        enqueue()
    else:
        # Robust: what is stored already doesn't look like a failure. Django can't name a `partial` in its log.
        transaction.on_commit(lambda: enqueue(), robust=True)


def release_expired() -> None:
    """Let workers take up again what others have begun and nobody runs any more.

    One UPDATE decides, so that several workers may do it at once.
    """
    now = timezone.now()
    # A worker takes the lease a moment after it has marked the task.
    running = DBTaskResult.objects.running().filter(started_at__lt=now - LEASE)
    dead = running.exclude(pk__in=Lease.objects.filter(until__gt=now).values("pk"))
    given_up = dead.filter(**{f"worker_ids__{MOST_ATTEMPTS - 1}__isnull": False}).update(
        status=TaskResultStatus.FAILED,
        finished_at=now,
        exception_class_path=f"{WorkerEnded.__module__}.{WorkerEnded.__qualname__}",
        traceback=f"WorkerEnded: the worker has ended {MOST_ATTEMPTS} times while it ran this task.",
    )
    released = dead.update(status=TaskResultStatus.READY)
    # Their holders, if they have only slept, renew them no more.
    Lease.objects.filter(until__lte=now).delete()
    if released:
        logger.warning("%s tasks are taken up again: their worker has ended.", released)
    if given_up:
        logger.error("%s tasks have failed: %s workers have ended in the middle of each.", given_up, MOST_ATTEMPTS)


def retry_failed(tasks: QuerySet[DBTaskResult]) -> int:
    """Queue those of `tasks` that have failed again. Return their number."""
    failed = tasks.filter(status=TaskResultStatus.FAILED)
    return failed.update(**_AGAIN, enqueued_at=timezone.now(), run_after=get_date_max(), worker_ids=[])


def put_off(task: DBTaskResult, time: datetime.timedelta, **changes: Any) -> None:
    """Queue a task that was begun, or has just failed, again: it is due in `time`. `changes` are of other fields."""
    own = DBTaskResult.objects.filter(pk=task.pk)
    own.update(**_AGAIN, run_after=timezone.now() + time, **changes)


def delete_old_results() -> int:
    """Delete the results older than `OLDEST_RESULT`, and all but the newest `MOST_RESULTS`. Return how many. Blocks."""
    count = 0
    for status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED):
        results = DBTaskResult.objects.filter(status=status).exclude(finished_at=None).order_by("-finished_at")
        newest_left_out = results.values_list("finished_at", flat=True)[MOST_RESULTS : MOST_RESULTS + 1]
        limit = max(filter(None, [timezone.now() - OLDEST_RESULT, *newest_left_out]))
        old = results.filter(finished_at__lte=limit)
        while pks := list(old.values_list("pk", flat=True)[:_DELETED_AT_ONCE]):
            count += DBTaskResult.objects.filter(pk__in=pks).delete()[0]
    return count


def is_own(task: DBTaskResult) -> bool:
    """Return whether nobody has taken up `task` again since its worker began it."""
    stored = DBTaskResult.objects.filter(pk=task.pk, status=TaskResultStatus.RUNNING)
    return stored.values_list("worker_ids", flat=True).first() == task.worker_ids


class QueueStatus(NamedTuple):
    """The state of workers and queue, for dashboards and health checks."""

    seen_at: datetime.datetime | None
    """When a worker was seen last; None if never."""
    waiting: int
    """How many tasks are due and haven't begun."""
    waiting_since: datetime.datetime | None
    """Since when the oldest of them waits."""
    running: int
    failed: int
    """How many tasks have failed and weren't retried."""

    @property
    def oldest_age(self) -> datetime.timedelta:
        """How long the oldest task has waited; nothing if none waits."""
        return timezone.now() - self.waiting_since if self.waiting_since else datetime.timedelta()

    def is_worker_away(self, limit: datetime.timedelta) -> bool:
        """Return whether no worker was seen for longer than `limit`, though a task has waited for longer."""
        return self.oldest_age > limit and (self.seen_at is None or timezone.now() - self.seen_at > limit)


def read_status() -> QueueStatus:
    """Return when a worker was seen last, how many tasks wait and since when, and how many have failed. Blocks."""
    now, whenever = timezone.now(), get_date_max()
    due_since = Case(When(run_after=whenever, then=F("enqueued_at")), default=F("run_after"))
    due = Q(status=TaskResultStatus.READY) & (Q(run_after=whenever) | Q(run_after__lte=now))
    counts = DBTaskResult.objects.aggregate(
        waiting=Count("pk", filter=due),
        waiting_since=Min(due_since, filter=due),
        running=Count("pk", filter=Q(status=TaskResultStatus.RUNNING)),
        failed=Count("pk", filter=Q(status=TaskResultStatus.FAILED)),
    )
    return QueueStatus(seen_at=Worker.objects.aggregate(seen=Max("seen_at"))["seen"], **counts)

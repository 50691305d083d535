"""Tasks in the queue of the database, and workers that run one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from galley.tasks.worker import LeasingWorker


def make_worker(worker_id: str = "w1") -> LeasingWorker:
    return LeasingWorker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id=worker_id, excluded_queue_names=[],
    )  # fmt: skip


def run_next(worker: LeasingWorker) -> None:
    """Let `worker` run the next task, as in its loop."""
    if task := DBTaskResult.objects.ready().first():
        task.claim(worker.worker_id)
        worker.run_task(task)


class Disk:
    """The disk of the database, which may be full."""

    is_full = False

    def fill(self) -> None:
        self.is_full = True

    def make_room(self) -> None:
        self.is_full = False
        # What failed has marked the transaction that the test runs in.
        transaction.set_rollback(False)


@pytest.fixture
def disk(db: None) -> Iterator[Disk]:
    """Let a test fill the disk: then the database takes nothing."""
    disk = Disk()

    def execute_if_possible(execute: Any, sql: str, *arguments: Any) -> Any:
        if disk.is_full and sql.startswith(("INSERT", "UPDATE", "DELETE")):
            raise OperationalError("database or disk is full")
        return execute(sql, *arguments)

    with connection.execute_wrapper(execute_if_possible):
        yield disk


@pytest.fixture
def make_task(db: None) -> Callable[..., DBTaskResult]:
    """Put a task into the queue."""

    def make(status: str = "READY", path: str = "tests.galley.tasks.sample.note", **fields: Any) -> DBTaskResult:
        times = {"started_at": timezone.now()} if status != "READY" else {}
        values = {"args_kwargs": {"args": [], "kwargs": {}}, "backend_name": "default", "run_after": get_date_max()}
        return DBTaskResult.objects.create(**{"status": status, "task_path": path, **values, **times, **fields})

    return make


@pytest.fixture
def database_queue(settings) -> None:
    """Tasks wait in the database, as they do on a site."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

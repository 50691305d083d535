"""Tasks in the queue of the database, and workers that run one."""

from collections.abc import Callable
from typing import Any

import pytest
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

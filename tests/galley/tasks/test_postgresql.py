"""Several workers on one PostgreSQL database."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment

# Two workers at once, after others were killed: one in a task, and five in another.
SCRIPT = """
import json
from threading import Thread
from uuid import uuid4

import django
django.setup()
from django.db import connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from galley.tasks.models import LEASE, Lease, Worker
from galley.tasks.queue import read_status, release_expired
from tests.galley.tasks.conftest import make_worker
from tests.galley.tasks.sample import note

tasks = [note.enqueue() for _ in range(30)]
then = timezone.now() - 2 * LEASE
for task, attempts in zip(tasks, (1, 5)):
    fields = {"status": "RUNNING", "started_at": then, "worker_ids": ["dead"] * attempts}
    DBTaskResult.objects.filter(pk=task.id).update(**fields)
    Lease.objects.create(pk=task.id, worker_id="dead", until=then)

def at_once(act, *arguments):
    answers = []
    def run(argument):
        answers.append(act(argument))
        connections.close_all()
    threads = [Thread(target=run, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers

lease = uuid4()
takers = at_once(lambda name: Lease.take(lease, name), "w1", "w2", "w3", "w4")
Lease.objects.filter(pk=lease).update(until=then)
takers_of_expired = at_once(lambda name: Lease.take(lease, name), "w1", "w2", "w3", "w4")
at_once(lambda name: Worker.beat(name, "host") or release_expired(), "w1", "w2")
at_once(lambda name: make_worker(name).run(), "w1", "w2")
own = DBTaskResult.objects.filter(task_path=note.module_path)
attempts = sorted(len(ids) for ids in own.values_list("worker_ids", flat=True))
status = read_status()
print(json.dumps([takers.count(True), takers_of_expired.count(True), attempts, status.waiting, status.failed]))
"""


@pytest.mark.nightly
@pytest.mark.browser
def test_each_task_and_lease_belongs_to_one_worker(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("leases"))
    run = subprocess.run([sys.executable, "-c", SCRIPT], cwd=PROJECT, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [1, 1, [1] * 28 + [2, 5], 0, 1]

"""A hundred attempts at once, from many connections to one PostgreSQL, pass no limit."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment

pytestmark = pytest.mark.browser

# From two addresses at one account, whose limit ends both before their own do.
SCRIPT = """
import json
from threading import Barrier, Thread

import django
from django.conf import settings
# Without the pool, each thread has a connection of its own, as each process has.
del settings.DATABASES["default"]["OPTIONS"]["pool"]
django.setup()
from django.db import connection
from galley.rate_limits.models import AttemptCount, Limit, take_attempt

begin, waits = Barrier(10), []

def try_often(address):
    connection.ensure_connection()
    begin.wait(60)
    for _ in range(10):
        waits.append(take_attempt([Limit("test", 30, 600, "ada", address), Limit("test", 50, 600, "ada")]))
    connection.close()

threads = [Thread(target=try_often, args=[f"8.8.8.{number % 2}"]) for number in range(10)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
of_account, *of_addresses = AttemptCount.objects.order_by("-used").values_list("used", flat=True)
print(json.dumps([len(waits), waits.count(0), of_account, sum(of_addresses), max(of_addresses) <= 30]))
"""


def test_many_attempts_at_once_pass_no_limit(postgresql_small_site: Callable[[str], str], tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("limits"))
    run = subprocess.run([sys.executable, "-c", SCRIPT], cwd=PROJECT, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [100, 50, 50, 50, True]

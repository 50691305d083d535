"""The process that serves the site: its garbage collector and its threads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment

pytestmark = pytest.mark.browser

STATE = """
import gc, json, sys
import config.asgi
state = [gc.isenabled(), gc.get_freeze_count(), sys.getswitchinterval()]
def frozen_after_a_full_collection():
    loaded_later.append([[] for _ in range(1000)])
    gc.collect()
    return gc.get_freeze_count()
loaded_later = []
print(json.dumps(state + [[frozen_after_a_full_collection() for _ in range(12)]]))
"""


def test_what_is_loaded_is_not_collected_and_threads_switch_quickly(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STATE]
    run = subprocess.run(command, cwd=PROJECT, env=environment(tmp_path), check=True, capture_output=True, text=True)
    is_enabled, frozen, interval, later = json.loads(run.stdout)
    assert is_enabled
    assert frozen > 100_000
    assert interval == 0.001
    # What is loaded at its first use is exempted too, but what comes later is collected.
    assert later[0] > frozen + 1000
    assert later[9] > later[8] + 1000
    assert later[11] == later[10] == later[9]


COUNTED = """
import asyncio
from asgiref.testing import ApplicationCommunicator
from config.asgi import application
from galley.monitoring.metrics import registry
from galley.preview.editor import draft_rendered
from prometheus_client import generate_latest

async def get(path):
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "scheme": "http"}
    site = ApplicationCommunicator(application, scope)
    await site.send_input({"type": "http.request"})
    await site.receive_output(30)

asyncio.run(get("/static/nothing.css"))
draft_rendered.send(None, seconds=0.01)
print(generate_latest(registry).decode())
"""


def test_with_a_token_requests_and_drafts_are_counted(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COUNTED]
    own = environment(tmp_path) | {"METRICS_TOKEN": "secret"}
    run = subprocess.run(command, cwd=PROJECT, env=own, check=True, capture_output=True, text=True)
    assert 'galley_requests_total{cache="none",status="404"} 1.0' in run.stdout
    assert "galley_preview_seconds_count 1.0" in run.stdout

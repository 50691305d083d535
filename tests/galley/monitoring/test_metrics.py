"""Each process writes what it counts, and the one that is asked adds the others'."""

import asyncio
import datetime
import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from prometheus_client.parser import text_string_to_metric_families

from galley.monitoring import metrics, views
from galley.tasks.models import Worker
from galley.tasks.queue import QueueStatus

TOKEN = "a token of the operator"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR, settings.METRICS_TOKEN = tmp_path, TOKEN
    metrics.requests.clear()


def read(client: Client, token: str = TOKEN) -> Any:
    return client.get("/metrics", headers={"authorization": f"Bearer {token}"})


def write_as(process: str) -> Path:
    with metrics.own_file("web") as path:
        metrics.write(path)
        return path.rename(path.with_stem(process))


async def pass_request(app: metrics.Metrics, site_sends: tuple[int, bytes]) -> None:
    async def ignore(message: Any) -> None:
        pass

    app.app = answering(*site_sends)
    await app({"type": "http"}, None, ignore)


def answering(status: int, cache_status: bytes) -> Any:
    async def site(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"cache-status", cache_status)] if cache_status else []
        await send({"type": "http.response.start", "status": status, "headers": headers})

    return site


@pytest.mark.django_db
def test_without_the_token_the_address_is_not_there(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    assert read(client, "wrong").status_code == read(client, TOKEN[:-1]).status_code == 404
    assert read(client).status_code == 200
    settings.METRICS_TOKEN = ""
    assert read(client).status_code == read(client, "").status_code == 404


@pytest.mark.django_db
async def test_requests_are_counted_by_status_and_cache(client: Client) -> None:
    app = metrics.Metrics(None, lambda: 3)
    for sent in ((200, b"galley; fwd=uri-miss; stored"), (200, b"galley; hit; ttl=540"), (404, b""), (500, b"")):
        await pass_request(app, sent)
    await pass_request(app, (302, b"galley; fwd=bypass"))
    text = generate()
    for line in (
        'galley_requests_total{cache="miss",status="200"} 1.0',
        'galley_requests_total{cache="hit",status="200"} 1.0',
        'galley_requests_total{cache="none",status="404"} 1.0',
        'galley_requests_total{cache="none",status="500"} 1.0',
        'galley_requests_total{cache="bypass",status="302"} 1.0',
        "galley_preview_sockets 3.0",
    ):
        assert line in text


def generate() -> str:
    return write_as("test").read_text()


async def test_hits_that_pass_no_application_are_counted_and_the_file_goes_with_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics, "LAG_SECONDS", 0)
    monkeypatch.setattr(metrics, "WRITE_SECONDS", -1)
    written = asyncio.Event()
    loop = asyncio.get_running_loop()
    write = metrics.write
    monkeypatch.setattr(metrics, "write", lambda path: (write(path), loop.call_soon_threadsafe(written.set)))
    seen: list[Any] = []
    app = metrics.Metrics(lifespan, lambda: 0)
    on_hit = app.counting_hits(lambda headers, start: seen.append(start))
    for _ in range(5):
        on_hit({}, {"status": 200})
    stop = asyncio.Event()

    async def send(message: Any) -> None:
        if message["type"] == "lifespan.startup.complete":
            written.clear()

    serving = asyncio.create_task(app({"type": "lifespan"}, stop.wait, send))
    await written.wait()
    [file] = metrics.folder().iterdir()
    assert file.name == f"web-{os.getpid()}.prom"
    assert 'galley_requests_total{cache="hit",status="200"} 5.0' in file.read_text()
    assert re.search("^galley_loop_lag_seconds_count [1-9]", file.read_text(), re.MULTILINE)
    assert len(seen) == 5
    stop.set()
    await serving
    assert not list(metrics.folder().iterdir())


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


@pytest.mark.django_db
def test_all_processes_of_the_host_are_in_one_answer(client: Client) -> None:
    metrics.requests.labels(200, "hit").inc(7)
    write_as("web-1"), write_as("worker-2")
    ended = write_as("web-3")
    os.utime(ended, (0, 0))
    text = read(client).content.decode()
    assert 'galley_requests_total{cache="hit",process="web-1",status="200"} 7.0' in text
    assert 'galley_requests_total{cache="hit",process="worker-2",status="200"} 7.0' in text
    assert "web-3" not in text
    assert not ended.exists()
    assert text.count("# TYPE galley_requests_total counter") == 1
    assert 'galley_request_seconds_bucket{le="+Inf",process="web-1"}' in text
    assert "galley_queue_waiting 0.0" in text


def test_a_full_disk_costs_the_metrics_only(tmp_path: Path) -> None:
    metrics.write(tmp_path / "absent" / "web.prom")


class PoolOfThree:
    """What Django has for a PostgreSQL with a pool."""

    vendor = "postgresql"

    class pool:  # noqa: N801
        get_stats = staticmethod(lambda: {"pool_size": 3, "pool_available": 2, "requests_waiting": 1})


@pytest.mark.django_db
def test_the_numbers_of_the_queue_the_tasks_and_the_pool(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    minutes = [now - datetime.timedelta(minutes=number) for number in (2, 9)]
    status = QueueStatus(seen_at=minutes[0], waiting=4, waiting_since=minutes[1], running=1, failed=5)
    monkeypatch.setattr(views, "read_status", lambda: status)
    monkeypatch.setattr(metrics, "connection", PoolOfThree())
    metrics.tasks.clear()
    metrics.count_task(SimpleNamespace(task=SimpleNamespace(module_path="a.task"), status=TaskResultStatus.FAILED))
    metrics.count_draft(None, 0.02)
    write_as("web-1")
    found = {
        sample.name: sample.value
        for family in text_string_to_metric_families(read(client).content.decode())
        for sample in family.samples
        if sample.labels.get("task", "a.task") == "a.task"
    }
    assert (found["galley_queue_waiting"], found["galley_queue_failed"], found["galley_tasks_total"]) == (4, 5, 1)
    assert found["galley_queue_oldest_seconds"] >= 9 * 60
    assert 2 * 60 <= found["galley_worker_seen_seconds"] < found["galley_queue_oldest_seconds"]
    assert found["galley_database_connections"] == 3
    assert (found["galley_database_connections_free"], found["galley_database_waiting"]) == (2, 1)
    assert found["galley_preview_seconds_count"] >= 1


@pytest.mark.django_db
def test_the_docs_name_the_metrics_that_there_are(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    Worker.objects.create(id="a", host="server", seen_at=timezone.now())
    monkeypatch.setattr(metrics, "connection", PoolOfThree())
    write_as("web-1")
    answered = set(re.findall(r"^# TYPE (\S+) ", read(client).content.decode(), re.MULTILINE))
    table = (settings.BASE_DIR / "docs/watching.md").read_text().partition("| metric |")[2].partition("\n\n")[0]
    documented: list[str] = []
    for name, labels in re.findall(r"`([\w…]+)(?:{([\w, ]+)})?`", "".join(re.findall(r"^\|([^|]+)", table, re.M))):
        documented.append(name.replace("…", documented[-1] if documented else ""))
        if labels:
            assert getattr(metrics, name.split("_")[1])._labelnames == tuple(labels.split(", "))
    # Prometheus' own client adds more about the process.
    assert {name for name in answered if name.startswith("galley_")} == {
        name for name in documented if name.startswith("galley_")
    }
    assert answered >= set(documented)
    assert len(documented) == len(set(documented)) > 10

"""Each process writes what it counts, and the one that is asked adds the others'."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from galley.monitoring import metrics

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

"""Errors and traces reach their collectors, without what belongs to visitors."""

import gzip
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import brotli
import pytest

from galley.monitoring import redaction
from galley.monitoring.exporters import prepare_event
from galley.preview import sharing
from tests.running_site import PROJECT, environment

pytestmark = pytest.mark.browser

DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}

FAILING_REQUEST = """
import asyncio
from asgiref.testing import ApplicationCommunicator
from config.asgi import application

async def fail():
    headers = [(b"host", b"localhost"), (b"x-request-id", b"0123456789abcdef" * 2), (b"cookie", b"a=secret-cookie")]
    scope = {"type": "http", "method": "GET", "path": "/admin/login/", "query_string": b"secret=word",
             "headers": headers, "scheme": "http", "server": ("localhost", 80), "client": ("192.0.2.7", 1)}
    site = ApplicationCommunicator(application, scope)
    await site.send_input({"type": "http.request"})
    print((await site.receive_output(60))["status"])
    await site.receive_output(60)
    await site.wait()

asyncio.run(fail())
import sentry_sdk
from opentelemetry import trace
sentry_sdk.flush(10)
trace.get_tracer_provider().force_flush()
"""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A server for errors and traces: its address, and what it was sent, by path."""
    received: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, DECODERS[self.headers.get("Content-Encoding", "identity")](body)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_error_and_its_trace_are_sent(collector, tmp_path: Path) -> None:
    """The database has no tables, so the request fails."""
    address, received = collector
    own = environment(tmp_path) | {
        "SENTRY_DSN": f"http://key@{address}/1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{address}",
    }
    run = subprocess.run(
        [sys.executable, "-c", FAILING_REQUEST], cwd=PROJECT, env=own, check=True, capture_output=True, text=True
    )
    assert run.stdout.splitlines()[-1] == "503"
    sent = dict(received)
    assert b"OperationalError" in sent["/api/1/envelope/"]
    assert b'"request_id":"0123456789abcdef"' in sent["/api/1/envelope/"]
    assert b"/admin/login/" in sent["/v1/traces"]
    assert b"secret-cookie" not in b"".join(sent.values())
    assert b"secret=word" not in sent["/api/1/envelope/"]


def test_reports_leave_out_what_the_logs_do() -> None:
    assert redaction.TOKEN.pattern == sharing.SECRET.pattern


@pytest.mark.parametrize("path", ["/preview/shared/", "/admin/password_reset/confirm/MQ/"])
def test_tokens_stay_here(path: str) -> None:
    url = f"https://site.example{path}TOKEN.of~a-draft/"
    event = {"request": {"url": url, "cookies": {"sessionid": "x"}, "headers": {"Referer": url}}}
    assert prepare_event(event, {})["request"] == {
        "url": f"https://site.example{path}…/",
        "headers": {},
    }

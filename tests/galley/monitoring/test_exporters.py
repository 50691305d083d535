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

SECRETS = [b"secret-cookie", b"secret-name", b"secret-token", b"secret=word", b"192.0.2.7"]
# The body is that of somebody who signs in.
FAILING_REQUESTS = """
import asyncio
from asgiref.testing import ApplicationCommunicator
from config.asgi import application

async def fail(method, path):
    headers = [(b"host", b"localhost"), (b"x-request-id", b"0123456789abcdef" * 2),
               (b"cookie", b"a=secret-cookie; csrftoken=" + b"t" * 32), (b"x-csrftoken", b"t" * 32),
               (b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"32")]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"secret=word",
             "headers": headers, "scheme": "http", "server": ("localhost", 80), "client": ("192.0.2.7", 1)}
    site = ApplicationCommunicator(application, scope)
    await site.send_input({"type": "http.request", "body": b"username=secret-name&password=xy"})
    print((await site.receive_output(60))["status"])
    await site.receive_output(60)
    await site.wait()

asyncio.run(fail("POST", "/admin/login/"))
asyncio.run(fail("GET", "/preview/shared/secret-token/"))
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
        [sys.executable, "-c", FAILING_REQUESTS], cwd=PROJECT, env=own, check=True, capture_output=True, text=True
    )
    assert run.stdout.split()[-2:] == ["503", "410"]
    errors, traces = (
        b"".join(body for at, body in received if at == path) for path in ("/api/1/envelope/", "/v1/traces")
    )
    assert b"OperationalError" in errors
    assert b'"request_id":"0123456789abcdef"' in errors
    assert b"/admin/login/" in traces
    assert [secret for secret in SECRETS if secret in errors] == []
    # A trace has the query and the visitor's address.
    assert [secret for secret in SECRETS if secret in traces] == [b"secret=word", b"192.0.2.7"]


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

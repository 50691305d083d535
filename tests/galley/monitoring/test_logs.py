"""A line of the log says which request it is about, down to the tasks that the request has queued."""

import io
import json
import logging
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg_pool.pool
import pytest
import requests
import uvicorn
import websockets.protocol
import websockets.server
from django.contrib.auth.models import AnonymousUser
from django.core.signing import Signer
from django.db import OperationalError
from django.http import HttpRequest
from django.test import AsyncRequestFactory
from django.utils.log import log_response
from django.utils.module_loading import import_string
from django_tasks.base import TaskResultStatus
from psycopg_pool import PoolTimeout
from uvicorn.config import LOGGING_CONFIG
from uvicorn.protocols.websockets import websockets_sansio_impl

from galley.files.storage import StorageError
from galley.health import views as health
from galley.monitoring import request_ids
from galley.monitoring.conf import (
    ABOUT_SOCKETS,
    INVALID_TEXT,
    OUTAGE_SECONDS,
    ConsoleHandler,
    is_not_of_visitors,
    logging_settings,
)
from galley.monitoring.logs import make_json_formatter
from galley.monitoring.request_ids import RequestIds, make_task_id
from galley.preview.sharing import SALT
from tests.running_site import DATABASE, EDITOR, EDITOR_PASSWORD, read_session, run_site

FROM_NGINX = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _outside_of_requests() -> Iterator[None]:
    yield
    request_ids.request_id.set("")


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What `django.request` logs meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(make_json_formatter())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


async def answer(status: int, *headers: tuple[bytes, bytes]) -> tuple[str, dict[bytes, bytes]]:
    """Return the id within the request, and the headers of the response."""
    inside, sent = [], []

    async def site(scope: Any, receive: Any, send: Any) -> None:
        inside.append(request_ids.request_id.get())
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    await RequestIds(site)({"type": "http", "headers": headers}, None, send)
    return inside[0], dict(sent[0]["headers"])


async def test_the_proxys_id_is_that_of_the_request_and_errors_name_it() -> None:
    own = (b"x-request-id", FROM_NGINX.encode())
    assert await answer(200, own) == (FROM_NGINX[:16], {})
    assert await answer(500, own) == (FROM_NGINX[:16], dict([own]))


@pytest.mark.parametrize("sent", [b"", b"0123", b"x" * 32, b'{"level": "forged"}', FROM_NGINX.encode() + b"\n"])
async def test_what_is_no_id_is_replaced(sent: bytes) -> None:
    first, headers = await answer(502, (b"x-request-id", sent))
    second, _ = await answer(502)
    assert len(first) == len(second) == 16
    assert first != second
    assert headers[b"x-request-id"].decode().startswith(first)
    assert sent not in headers.values()


async def test_a_task_carries_the_id_of_its_request() -> None:
    await answer(200, (b"x-request-id", FROM_NGINX.encode()))
    tasks = {make_task_id() for _ in range(100)}
    assert len(tasks) == 100
    assert {task.hex[:16] for task in tasks} == {FROM_NGINX[:16]}
    request_ids.request_id.set("")
    assert make_task_id().hex[:16] != make_task_id().hex[:16]


def test_a_failure_is_one_line_with_the_request_and_the_user(lines, admin_user: Any) -> None:
    request: HttpRequest = AsyncRequestFactory().get("/broken/")
    request._cached_user = admin_user  # type: ignore[attr-defined]
    request_ids.request_id.set(FROM_NGINX[:16])
    try:
        raise ValueError("a secret-free text\nwith a line break")
    except ValueError as error:
        log_response("Internal Server Error: %s", request.path, response=_Failed(), request=request, exception=error)
    [line] = lines()
    assert line["event"] == "Internal Server Error: /broken/"
    assert (line["request_id"], line["user_id"], line["status"]) == (FROM_NGINX[:16], admin_user.pk, 500)
    assert (line["level"], line["logger"]) == ("error", "django.request")
    assert "ValueError: a secret-free text" in line["exception"]


class _Failed:
    status_code = 500


def test_a_user_who_was_not_loaded_is_not_asked_for(lines) -> None:
    request: HttpRequest = AsyncRequestFactory().get("/broken/")
    request._cached_user = AnonymousUser()  # type: ignore[attr-defined]
    log_response("Internal Server Error: %s", "/broken/", response=_Failed(), request=request)
    log_response("Internal Server Error: %s", "/", response=_Failed(), request=AsyncRequestFactory().get("/"))
    assert all("user_id" not in line for line in lines())


def test_lines_of_a_task_name_task_and_request(lines) -> None:
    class Result:
        id = str(make_task_id())
        status = TaskResultStatus.RUNNING

    request_ids.enter_task(Result)
    logging.getLogger("django.request").error("The mail server said no.")
    request_ids.leave_task(Result)
    logging.getLogger("django.request").error("Between two tasks.")
    inside, between = lines()
    assert inside["task_id"] == Result.id
    assert inside["request_id"] == Result.id.replace("-", "")[:16]
    assert not {"task_id", "request_id"} & between.keys()


async def test_a_task_that_is_run_within_a_request_leaves_its_id() -> None:
    class Result:
        id = "of another backend"

    request_ids.request_id.set(FROM_NGINX[:16])
    request_ids.enter_task(Result)
    request_ids.leave_task(Result)
    assert (request_ids.request_id.get(), request_ids.task_id.get()) == (FROM_NGINX[:16], "")


def test_uvicorn_logs_the_texts_that_the_filter_drops() -> None:
    """If this fails, uvicorn has changed its texts, and anybody can fill the log."""
    settings = logging_settings("WARNING", "plain")
    is_logged = settings["filters"]["not_of_visitors"]["callback"]
    modules = [websockets_sansio_impl, websockets.server, websockets.protocol]
    sources = "".join(Path(str(module.__file__)).read_text() for module in modules)
    for text in (INVALID_TEXT, *ABOUT_SOCKETS):
        assert f'"{text}' in sources or f"'{text}" in sources
    assert not is_logged(logging.makeLogRecord({"msg": f"{INVALID_TEXT} from client"}))
    assert is_logged(logging.makeLogRecord({"msg": "Something else"}))


@pytest.mark.parametrize("log_config", [LOGGING_CONFIG, None], ids=["plain", "json"])
@pytest.mark.parametrize("access_log", [False, True])
def test_a_socket_is_logged_if_each_request_is(log_config: Any, access_log: bool) -> None:
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")]
    before = [(logger.level, logger.handlers, logger.propagate) for logger in loggers]
    try:
        uvicorn.Config("nowhere:application", log_config=log_config, log_level="info", access_log=access_log)
        for text in ABOUT_SOCKETS:
            assert is_not_of_visitors(logging.makeLogRecord({"msg": text})) == access_log
    finally:
        for logger, (level, handlers, propagate) in zip(loggers, before, strict=True):
            logger.level, logger.handlers, logger.propagate = level, handlers, propagate


def test_no_secret_is_in_a_line_of_a_request_or_a_failure(small_site_folder: Path, tmp_path: Path) -> None:
    """Each request is logged. Without their tables, all fail, and of each table one failure is logged."""
    folder = tmp_path / "var"
    shutil.copytree(small_site_folder, folder)
    key, session = (folder / "secret-key").read_text(), read_session(folder)
    draft = Signer(key=key, salt=SALT, sep=".").sign("a-draft")
    calendar = Signer(key=key, salt="galley.calendar.feed", sep=".").sign("1.a-calendar")
    reset = "d0wx5a-0123456789abcdef"
    paths = [
        f"/preview/shared/{draft}/",
        f"/calendar/shared/{calendar}.ics",
        f"/admin/password_reset/confirm/MQ/{reset}/",
        "/admin/",
    ]
    browser = requests.Session()
    browser.cookies.set("sessionid", session)
    with run_site(folder, has_worker=False, options=["--access-log"], LOG_FORMAT="json", LOG_LEVEL="INFO") as site:

        def visit_all() -> set[int]:
            form = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "username": EDITOR}
            cookies = {"csrftoken": browser.cookies["csrftoken"]}
            signs_in = [
                requests.post(f"{site.url}/admin/login/", form | {"password": password}, cookies=cookies, timeout=60)
                for password in ("wrong-password", EDITOR_PASSWORD)
            ]
            return {answer.status_code for answer in [*(browser.get(site.url + path) for path in paths), *signs_in]}

        token = browser.get(f"{site.url}/admin/session/", headers={"X-Requested-With": "XMLHttpRequest"}).json()[
            "token"
        ]
        assert visit_all().isdisjoint({403, 503})
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            for table in ("preview_sharelink", "calendar_feedaddress", "auth_user", "rate_limits_attemptcount"):
                database.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")
        assert visit_all() == {503}
        log = site.log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    failed = [line["event"].partition(": ")[2] for line in lines if line.get("status") == 503]
    shown = ["/admin/login/", "/preview/shared/…/", "/calendar/shared/…", "/admin/password_reset/confirm/MQ/…/"]
    assert failed == shown
    assert sum("exception" in line for line in lines) == len(shown)
    assert sum(line["logger"] == "uvicorn.access" for line in lines) > 10
    secrets = [draft, calendar, reset, session, token, key, browser.cookies["csrftoken"], EDITOR_PASSWORD]
    assert [secret for secret in [*secrets, "wrong-password"] if secret in log] == []


def test_visitors_do_not_fill_the_log(client: Any, db: None, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/nix/").status_code == 404
    assert client.get("/", headers={"host": "other.example"}).status_code in {400, 404}
    assert not [record for record in caplog.records if record.name.startswith("django.")]


@pytest.fixture
def console() -> Iterator[tuple[ConsoleHandler, io.StringIO]]:
    """The handler of the log, and what it has written. It writes tracebacks too."""
    handler, stream = ConsoleHandler(), io.StringIO()
    handler.setStream(stream)
    handler.setFormatter(logging.Formatter("{levelname} {message}", style="{"))
    return handler, stream


def fail(handler: logging.Handler, error: Exception, second: float, path: str = "/") -> None:
    """Log what Django logs of a request that has failed by `error`."""
    try:
        raise error
    except Exception:
        record = logging.getLogger("django.request").makeRecord(
            "django.request", logging.ERROR, __file__, 1, "Service Unavailable: %s", (path,), sys.exc_info()
        )
    record.created = 1_000_000 + second
    handler.handle(record)


def no_connection() -> Exception:
    error = OperationalError("couldn't get a connection after 1.80 sec")
    error.__cause__ = PoolTimeout("couldn't get a connection after 1.80 sec")
    return error


def no_bucket(name: str) -> Exception:
    error = StorageError(f"The bucket galley of the site doesn't answer: it asked for {name}")
    error.__cause__ = OSError("connection reset")
    return error


@pytest.mark.parametrize("make_error", [no_connection, lambda: no_bucket("a.png")], ids=["database", "storage"])
def test_an_outage_is_one_line_a_minute_for_all_visitors(console: Any, make_error: Callable[[], Exception]) -> None:
    handler, stream = console
    for second in range(50):
        fail(handler, make_error(), second, path=f"/{second}/")
    [line] = stream.getvalue().splitlines()
    assert line.startswith(f"ERROR Service Unavailable: /0/: {make_error()}")
    fail(handler, make_error(), OUTAGE_SECONDS + 1, path="/last/")
    [_, line] = stream.getvalue().splitlines()
    assert line.startswith("ERROR Service Unavailable: /last/")
    assert line.endswith("(49 more of them since the line before)")


def test_outages_of_several_kinds_are_told_apart(console: Any) -> None:
    handler, stream = console
    for error in (no_connection(), no_bucket("a.png"), no_bucket("b.png"), OperationalError("the disk is full")):
        fail(handler, error, 0)
    assert stream.getvalue().count("Service Unavailable") == 3


def test_a_fault_keeps_its_traceback_and_all_its_lines(console: Any) -> None:
    handler, stream = console
    for _ in range(2):
        fail(handler, ValueError("a fault of the code"), 0)
    assert stream.getvalue().count("Traceback") == 2
    # The database answers, and says what is wrong. The traceback tells where.
    for _ in range(2):
        fail(handler, OperationalError("no such column"), 0)
    assert stream.getvalue().count("Traceback") == 3


def test_what_the_pool_and_the_probes_say_is_an_outage_too(console: Any) -> None:
    handler, stream = console
    for name in ("psycopg.pool", "galley.health.views"):
        assert logging.getLogger(name) in (psycopg_pool.pool.logger, health.logger)
        for attempt in range(3):
            handler.handle(logging.makeLogRecord({"name": name, "msg": "no answer: %s", "args": (attempt,)}))
    for _ in range(3):
        values = {"name": "django.request", "msg": "%s: %s", "args": ("no answer", "/health/ready"), "status_code": 503}
        handler.handle(logging.makeLogRecord(values))
    assert stream.getvalue().splitlines() == [*2 * ["Level None no answer: 0"], "Level None no answer: /health/ready"]


@pytest.mark.parametrize("style", ["plain", "json"])
def test_the_log_is_written_by_that_handler(style: str) -> None:
    assert import_string(logging_settings("WARNING", style)["handlers"]["console"]["class"]) is ConsoleHandler

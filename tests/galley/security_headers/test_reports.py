"""Browsers' reports: one line in the log for each cause, and little that a stranger can do."""

import json
import logging

import pytest

from galley.security_headers import reports
from galley.security_headers.application import SecurityHeaders
from tests.galley.page_cache.visitors import Answer, ask

PAGE = "http://testserver/blog/a-post/"


@pytest.fixture(autouse=True)
def nothing_logged() -> None:
    reports._logged.clear()


async def fail(scope, receive, send) -> None:
    raise AssertionError("Django was asked.")


async def report(body: object, method: str = "POST") -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await ask(SecurityHeaders(fail), "/policy-reports/", method, content)


def violation(document: str = PAGE, blocked: str = "https://a.example.org/x.js?secret", source: str = "") -> dict:
    body = {"documentURL": document, "blockedURL": blocked, "effectiveDirective": "script-src-elem"}
    return {"type": "csp-violation", "body": body | {"sourceFile": source}}


async def test_a_report_is_a_line_in_the_log_however_often_it_comes(caplog: pytest.LogCaptureFixture) -> None:
    old = {
        "csp-report": {
            "document-uri": PAGE,
            "blocked-uri": "https://a.example.org/x.js?secret",
            "violated-directive": "script-src-elem 'self'",
        }
    }
    for body in (old, [violation(), violation()], [violation(blocked="inline")]):
        answer = await report(body)
        assert (answer.status, answer.body) == (204, b"")
    assert [record.getMessage() for record in caplog.records] == [
        "A content security policy has stopped something: script-src-elem https://a.example.org on /blog/a-post/",
        "A content security policy has stopped something: script-src-elem inline on /blog/a-post/",
    ]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


async def test_no_secret_and_no_line_break_gets_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    await report([violation("http://testserver/preview/shared/abc-DEF:1/?x=1", "eval\nERROR forged\x1b[0m")])
    [record] = caplog.records
    assert record.getMessage().endswith("eval?ERROR forged?[0m on /preview/shared/?/")


async def test_extensions_and_other_sites_are_nobodys_business(caplog: pytest.LogCaptureFixture) -> None:
    strange = [violation(blocked="chrome-extension"), violation(source="moz-extension://x/y.js")]
    strange += [violation("https://other.example.org/"), violation(""), {"type": "deprecation", "body": {}}]
    assert (await report(strange)).status == 204
    assert caplog.records == []


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"[1]", b"{}", b"null", b'{"csp-report": 1}', b"[" * 10_000, b"\xff", b'[{"type": []}]']
)
async def test_what_is_no_report_is_refused(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    answer = await report(body)
    assert (answer.status in (204, 400), answer.body, caplog.records) == (True, b"", [])


async def test_what_is_too_long_is_refused_before_it_is_read() -> None:
    given = 0

    async def receive() -> dict:
        nonlocal given
        given += 1
        return {"type": "http.request", "body": b"x" * 8192, "more_body": True}

    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/policy-reports/", "headers": []}
    await SecurityHeaders(fail)(scope, receive, send)
    assert (sent[0]["status"], given) == (413, 3)
    assert (await report([], "GET")).status == 405


async def test_a_flood_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(30):
        await report([violation(f"{PAGE}{number}-{one}/") for one in range(40)])
    assert len(caplog.records) == reports.MAX_LINES


async def test_reports_go_nowhere_without_an_address(settings) -> None:
    from galley.security_headers.policies import build_headers

    settings.CSP_REPORT_PATH = ""
    assert "report-" not in build_headers().public["Content-Security-Policy"]
    assert "Reporting-Endpoints" not in build_headers().public
    with pytest.raises(AssertionError, match="Django was asked"):
        await report([])

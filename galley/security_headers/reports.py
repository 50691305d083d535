"""What browsers say that a policy has stopped: one line in the log for each cause, within limits.

Anybody can send a report, so it is little that one can do: nothing is stored, and a request is answered in memory,
without a thread or the database.
"""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from cachetools import TTLCache
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from galley.monitoring.redaction import redact

logger = logging.getLogger(__name__)

MAX_BYTES = 16 * 1024
MAX_REPORTS = 20
MAX_LENGTH = 200
# So many different lines in an hour. What else comes then isn't logged.
MAX_LINES = 50
_logged: TTLCache[str, bool] = TTLCache(MAX_LINES, ttl=60 * 60)

UNPRINTABLE = re.compile(r"[^ -~]")
# What a visitor's own browser adds to the page.
EXTENSIONS = ("chrome-extension", "moz-extension", "safari-extension", "safari-web-extension", "ms-browser-extension")


async def take_report(scope: Any, receive: Any, send: Any) -> None:
    """Answer a report with status 204, and what is none with 400, 405 or 413: an ASGI application."""
    status = 405 if scope["method"] != "POST" else _note(await _read_body(receive))
    headers = [(b"cache-control", b"no-store"), (b"content-length", b"0")]
    headers += [(b"allow", b"POST")] if status == 405 else []
    await send({"type": "http.response.start", "status": status, "headers": headers if status != 204 else headers[:1]})
    await send({"type": "http.response.body", "body": b""})


async def _read_body(receive: Any) -> bytes | None:
    """Return the body, or None if it is too long."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BYTES:
            return None
        if not message.get("more_body"):
            return body


def _note(body: bytes | None) -> int:
    """Log what the reports in `body` say. Return the status of the answer."""
    if body is None:
        return 413
    try:
        lines = {line for line in _read_reports(json.loads(body)) if line}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return 400
    for line in sorted(lines):
        if line not in _logged and len(_logged) < MAX_LINES:
            _logged[line] = True
            logger.warning("A content security policy has stopped something: %s", line)
    return 204


def _read_reports(data: Any) -> Iterator[str]:
    """Yield a line for each report, in the format of `report-uri` (CSP 2) or of the Reporting API."""
    if isinstance(data, dict) and "csp-report" in data:
        report = data["csp-report"]
        names = ("effective-directive", "violated-directive"), ("blocked-uri",), ("source-file",), ("document-uri",)
        yield _describe(*(next((str(report[name]) for name in either if report.get(name)), "") for either in names))
        return
    for entry in (data if isinstance(data, list) else [data])[:MAX_REPORTS]:
        if entry["type"] == "csp-violation":
            body = entry["body"]
            names_of_body = ("effectiveDirective", "blockedURL", "sourceFile", "documentURL")
            yield _describe(*(str(body.get(name) or "") for name in names_of_body))


def _describe(directive: str, blocked: str, source: str, document: str) -> str:
    """Return a line; nothing for the page of another site, and for what an extension of the browser does."""
    host, _port = split_domain_port(urlsplit(document).netloc)
    is_own = validate_host(host, settings.ALLOWED_HOSTS or [".localhost", "127.0.0.1", "[::1]"])
    if not is_own or blocked.startswith(EXTENSIONS) or source.startswith(EXTENSIONS):
        return ""
    parts = urlsplit(blocked)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else blocked
    where = f" by {_clean(urlsplit(source).path)}" if source else ""
    return f"{_clean(directive.split(' ')[0])} {_clean(origin) or 'inline'} on {_clean(urlsplit(document).path)}{where}"


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("?", redact(text))[:MAX_LENGTH]

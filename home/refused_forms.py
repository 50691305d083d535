"""The page for a form that Django's protection against forged requests refuses: it names the cause."""

import logging
from functools import lru_cache
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseForbidden
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER, REASON_NO_CSRF_COOKIE
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

_ELSEWHERE = tuple(reason.partition("%s")[0] for reason in (REASON_BAD_ORIGIN, REASON_BAD_REFERER))


def refuse_form(request: HttpRequest, reason: str = "") -> HttpResponseForbidden:
    """Return the page for `reason`, one of Django's sentences: this is its `CSRF_FAILURE_VIEW`."""
    if reason == REASON_NO_CSRF_COOKIE:
        context = {"title": "Your browser sent no cookie", "has_no_cookie": True}
    elif reason.startswith(_ELSEWHERE):
        sender = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
        got, expected = f"{sender.scheme}://{sender.netloc}"[:200], f"{request.scheme}://{request.get_host()}"
        _log_address(got, expected)
        context = {"title": "This form came from another address", "got": got, "expected": expected}
    else:
        context = {"title": "This form is out of date"}
    return HttpResponseForbidden(render_to_string("403_csrf.html", context))


# Each pair is logged once, so that nobody can fill the log.
@lru_cache(maxsize=100)
def _log_address(got: str, expected: str) -> None:
    logger.warning(
        "A form from %s was refused: the server takes its own address to be %s. If both are this site, a proxy has to "
        "pass the headers Host (with the port) and X-Forwarded-Proto.",
        got,
        expected,
    )

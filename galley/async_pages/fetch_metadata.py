"""CSRF protection without a token and a cookie, by the headers with which browsers name the origin of a request.

A token in each form would make every page private: no cache could store it, and reading it would set a cookie. Browsers
send `Sec-Fetch-Site` (Fetch Metadata Request Headers, W3C), older ones `Origin` (RFC 6454). A client that sends neither
isn't a browser, so it carries no visitor's session.
"""

import logging
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

logger = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# 'none' is a request that the user started, for example by reloading the page.
SAME_ORIGIN_VALUES = frozenset({"same-origin", "none"})

CROSS_ORIGIN = _(
    "This was sent from a page of another site, so nothing was done with it. Please use the form on this site."
)

OTHER_ADDRESS = _(
    "This was sent from %(got)s, and the site takes its own address to be %(expected)s, so nothing was done with it. "
    "If both are this site, its server is set up wrongly: please tell the people who run it."
)


def csrf_by_fetch_metadata(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return the sync `view` without Django's CSRF check. It refuses requests that `is_cross_origin_write` detects."""

    @csrf_exempt
    @wraps(view)
    def protected_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_cross_origin_write(request):
            return HttpResponseForbidden(_explain(request), content_type="text/plain; charset=utf-8")
        return view(request, *args, **kwargs)

    return protected_view


def is_cross_origin_write(request: HttpRequest) -> bool:
    """Return whether `request` could change something here and comes from a page of another origin."""
    if request.method in SAFE_METHODS:
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in SAME_ORIGIN_VALUES
    origin = request.headers.get("Origin")
    return origin is not None and origin != _own_origin(request)


def _own_origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _explain(request: HttpRequest) -> str:
    """Say why the request is refused. Only a browser that says so itself is certain to be on another site."""
    if "Sec-Fetch-Site" in request.headers:
        return str(CROSS_ORIGIN)
    got, expected = request.headers["Origin"][:200], _own_origin(request)
    log_other_address(got, expected)
    return OTHER_ADDRESS % {"got": got, "expected": expected}


@lru_cache(maxsize=100)
def log_other_address(got: str, expected: str) -> None:
    """Log that a form was refused, once for each pair of addresses, so that nobody can fill the log."""
    logger.warning(
        "A form from %s was refused: the server takes its own address to be %s. If both are this site, a proxy has to "
        "pass the headers Host (with the port), Origin, Referer and X-Forwarded-Proto.",
        got,
        expected,
    )

"""The page for a form that Django's protection against forged requests refuses: it names the cause."""

import logging
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER, REASON_NO_CSRF_COOKIE
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from galley.async_pages.fetch_metadata import log_other_address

logger = logging.getLogger(__name__)

_ELSEWHERE = tuple(reason.partition("%s")[0] for reason in (REASON_BAD_ORIGIN, REASON_BAD_REFERER))


def refuse_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for `reason`, one of Django's sentences: this is its `CSRF_FAILURE_VIEW`.

    A script gets the cause as JSON. It is empty if all that is wrong is that the form is out of date.
    """
    expected = f"{request.scheme}://{request.get_host()}"
    context = {"title": _("This form is out of date"), "cause": ""}
    if reason == REASON_NO_CSRF_COOKIE:
        context = _explain_cookie(request, expected)
    elif reason.startswith(_ELSEWHERE):
        context = _explain_address(request, expected)
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"cause": context["cause"]}, status=403)
    return HttpResponseForbidden(render_to_string("403_csrf.html", context))


def _explain_address(request: HttpRequest, expected: str) -> dict[str, str]:
    sent = request.headers.get("Origin") or request.headers.get("Referer", "")
    sender = urlsplit(sent)
    got = f"{sender.scheme}://{sender.netloc}"[:200] if sender.netloc else sent[:200]
    log_other_address(got or "an unknown address", expected)
    said = _("Nothing says from which address it was sent.")
    if got:
        said = _("As it arrived, your browser sent it from %(address)s.") % {"address": got}
    believed = _("The server takes its own address to be %(address)s.") % {"address": expected}
    return {
        "title": _("This form came from another address"),
        "cause": f"{said} {believed}",
        "advice": "address",
    }


def _explain_cookie(request: HttpRequest, expected: str) -> dict[str, str]:
    name, others = settings.CSRF_COOKIE_NAME, ", ".join(sorted(request.COOKIES))[:200]
    if settings.CSRF_COOKIE_SECURE and not request.is_secure():
        text = _("Your browser returns this site's cookies by HTTPS only, and the server was asked at %(address)s.")
        cause = text % {"address": expected}
    elif others:
        text = _(
            "Your browser returned other cookies (%(others)s), but not %(name)s, which the site gives it with every "
            "form."
        )
        cause = text % {"others": others, "name": name}
    else:
        cause = _("Your browser returned no cookie, although this site gives it one with every form.")
    _log_cookie(name, others or "none", expected)
    return {"title": _("A cookie did not come back"), "cause": cause, "advice": "cookie"}


# Logged once for each, so that nobody can fill the log.
@lru_cache(maxsize=100)
def _log_cookie(expected: str, got: str, site: str) -> None:
    logger.warning(
        "A form was refused: the cookie %s did not come back. Cookies that did: %s. The server was asked at %s. If "
        "that happens to all forms, a proxy changes the headers Cookie or Set-Cookie, or HTTPS is missing.",
        expected,
        got,
        site,
    )

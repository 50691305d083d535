"""The answer to a request by a name that isn't the site's, as when a proxy doesn't pass the browser's `Host`."""

import logging
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.defaults import bad_request

logger = logging.getLogger(__name__)


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the cause for a name that isn't in `ALLOWED_HOSTS`, else Django's answer; both with status 400.

    This is a URLconf's `handler400`.
    """
    if not isinstance(exception, DisallowedHost):
        return bad_request(request, exception)
    is_forwarded = settings.USE_X_FORWARDED_HOST and "X-Forwarded-Host" in request.headers
    name = "X-Forwarded-Host" if is_forwarded else "Host"
    got = request.headers.get(name, "")[:200] or _("nothing")
    _log_host(name, got)
    text = _(
        "This isn't the name of a site here: %(got)s. If your browser shows another name, the server in front of the "
        "site is set up wrongly: it should pass the header %(name)s as it comes. Please tell the people who run it."
    ) % {"got": got, "name": name}
    return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")


# Logged once for each. Programs that try names at random shall not fill the log.
@lru_cache(maxsize=100)
def _log_host(name: str, got: str) -> None:
    logger.warning(
        "Requests with the header %s %r are refused: it isn't one of ALLOWED_HOSTS, and the site's address is %s. If "
        "browsers ask for that address, a proxy has to pass Host as it comes.",
        name,
        got,
        settings.WAGTAILADMIN_BASE_URL,
    )

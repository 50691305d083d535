"""The answer to a request with a value that can't be read, such as `abc` for a number: status 400, with a sentence.

Views that look up what a request names, Wagtail's and ours, raise errors of many kinds for such values.
"""

import logging

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

# More digits than a column of the database has.
_MANY_DIGITS = 19


def refuse_bad_value(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Return the answer, or None if the `exception` isn't about a value of the request: then the fault is ours."""
    if not isinstance(exception, ValueError | OverflowError | DataError):
        return None
    sent = [*request.GET.lists(), *request.POST.lists()]
    name = next((name for name, values in sent if any(_is_meant(value, exception) for value in values)), None)
    if name is None:
        return None
    logger.warning("A request to %s has a value of %.100r that can't be read: %.200s", request.path, name, exception)
    message = _("What was sent as “%(name)s” can't be read, so the request was refused.") % {"name": name[:100]}
    if request.accepts("text/html"):
        return render(request, "400.html", {"cause": message}, status=400)
    # As Wagtail's autosave answers.
    return JsonResponse({"success": False, "error_code": "invalid_value", "error_message": message}, status=400)


def _is_meant(value: str, exception: Exception) -> bool:
    """Return whether the `exception` is about the `value`, as Python, Django and the databases say it."""
    if isinstance(exception, OverflowError | DataError):
        return len(value) >= _MANY_DIGITS and value.removeprefix("-").isdecimal()
    return str(exception).rstrip(".").endswith(repr(value)) or ("\x00" in value and "NUL" in str(exception))

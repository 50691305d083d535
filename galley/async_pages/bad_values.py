"""The answer to a request whose values can't be read, such as `abc` for a number: status 400, with a sentence.

Views that look up what a request names, Wagtail's and ours, raise errors of many kinds for such values.
"""

import logging
import re

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

# More digits than a column of the database has.
_MANY_DIGITS = 19
# What PostgreSQL says of a text that is too long for its column.
_TOO_LONG = re.compile(r"value too long for type character varying\((\d+)\)")
# An error names the first characters of a longer value.
_SHOWN_LENGTH = 100


def refuse_bad_value(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Return the answer, or None if the `exception` isn't about a value of the request: then the fault is ours."""
    if isinstance(exception, MultiValueDictKeyError):
        name, text = exception.args[0], _("The request lacks “%(name)s”, so it was refused.")
    elif isinstance(exception, ValueError | OverflowError | DataError | ObjectDoesNotExist | NoReverseMatch):
        sent = [*request.GET.lists(), *request.POST.lists()]
        name = next((name for name, values in sent if any(_is_meant(value, exception) for value in values)), None)
        text = _("What was sent as “%(name)s” can't be read, so the request was refused.")
    else:
        return None
    if name is None:
        return None
    logger.warning("A request to %s has no %.100r that can be read: %.200s", request.path, name, exception)
    message = text % {"name": name[:100]}
    if request.accepts("text/html"):
        return render(request, "400.html", {"cause": message}, status=400)
    # As Wagtail's autosave answers.
    return JsonResponse({"success": False, "error_code": "invalid_value", "error_message": message}, status=400)


def _is_meant(value: str, exception: Exception) -> bool:
    """Return whether the `exception` is about the `value`, as Python, Django and the databases say it."""
    text = str(exception)
    if "\x00" in value and "NUL" in text:
        return True
    if too_long := _TOO_LONG.search(text):
        return len(value) > int(too_long[1])
    if isinstance(exception, OverflowError | DataError | ObjectDoesNotExist):
        return len(value) >= _MANY_DIGITS and value.removeprefix("-").isdecimal()
    if isinstance(exception, NoReverseMatch):
        return text.startswith(f"Reverse for '{value}' not found")
    return text.rstrip(".").endswith(repr(value)) or (
        len(value) > _SHOWN_LENGTH and repr(value)[:_SHOWN_LENGTH] in text
    )

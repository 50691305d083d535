"""The answer to a form in which something is chosen that somebody deletes while the form is saved.

It was still there when the form was checked. The database refuses it at the end, so nothing is saved.
Checked again, the form names the field, and shows all that was written.
"""

from inspect import iscoroutinefunction

from django.contrib.messages.storage import default_storage
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from galley.async_pages.fetch_metadata import SAFE_METHODS

# What the database says, and Django's models before it.
DELETED = (IntegrityError, ObjectDoesNotExist, ValidationError)


def submit_again(request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
    """Return the view's answer to the same form, or None if another wouldn't follow from it. It is tried once.

    A file that was uploaded with it may have been moved to its place.
    """
    match = request.resolver_match
    if not isinstance(exception, DELETED) or request.method in SAFE_METHODS:
        return None
    if match is None or iscoroutinefunction(match.func) or request.FILES or hasattr(request, "is_submitted_again"):
        return None
    request.is_submitted_again = True  # type: ignore[attr-defined]
    if hasattr(request, "_messages"):
        # They say that it was saved.
        request._messages = default_storage(request)
    answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return answer

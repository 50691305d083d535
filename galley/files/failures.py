"""What editors and the log read if a file can't be stored or read."""

import errno
import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from galley.files.storage import AwayError, StorageError

# A disk, of media or of the folder for temporary files, on which nothing can be written.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def is_storage_failure(error: BaseException | None) -> bool:
    """Return whether `error` says, or was raised because, a file can't be stored or read."""
    while error:
        if isinstance(error, StorageError) or (isinstance(error, OSError) and error.errno in FULL):
            return True
        error = error.__cause__
    return False


def explain_in_admin(request: HttpRequest) -> HttpResponse:
    """Return a page with status 503; to an upload among several, what Wagtail's script shows beside the file."""
    text = _(
        "The place where files are stored doesn't answer, is full, or can't be written to. Nothing was stored or "
        "changed. Try again in a few minutes. Administrators see what is wrong under Reports, Health of the site."
    )
    if request.resolver_match and request.resolver_match.url_name == "add_multiple":
        return JsonResponse({"success": False, "error_message": text})
    context = {"page_title": _("Files can't be stored at the moment"), "header_icon": "warning", "text": text}
    return render(request, "files/failure.html", context, status=503)


def is_news(record: logging.LogRecord) -> bool:
    """Return whether a line of the log says more than that the storage is still away: a filter for `django.request`."""
    return not (record.exc_info and isinstance(record.exc_info[1], AwayError))

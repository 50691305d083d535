"""Stores a picture that is pasted or dropped in the page editor, or that stands at an address elsewhere."""

import threading
from http.client import HTTPException
from pathlib import PurePosixPath
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, JsonResponse
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.permissions import policy_registry

from galley.fetching import NotPublicError, read_public_url
from galley.images.pictures import find_format

# An editor's scripts fetch one picture after the other. The threads are those that answer requests, and few.
_FETCHES = threading.BoundedSemaphore(2)
MAX_WAITING_SECONDS = 20
MAX_ADDRESS = 4_000
SUFFIXES = {"jpeg": "jpg"}


class PictureError(Exception):
    """A picture can't be fetched. The message is a sentence for editors."""


@require_POST
def add_picture(request: HttpRequest) -> JsonResponse:
    """Store `file`, or what is at the `address`, and answer with its `image_id`, or with an `error_message`.

    The image has no description: its alt text is for the editor to write.
    """
    model = get_image_model()
    policy = policy_registry.get_by_type(model)
    collection = policy.collections_user_has_permission_for(request.user, "add").first()
    if not collection:
        return _refuse(_("You may not add pictures to the library. Ask a colleague who may."))
    try:
        file = request.FILES.get("file") or fetch_picture(request.POST.get("address", ""))
    except PictureError as error:
        return _refuse(str(error))
    title = PurePosixPath(str(file.name)).stem[:255] or _("Pasted picture")
    image = model(uploaded_by_user=request.user)
    fields = {"title": title, "collection": collection.pk}
    form = get_image_form(model)(fields, {"file": file}, instance=image, user=request.user)
    if not form.is_valid():
        return _refuse(" ".join(str(sentence) for errors in form.errors.values() for sentence in errors))
    return JsonResponse({"image_id": form.save().pk})


def fetch_picture(address: str) -> SimpleUploadedFile:
    """Return the picture at a public `address`, named after it. Raises `PictureError`. Blocks."""
    url = iri_to_uri(f"https:{address}" if address.startswith("//") else address)
    if not url.startswith(("http://", "https://")) or len(url) > MAX_ADDRESS:
        raise PictureError(_("It has no address on the web."))
    most = getattr(settings, "WAGTAILIMAGES_MAX_UPLOAD_SIZE", 10 * 1024 * 1024)  # Wagtail's default
    if not _FETCHES.acquire(timeout=MAX_WAITING_SECONDS):
        raise PictureError(_("The server is busy with other pictures. Paste it again in a minute."))
    try:
        content, _headers, url = read_public_url(url, "image/*", most)
    except HTTPError as error:
        text = _("The other site doesn't give it away (status %(status)s).")
        raise PictureError(text % {"status": error.code}) from error
    except (OSError, HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, NotPublicError):
            raise PictureError(_("Its address isn't a public one.")) from error
        raise PictureError(_("The other site doesn't answer.")) from error
    except ValueError as error:
        raise PictureError(_("It is too large, or its address is wrong.")) from error
    finally:
        _FETCHES.release()
    return SimpleUploadedFile(f"{_name_of(url)}.{_suffix_of(content)}", content)


def _name_of(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).stem.replace("\x00", "")[:80] or "picture"


def _suffix_of(content: bytes) -> str:
    name = find_format(content)
    if name is None:
        raise PictureError(_("There is no picture at its address."))
    return SUFFIXES.get(name, name)


def _refuse(sentence: Any) -> JsonResponse:
    return JsonResponse({"error_message": str(sentence)})

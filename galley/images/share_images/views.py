"""Responds with the share image of a public page, drawn at its first request and stored in the media folder."""

import logging
from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import override
from django.views.decorators.http import require_safe
from wagtail.models import Page

from galley.images.share_images import ShareImageText
from galley.images.share_images.drawing import draw_share_image
from galley.page_cache.cacheable_views import make_cacheable, require_site
from galley.page_cache.root_pages import find_public_pages
from galley.page_cache.versioned import use_current_version

logger = logging.getLogger(__name__)

# Not one of the public media folders: the view has to check that the page is public.
FOLDER = "share_images"
# One image at a time, in a thread of its own: many requests don't hold up the rendering of pages.
_drawing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="share-image")


@require_safe
async def share_image(request: HttpRequest, pk: int, digest: str) -> HttpResponseBase:
    """Respond with the image of the page `pk`; redirect to the current URL if the text has changed.

    Raises Http404 unless the page is published and public.
    """
    text = await sync_to_async(find_text)(request, pk)
    if text.digest != digest:
        return redirect("share_image", pk=pk, digest=text.digest)
    content = await get_running_loop().run_in_executor(_drawing, _read_or_draw, pk, text)
    return make_cacheable(request, HttpResponse(content, content_type="image/png"))


def find_text(request: HttpRequest, pk: int) -> ShareImageText:
    """Return the text for the image of the page `pk`. Raises Http404 unless the page is public. Blocks."""
    with use_current_version(request):
        site = require_site(request)
        page = find_public_pages(site).filter(pk=pk).defer_streamfields().specific().first()
        if page is None:
            raise Http404
        # Its date is in the language of the page, as in the metadata that link to the image.
        with override(page.locale.language_code):
            return ShareImageText.of(page, site)


def _read_or_draw(pk: int, text: ShareImageText) -> bytes:
    name = f"{FOLDER}/{pk}/{text.digest}.png"
    # Whatever is wrong with the storage: it is drawn.
    with suppress(OSError), default_storage.open(name) as file:
        return bytes(file.read())
    image = draw_share_image(text)
    try:
        delete_share_images(pk)
        default_storage.save(name, ContentFile(image))
    except Exception as error:  # each storage has its own kinds
        logger.error("The share image of page %s can't be stored, and is drawn again each time: %s", pk, error)
    return image


def delete_share_images(pk: int) -> None:
    """Delete the stored images of the page `pk`."""
    folder = f"{FOLDER}/{pk}"
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")


def delete_share_images_of_page(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    """Delete the images of a deleted page once its deletion is committed: a receiver of `post_delete`."""
    if sender is Page:
        pk = instance.pk  # None after the deletion
        transaction.on_commit(lambda: delete_share_images(pk), robust=True)  # Django can't name a `partial` in its log

"""Keeps drawn share images in the media folder: one for each page, which the next one replaces."""

from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from wagtail.models import Page

from galley.images.share_images.drawing import draw_share_image
from galley.images.share_images.words import ShareWords

# Not among the public folders of `config.files`: the view asks first whether everybody may see it.
FOLDER = "share_images"
# One at a time, in a thread of its own: however many are asked for at once, pages are still served.
_drawing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="share-image")


async def read_or_draw(pk: int, words: ShareWords) -> bytes:
    """Return the PNG of the page `pk` with these words, drawn now if that wasn't done before."""
    return await get_running_loop().run_in_executor(_drawing, _read_or_draw, pk, words)


def _read_or_draw(pk: int, words: ShareWords) -> bytes:
    folder = f"{FOLDER}/{pk}"
    name = f"{folder}/{words.digest}.png"
    if default_storage.exists(name):
        with default_storage.open(name) as file:
            return bytes(file.read())
    image = draw_share_image(words)
    delete_share_images(pk)
    default_storage.save(name, ContentFile(image))
    return image


def delete_share_images(pk: int) -> None:
    """Delete what was drawn for the page `pk`."""
    folder = f"{FOLDER}/{pk}"
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")


def forget_deleted_page(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    """Delete the images of a page that was deleted, once that is certain: a handler of `post_delete`."""
    if sender is Page:
        transaction.on_commit(partial(delete_share_images, instance.pk), robust=True)

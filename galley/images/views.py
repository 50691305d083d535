"""Answers for a picture whose file isn't there yet; once it is, files are served without Django.

A page with fifty new pictures so is there at once, and each picture a moment later. AVIF takes ten times as long as
WebP: whoever asks for it first gets WebP at the same address, which every browser that knows the one can show, and the
worker makes the AVIF.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from wagtail.images.models import AbstractImage, Filter

from galley.async_pages import WorkerThreads
from galley.images.addresses import FORMATS, PictureName
from galley.images.making import find_image, find_rendition, store_rendition
from galley.images.tasks import make_pictures

logger = logging.getLogger(__name__)

# The name changes with the picture, so that a file may be kept for ever; what stands in for it only for a moment.
FOR_EVER = 60 * 60 * 24 * 365
FOR_A_MOMENT = 60

# Pictures are made beside the threads that make pages, and few at a time: the rest wait here.
_encoders = WorkerThreads(2, "pictures")
_under_way: dict[PictureName, "asyncio.Task[bytes]"] = {}
_asked_for: set[PictureName] = set()


async def picture(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the picture called `name`, made now if need be; 404 if there is no such size of any picture."""
    wanted = PictureName.parse(name)
    image = await sync_to_async(find_image)(wanted) if wanted else None
    if wanted is None or image is None:
        raise Http404
    sent = replace(wanted, ending="webp") if wanted.ending == "avif" else wanted
    try:
        content = await _make_once(image, sent)
    except Exception as error:
        # The original is gone or damaged, in one of the many ways in which files are.
        logger.warning("The picture %s can't be made: %s", sent, error)
        raise Http404 from error
    if sent != wanted:
        await _ask_for(wanted)
    response = HttpResponse(content, content_type=f"image/{FORMATS[sent.ending]}")
    patch_cache_control(response, public=True, max_age=FOR_EVER if sent == wanted else FOR_A_MOMENT)
    return response


async def _make_once(image: AbstractImage, name: PictureName) -> bytes:
    """Return the file called `name`. Whoever asks for it while it is being made waits for the same one."""
    task = _under_way.get(name)
    if task is None:
        task = _under_way[name] = asyncio.create_task(_read_or_make(image, name))
        task.add_done_callback(lambda _: _under_way.pop(name, None))
    # A visitor who leaves takes it from nobody else.
    return await asyncio.shield(task)


async def _read_or_make(image: AbstractImage, name: PictureName) -> bytes:
    content = await sync_to_async(_read)(image, name)
    if content is None:
        file = await _encoders.run(image.generate_rendition_file, Filter(spec=name.spec))
        content = await sync_to_async(_store)(image, name, file)
    return content


def _read(image: AbstractImage, name: PictureName) -> bytes | None:
    rendition = find_rendition(image, name)
    if rendition is None or not rendition.file.storage.exists(rendition.file.name):
        return None
    with rendition.file.open() as file:
        return bytes(file.read())


def _store(image: AbstractImage, name: PictureName, file: Any) -> bytes:
    store_rendition(image, name, file)
    file.seek(0)
    return bytes(file.read())


async def _ask_for(name: PictureName) -> None:
    """Let the worker make the file called `name`; each process asks once."""
    if name not in _asked_for:
        _asked_for.add(name)
        await sync_to_async(make_pictures.enqueue)([str(name)])

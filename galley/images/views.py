"""Responds with a rendition whose file doesn't exist yet, and redirects the URLs of an image's earlier states.

Existing files are served without Django, unless they lie in a bucket.

A page with fifty new images responds at once, and each image a moment later. AVIF takes ten times as long as WebP.
So a first request for AVIF gets WebP at the same URL, which all these browsers support; the worker makes the AVIF.
"""

import asyncio
import logging
import posixpath
from dataclasses import replace
from typing import Any

from asgiref.sync import sync_to_async
from cachetools import TTLCache
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils.cache import patch_cache_control
from django.utils.encoding import filepath_to_uri
from django.views.decorators.http import require_safe
from wagtail.images.models import AbstractImage, get_rendition_storage

from galley.async_pages.threads import WorkerThreads
from galley.files.storage import find_storage_error, is_bucket
from galley.images.renditions import (
    MIME_TYPES,
    ORIGINAL,
    RENDITIONS_FOLDER,
    RenditionName,
    find_image,
    find_present_url,
    is_recorded,
    read_file,
    store_rendition,
)
from galley.images.tasks import make_renditions

logger = logging.getLogger(__name__)

# In seconds. The URL changes with the image, so a rendition can be cached for a year, but not what is sent instead.
MAX_AGE = 60 * 60 * 24 * 365
SUBSTITUTE_MAX_AGE = 60
# The picture may be deleted.
REDIRECT_MAX_AGE = 60 * 60 * 24
# As in `config/files.py`.
PUBLIC_FILE_MAX_AGE = 60 * 60 * 24 * 30

# What couldn't be stored, for example on a full disk, is sent from memory for so many seconds. Then storing is tried
# again.
UNSTORED_BYTES = 16 * 1024 * 1024
UNSTORED_TTL = 10 * 60
_unstored: TTLCache[RenditionName, bytes] = TTLCache(maxsize=UNSTORED_BYTES, ttl=UNSTORED_TTL, getsizeof=len)

# Renditions are made beside the threads that render pages, two at a time.
_encoders = WorkerThreads(2, "renditions")
# A bucket that is slow doesn't hold up pages.
_readers = WorkerThreads(4, "files")
_in_progress: dict[RenditionName, "asyncio.Task[bytes]"] = {}
# Each process asks the worker for a rendition once an hour.
_requested: TTLCache[RenditionName, bool] = TTLCache(maxsize=10_000, ttl=60 * 60)


async def serve_rendition(request: HttpRequest, name: str) -> HttpResponse:
    """Respond with the rendition called `name`, made now if necessary. Raises Http404 if no slot offers it.

    Raises StorageError if the storage doesn't answer.
    """
    if is_bucket(get_rendition_storage()) and (stored := await _find_stored(f"{RENDITIONS_FOLDER}/{name}")):
        return stored
    wanted = RenditionName.parse(name)
    image = await sync_to_async(find_image)(wanted) if wanted else None
    if wanted is None or image is None:
        raise Http404
    url = find_present_url(image, wanted)
    if url is None:
        raise Http404
    if url != wanted.url:
        redirect = HttpResponsePermanentRedirect(url)
        # A browser that remembers it would go in circles once a focal point is moved back.
        patch_cache_control(redirect, no_cache=True)
        return redirect
    is_slow = wanted.suffix == "avif" and wanted.operation != ORIGINAL
    sent = replace(wanted, suffix="webp") if is_slow else wanted
    try:
        content = await _make_once(image, sent)
    except Exception as error:
        if cause := find_storage_error(error):
            raise cause from error
        # The original is missing or damaged; image libraries raise many kinds of errors.
        logger.warning("The rendition %s can't be made: %s", sent, error)
        raise Http404 from error
    if sent != wanted and wanted not in _requested:
        _requested[wanted] = True
        await sync_to_async(make_renditions.enqueue)([str(wanted)])
    response = HttpResponse(content, content_type=MIME_TYPES[sent.suffix])
    patch_cache_control(response, public=True, max_age=MAX_AGE if sent == wanted else SUBSTITUTE_MAX_AGE)
    return response


async def _find_stored(path: str) -> HttpResponse | None:
    """Return what is stored of a rendition in a bucket, or where browsers find it there; None if it isn't stored.

    Where files lie in a folder, a web server sends them, also those of Wagtail's admin, which no slot offers.
    """
    storage, public_url = get_rendition_storage(), getattr(settings, "RENDITIONS_URL", "")
    if not await sync_to_async(is_recorded)(path):
        return None
    if not public_url:
        content = await _readers.run(read_file, storage, path)
        return None if content is None else _make_response(content, path, MAX_AGE)
    if not await _readers.run(storage.exists, path):
        return None
    redirect = HttpResponseRedirect(f"{public_url}/{filepath_to_uri(path)}")
    patch_cache_control(redirect, public=True, max_age=REDIRECT_MAX_AGE)
    return redirect


@require_safe
async def serve_public_file(request: HttpRequest, name: str) -> HttpResponse:
    """Respond with a file of the bucket that everybody may read, such as a profile picture. Raises Http404.

    Raises StorageError if the storage doesn't answer. A web server sends the files of a folder.
    """
    # Storages resolve what leads to other folders.
    is_plain = posixpath.normpath(name.replace("\\", "/")) == name
    if not is_plain or not is_bucket(default_storage):
        raise Http404
    content = await _readers.run(read_file, default_storage, name)
    if content is None:
        raise Http404
    return _make_response(content, name, PUBLIC_FILE_MAX_AGE)


def _make_response(content: bytes, path: str, max_age: int) -> HttpResponse:
    kind = MIME_TYPES.get(path.rpartition(".")[2].lower(), "application/octet-stream")
    response = HttpResponse(content, content_type=kind)
    patch_cache_control(response, public=True, max_age=max_age)
    return response


async def _make_once(image: AbstractImage, name: RenditionName) -> bytes:
    """Return the rendition called `name`. Concurrent requests for it share one task."""
    task = _in_progress.get(name)
    if task is None:
        task = _in_progress[name] = asyncio.create_task(_read_or_make(image, name))
        task.add_done_callback(lambda _: _in_progress.pop(name, None))
    # A visitor who disconnects doesn't cancel the task for others.
    return await asyncio.shield(task)


async def _read_or_make(image: AbstractImage, name: RenditionName) -> bytes:
    content = _unstored.get(name)
    if content is None and await sync_to_async(is_recorded)(name.path):
        content = await _readers.run(read_file, get_rendition_storage(), name.path)
    if content is None:
        file = await _encoders.run(image.generate_rendition_file, name.filter)
        content = await sync_to_async(_store_if_possible)(image, name, file)
    return content


def _store_if_possible(image: AbstractImage, name: RenditionName, file: Any) -> bytes:
    """Return the content of `file`, a new rendition, whether it can be stored or not."""
    try:
        return store_rendition(image, name, file)
    except Exception as error:  # each storage has its own kinds
        logger.error("The rendition %s can't be stored, and is sent from memory: %s", name, error)
        file.seek(0)
        content = bytes(file.read())
        if len(content) <= UNSTORED_BYTES:
            _unstored[name] = content
        return content

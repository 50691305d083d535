"""The worker's task that fetches what another site says of a video or a page, once a page with its address is saved."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPException
from typing import Any

from django.utils import timezone
from django_tasks import task
from wagtail.models import ReferenceIndex, Revision

from galley.decoding.processes import PictureError
from galley.embeds.models import Embed
from galley.embeds.providers import find_player
from galley.embeds.reading import read_page, read_picture, read_player
from galley.tasks.queue import enqueue_with_commit

logger = logging.getLogger(__name__)

# The name of the child of a block that has the address.
ADDRESS_NAME = "embed_url"
MAX_ADDRESS = 500
# Mail and the search index come first.
PRIORITY = -20
# Autosave stores an address while it is typed: it is asked for only if it still stands there after this time.
SETTLING = timedelta(seconds=5)
# When a host that didn't answer is asked again.
RETRIES = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1))
# After this time, a page that is saved asks again for what was never found.
ASKED_AGAIN = timedelta(days=2)
RETRY_STATUS = {408, 425, 429, 500, 502, 503, 504}


def clean_address(address: str) -> str:
    """Return `address` as it is stored: for a player, the same however it was written."""
    player = find_player(address)
    return player.address if player else address


def fetch_new_embeds(instance: Revision, **kwargs: Any) -> None:
    """Let the worker fetch what isn't known yet of the addresses in a revision: a receiver of `post_save`."""
    addresses = {clean_address(address) for address in find_addresses(instance.content)}
    addresses = {address for address in addresses if len(address) <= MAX_ADDRESS and "\0" not in address}
    known = Embed.objects.in_bulk(addresses, field_name="address") if addresses else {}
    for address in addresses:
        embed = known.get(address) or Embed.objects.get_or_create(address=address)[0]
        is_due = not embed.title and embed.asked_at < timezone.now() - ASKED_AGAIN
        if is_due or address not in known:
            Embed.objects.filter(pk=embed.pk).update(asked_at=timezone.now())
            place = [instance.content_type_id, instance.object_id]
            _fetch_later(SETTLING, embed.pk, place=place)


def _fetch_later(delay: timedelta, *args: Any, **kwargs: Any) -> None:
    can_wait = fetch_embed.get_backend().supports_defer
    later = fetch_embed.using(run_after=timezone.now() + delay) if can_wait else fetch_embed
    enqueue_with_commit(later, *args, **kwargs)


def find_addresses(content: Any) -> Iterator[str]:
    """Yield the addresses of embeds and link cards in the serialised `content` of a page, also in nested blocks."""
    if isinstance(content, str):
        if f'"{ADDRESS_NAME}"' in content and content.startswith("["):  # a StreamField
            yield from find_addresses(json.loads(content))
    elif isinstance(content, list):
        for item in content:
            yield from find_addresses(item)
    elif isinstance(content, dict):
        for name, value in content.items():
            if name != ADDRESS_NAME:
                yield from find_addresses(value)
            elif value and isinstance(value, str):
                yield value


def _stands(embed: Embed, content_type_id: int, object_id: str) -> bool:
    revisions = Revision.objects.filter(content_type_id=content_type_id, object_id=object_id)
    newest = revisions.order_by("-created_at", "-pk").first()
    addresses = map(clean_address, find_addresses(newest.content)) if newest else ()
    return embed.address in addresses or ReferenceIndex.get_references_to(embed).exists()


@task(priority=PRIORITY)
def fetch_embed(pk: int, attempt: int = 0, place: list[Any] | None = None) -> None:
    """Fetch what is said of an embed, and its picture. A host that doesn't answer is asked again, three times.

    `place` is the content type and the id of the page where it was found. If its newest version hasn't the address any
    more, nothing is fetched, and the embed is deleted.
    """
    embed = Embed.objects.filter(pk=pk).first()
    if embed is None:
        return
    if place and not _stands(embed, *place):
        embed.delete()
        return
    player = find_player(embed.address)
    try:
        found = read_player(player) if player else read_page(embed.address)
    except (OSError, ValueError, HTTPException) as error:
        logger.info("%s can't be read: %s", embed.address, error)
        may_pass = not isinstance(error, ValueError) and getattr(error, "code", 503) in RETRY_STATUS
        if may_pass and attempt < len(RETRIES) and fetch_embed.get_backend().supports_defer:
            _fetch_later(RETRIES[attempt], pk, attempt + 1)
        return
    embed.title, embed.description, embed.site_name = found.title, found.description, found.site_name
    embed.ratio = found.ratio
    for url in found.picture_urls:
        try:
            picture = read_picture(url)
        except (OSError, ValueError, HTTPException, PictureError) as error:
            logger.info("The picture %s of %s can't be used: %r", url, embed.address, error)
            continue
        embed.picture.save(picture.name, picture, save=False)
        break
    embed.save()

"""Which pages stand in the site map, and in which part of it."""

import datetime
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from django.db.models import F, Max
from django.http import HttpRequest
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from galley.images import find_largest_url
from galley.page_cache.versioned import cached_queryset

PART_SIZE = 1_000
Entry = dict[str, Any]


def find_parts(site: Site) -> list[tuple[int, datetime.datetime | None]]:
    """Return the numbers of the parts that hold a page, each with the time of the last publication in it. Blocks."""
    parts = (
        _public_pages(site)
        .order_by()
        .annotate(part=F("pk") / PART_SIZE)
        .values("part")
        .annotate(changed=Max("last_published_at"))
        .order_by("part")
        .values_list("part", "changed")
    )
    return cached_queryset(parts, lambda: list(parts))


def describe_part(request: HttpRequest, site: Site, number: int) -> list[Entry]:
    """Return what the site map tells of the pages of a part: `location`, `lastmod` and `image` of each. Blocks.

    Page types add addresses, or leave theirs out, through Wagtail's own `get_sitemap_urls`.
    """
    pages = list(
        _public_pages(site)
        .filter(pk__range=(number * PART_SIZE, (number + 1) * PART_SIZE - 1))
        .order_by("pk")
        .defer_streamfields()
        .specific()
    )
    pictures = _find_pictures(pages, site)
    return [
        {**entry, "image": pictures.get(getattr(page, "lead_image_id", 0))}
        for page in pages
        for entry in page.get_sitemap_urls(request)
    ]


def _public_pages(site: Site) -> Any:
    return Page.objects.live().public().descendant_of(site.root_page, inclusive=True)


def _find_pictures(pages: Iterable[Page], site: Site) -> dict[int, str]:
    """Return the addresses of the lead pictures, as large as they are shown."""
    pks = {page.lead_image_id for page in pages if getattr(page, "lead_image_id", None)}
    images = get_image_model().objects.in_bulk(pks)
    return {pk: urljoin(site.root_url, find_largest_url(image)) for pk, image in images.items()}

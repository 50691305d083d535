"""The sitemap (https://www.sitemaps.org/protocol.html): Wagtail's, divided into an index and small parts.

A part holds the pages whose ids lie between two multiples of `PART_SIZE`, so that the primary key finds it. Django's
own division into pages would count all pages, and skip those before the part.
"""

import datetime
from typing import Any
from urllib.parse import urljoin

from django.core.paginator import EmptyPage, Paginator
from django.db.models import F, Max
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.contrib.sitemaps import Sitemap
from wagtail.contrib.sitemaps.views import index, sitemap
from wagtail.images import get_image_model
from wagtail.models import Page

from galley.images import largest_image_url
from galley.languages.alternates import find_alternates
from galley.page_cache.cacheable_views import cacheable_view, require_site
from galley.page_cache.root_pages import find_public_pages
from galley.page_cache.versioned import cached_queryset

PART_SIZE = 1_000
XML = "application/xml; charset=utf-8"


class SitemapPart(Sitemap):
    """The public pages whose ids, divided by `PART_SIZE`, give `number`."""

    # The index asks for the number of pages in a part: always one.
    paginator = Paginator([None], 1)

    def __init__(self, request: HttpRequest, number: int, latest_lastmod: datetime.datetime | None = None) -> None:
        super().__init__(request)
        self.number = number
        self.lastmod = latest_lastmod

    def items(self) -> Any:
        """Return the pages of the part."""
        first = self.number * PART_SIZE
        pages = find_public_pages(self.get_wagtail_site()).filter(pk__range=(first, first + PART_SIZE - 1))
        return pages.order_by("pk").defer_streamfields().specific()

    def get_urls(self, page: int = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        """Return what the template shows of each URL in the part. Raises EmptyPage if there is none. Blocks.

        Page types add URLs, or leave theirs out, by overriding Wagtail's `get_sitemap_urls`.
        """
        pages = list(self.items())
        images = self._find_lead_images(pages)
        alternates = find_alternates(pages, self.request)
        urls = [
            {
                **url,
                "image": images.get(getattr(one, "lead_image_id", None)),
                "alternates": alternates.get(url["location"]),
            }
            for one in pages
            for url in one.get_sitemap_urls(self.request)
        ]
        if not urls:
            raise EmptyPage
        return urls

    def _find_lead_images(self, pages: list[Page]) -> dict[int | None, str]:
        images = get_image_model().objects.in_bulk({getattr(page, "lead_image_id", None) for page in pages} - {None})
        root_url = self.get_wagtail_site().root_url
        return {pk: urljoin(root_url, largest_image_url(image)) for pk, image in images.items()}


@cacheable_view
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Return the URLs of the parts, each with its latest publication. Raises Http404 if no page is public."""
    parts = (
        find_public_pages(require_site(request))
        .order_by()
        .annotate(part=F("pk") / PART_SIZE)
        .values("part")
        .annotate(latest_lastmod=Max("last_published_at"))
        .order_by("part")
        .values_list("part", "latest_lastmod")
    )
    rows = cached_queryset(parts, lambda: list(parts))
    if not rows:
        raise Http404  # the schema allows no empty sitemap
    sitemaps = {number: SitemapPart(request, number, latest_lastmod) for number, latest_lastmod in rows}
    response = index(request, sitemaps, sitemap_url_name="sitemap_part", content_type=XML).render()
    # It wouldn't change with a page that is unpublished. Caches revalidate by the ETag.
    response.headers.pop("Last-Modified", None)
    return response


@cacheable_view
def sitemap_part(request: HttpRequest, section: int) -> HttpResponse:
    """Return the URLs of a part. Raises Http404 if the part has no public page."""
    require_site(request)
    part = {section: SitemapPart(request, section)}
    return sitemap(request, part, section=section, template_name="site/sitemap.xml", content_type=XML).render()

"""Reads the links and pictures of published pages from the HTML that visitors get, each with its field.

Templates name the field with `data-contentpath`. What stands outside of such elements, such as lists of other pages,
isn't the page's own. Menus and foot, outside of `main`, count for the page at the root of a site.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser, LexborNode
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from galley.preview.broken_links import find_target
from galley.preview.drafts.rendering import RenderingFailed, render_page
from galley.reports.models import Address, Link, PageReading, UndescribedPicture

logger = logging.getLogger(__name__)

MAX_LINKS = 1_000
MAX_URL_LENGTH = 2_000
PICTURES = "img:not([role=presentation], [role=none])"


class Found(NamedTuple):
    """A link or a picture: its content path, its URL, and the words that show it."""

    content_path: str
    url: str
    text: str


def read_page(page: Page) -> None:
    """Store the links, and the pictures without alt text, of the published `page`. Blocks."""
    specific, begun = page.specific, timezone.now()
    try:
        html = "" if page.alias_of_id else render_page(specific)  # an alias shows what its source has
    except RenderingFailed:
        html = ""
    except Exception:  # templates and blocks of a site raise errors of any kind
        logger.exception("The links of “%s” can't be read", page)
        html = ""
    content = _Content(specific, html)
    links, pictures = list(content.links()), list(content.pictures())
    with transaction.atomic():
        store_links(page, links)
        UndescribedPicture.objects.filter(page=page).delete()
        UndescribedPicture.objects.bulk_create(
            UndescribedPicture(page=page, content_path=path, text=text) for path, _url, text in pictures
        )
        PageReading.objects.update_or_create(page=page, defaults={"read_at": begun})


def store_links(page: Page, links: Iterable[Found]) -> None:
    """Replace the stored links of `page`."""
    base = page.get_full_url() or ""
    found = dict.fromkeys(links)
    urls = {hash_url(link.url): link.url for link in found}
    stored = set(Address.objects.filter(url_hash__in=urls).values_list("url_hash", flat=True))
    Address.objects.bulk_create(
        (
            Address(url=url, url_hash=key, is_outside=find_target(base, url) is None)
            for key, url in urls.items()
            if key not in stored
        ),
        ignore_conflicts=True,  # another process may read a page with the same link
    )
    pks = dict(Address.objects.filter(url_hash__in=urls).values_list("url_hash", "pk"))
    Link.objects.filter(page=page).delete()
    Link.objects.bulk_create(
        Link(page=page, content_path=link.content_path, text=link.text, address_id=pks[hash_url(link.url)])
        for link in found
    )


def hash_url(url: str) -> str:
    """Return the key of an address."""
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()


def find_unread_pages() -> QuerySet[Page]:
    """Return the published pages that have changed since they were read, or never were."""
    read_at = Subquery(PageReading.objects.filter(page=OuterRef("pk")).values("read_at"))
    pages = Page.objects.live().filter(depth__gt=1).annotate(read_at=read_at)
    return (pages.filter(read_at=None) | pages.filter(last_published_at__gt=F("read_at"))).order_by("pk")


class _Content:
    """The fields of a rendered page."""

    def __init__(self, page: Page, html: str) -> None:
        self._page = page
        self._base = page.get_full_url() or ""
        self._document = LexborHTMLParser(html) if html else None

    def links(self) -> Iterator[Found]:
        """Yield the links to pages and files, absolute and without fragments."""
        for node, path in [*self._find("a[href]"), *self._find_in_frame()]:
            url = self._absolute(node.attributes["href"] or "")
            if url:
                yield Found(path, url, _shown(node))

    def pictures(self) -> Iterator[Found]:
        """Yield the pictures without alt text that aren't marked as decorative."""
        found = [
            (node, path)
            for node, path in self._find(PICTURES)
            if not (node.attributes.get("alt") or "").strip() and not _is_decorative(node)
        ]
        # `galley.images` names the picture of the library.
        numbers = [number for node, _path in found if (number := node.attributes.get("data-image") or "").isdecimal()]
        titles = dict(get_image_model().objects.filter(pk__in=numbers).values_list("pk", "title")) if numbers else {}
        for node, path in found:
            src, number = node.attributes.get("src") or "", node.attributes.get("data-image") or ""
            title = titles.get(int(number)) if number.isdecimal() else None
            yield Found(path, src, (title or unquote(src.partition("?")[0].rsplit("/", 1)[-1]))[:100])

    def _find(self, selector: str) -> Iterator[tuple[LexborNode, str]]:
        if self._document is None:
            return
        for node in self._document.css(selector)[:MAX_LINKS]:
            if path := self._content_path(node):
                yield node, path

    def _find_in_frame(self) -> Iterator[tuple[LexborNode, str]]:
        if self._document is None or not Site.objects.filter(root_page=self._page.pk).exists():
            return
        inside = {node.mem_id for node in self._document.css("main a[href]")}
        for node in self._document.css("a[href]")[:MAX_LINKS]:
            if node.mem_id not in inside and not self._content_path(node):
                yield node, ""

    def _content_path(self, node: LexborNode) -> str:
        names: list[str] = []
        element: LexborNode | None = node
        while element is not None:
            if name := element.attributes.get("data-contentpath"):
                names.insert(0, name)
            element = element.parent
        if not names:
            return ""
        try:
            self._page._meta.get_field(names[0])
        except FieldDoesNotExist:
            names = [*self._find_stream(names[0]), *names]
        return ".".join(names)[:255]

    def _find_stream(self, block_id: str) -> list[str]:
        """Return the name of the stream with the block: its own path begins with its id."""
        for field in self._page._meta.get_fields():
            if isinstance(field, StreamField):
                value: Any = getattr(self._page, field.name)
                if any(block.id == block_id for block in value):
                    return [field.name]
        return []

    def _absolute(self, href: str) -> str:
        """Return the URL; empty if it leads to no page or file, or to a place of the same page."""
        href = href.strip()
        if not href or href.startswith("#"):
            return ""
        try:
            url = urldefrag(urljoin(self._base, href)).url
            scheme = urlsplit(url).scheme
        except ValueError:
            return href[:MAX_URL_LENGTH]  # the check says that it isn't valid
        return url if scheme in ("http", "https") and len(url) <= MAX_URL_LENGTH else ""


def _shown(node: LexborNode) -> str:
    text = " ".join((node.attributes.get("aria-label") or node.text()).split())
    if not text:
        text = " ".join(image.attributes.get("alt") or "" for image in node.css("img")).strip()
    return text if len(text) <= 100 else f"{text[:99]}…"


def _is_decorative(node: LexborNode) -> bool:
    """Return whether nobody hears of the picture, or it stands in a link with words of its own."""
    element: LexborNode | None = node
    while element is not None:
        is_hidden = element.attributes.get("aria-hidden") == "true"
        if is_hidden or (element.tag == "a" and element.text().strip()):
            return True
        element = element.parent
    return False

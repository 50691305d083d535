"""What a feed follows: a whole blog, or its posts with one tag, of one category or by one author."""

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.db.models import QuerySet
from django.http import HttpRequest
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from blog.listing import FILTERS
from blog.models import Author, BlogIndexPage, BlogPostPage, Category
from galley.listings.listed_pages import readable_children
from galley.listings.listings import FilteredList, Selection
from galley.listings.time_order import read_order

# By the word in the address: the filter of the list that does the same, and what it leads to.
KINDS: dict[str, tuple[str, type[Any]]] = {
    "tags": ("tag", Tag),
    "categories": ("category", Category),
    "authors": ("author", Author),
}


@dataclass(frozen=True)
class Channel:
    """A list of posts that everybody may read. `group` is the tag, category or author; None for the whole blog."""

    blog: BlogIndexPage
    site: Site
    address: str
    """Where the list itself stands: the feeds stand under it."""
    key: uuid.UUID
    """The same for as long as the blog exists, wherever it is moved."""
    posts: QuerySet[BlogPostPage]
    group: Any = None

    @property
    def title(self) -> str:
        """What the list is called, from the narrow to the wide."""
        names = [str(self.group) if self.group else "", self.blog.title, self.site.site_name]
        return " — ".join(dict.fromkeys(filter(None, names)))

    @property
    def description(self) -> str:
        """A sentence about it, where an editor wrote one."""
        about_group = getattr(self.group, "description", "") or getattr(self.group, "biography", "")
        return about_group or self.blog.search_description or self.blog.introduction


def find_channel(
    request: HttpRequest, site: Site, blog_path: str, kind: str | None, slug: str | None
) -> Channel | None:
    """Return the list that a feed at this address follows; None if there is none that everybody may read."""
    blog = _find_blog(site, blog_path)
    if blog is None:
        return None
    values = {KINDS[kind][0]: slug} if kind and slug else {}
    listing = FilteredList(readable_children(BlogPostPage, blog), FILTERS, Selection("", values, ""))
    posts = listing.entries()
    address = urljoin(blog.get_full_url(request), f"{kind}/{slug}/" if values else "")
    key = uuid.uuid5(blog.translation_key, f"{kind}/{slug}") if values else blog.translation_key
    group = KINDS[kind][1].objects.filter(slug=slug).first() if kind else None
    # Of a group without a post nobody is told that it exists: there may be drafts in it.
    if kind and (group is None or not read_order(posts).pks):
        return None
    return Channel(blog, site, address, key, posts, group)


def _find_blog(site: Site, path: str) -> BlogIndexPage | None:
    root = site.root_page
    blogs = BlogIndexPage.objects.live().public().descendant_of(root, inclusive=True)
    return blogs.filter(url_path=f"{root.url_path}{path}").first()


def find_new_address(request: HttpRequest, site: Site, blog_path: str) -> str | None:
    """Return where the blog is that once stood at `blog_path`, if Wagtail remembers it."""
    moved = Redirect.get_for_site(site).filter(old_path=Redirect.normalise_path(blog_path), redirect_page__isnull=False)
    redirect = moved.select_related("redirect_page").first()
    return redirect.redirect_page.get_url(request) if redirect else None

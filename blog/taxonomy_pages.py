"""Pages of groups of posts: the posts of a tag, author, category, series, year or month, and the list of all terms.

`blog_url` is the URL of the blog, which ends with a slash: with a host (`index.full_url`) or without one.
"""

import datetime
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import quote, urljoin

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from blog.archive import month_url, year_url
from galley.listings import Filter, FilteredList, Pagination, Selection, by_slug, paginate, read_index

TERMS_PER_PAGE = 200
# A sitemap holds at most 50,000 URLs, and pages are in it too.
MAX_TERMS_IN_SITEMAP = 40_000


@dataclass(frozen=True)
class Taxonomy:
    """A way to group posts, and the filter of the posts with one of its terms. `segment` is its part of a URL."""

    segment: str
    filter: Filter
    plural: str | Promise
    all_terms: str | Promise


def _taxonomy(segment: str, parameter: str, relation: str, *names: str | Promise, in_order: bool = False) -> Taxonomy:
    name, *list_names = names
    order = f"{relation}__sort_order" if in_order else ""
    terms = Filter(parameter, name, by_slug(relation), f"{relation}__slug", f"{relation}__name", order)
    return Taxonomy(segment, terms, *list_names)


TAXONOMIES = {
    "tag": _taxonomy("tags", "tag", "tagged_items__tag", _("Tag"), _("Tags"), _("All tags")),
    "author": _taxonomy("authors", "author", "post_authors__author", _("Author"), _("Authors"), _("All authors")),
    "category": _taxonomy(
        "categories", "category", "categories", _("Category"), _("Categories"), _("All categories"), in_order=True
    ),
    "series": _taxonomy("series", "series", "series", _("Series"), _("Series"), _("All series"), in_order=True),
}
BY_SEGMENT = {taxonomy.segment: taxonomy for taxonomy in TAXONOMIES.values()}
# Series have no feed: their posts are read from the first to the last.
WITH_FEED = ("tag", "category", "author")


def term_url(blog_url: str, parameter: str, slug: str) -> str:
    """Return the URL of the posts with the term `slug` of a taxonomy."""
    return f"{taxonomy_url(blog_url, parameter)}{quote(slug, safe='')}/"


def taxonomy_url(blog_url: str, parameter: str) -> str:
    """Return the URL of the list of all terms of a taxonomy."""
    return f"{blog_url}{TAXONOMIES[parameter].segment}/"


@dataclass(frozen=True)
class PostGroup:
    """Posts with a page of their own: those of a term, a year or a month.

    `parameter` is the filter that the page replaces; `condition` selects the posts. `person` is the author whose posts
    these are. `title`, `introduction` and `full_url` are metadata of the page.
    """

    parameter: str
    kind: str | Promise
    title: str
    url: str
    condition: Q
    introduction: str = ""
    person: Any = None
    full_url: str = ""

    @property
    def search_description(self) -> str:
        """The description for search engines."""
        words = gettext("%(kind)s: %(title)s. All posts, newest first.")
        return self.introduction or words % {"kind": self.kind, "title": self.title}

    @property
    def feed_address(self) -> str:
        """The URL below which the feeds of these posts are, or an empty text if they have none."""
        return self.full_url if self.parameter in WITH_FEED else ""

    def narrow(self, posts: QuerySet[Any]) -> QuerySet[Any]:
        """Return the posts of `posts` that belong to the group, each once."""
        return posts.filter(pk__in=posts.model.objects.filter(self.condition).values("pk"))


@dataclass(frozen=True)
class TermCount:
    """A term in the list of its taxonomy, and how many posts have it."""

    title: str
    url: str
    count: int


@dataclass(frozen=True)
class TermList:
    """A page of the list of all terms of a taxonomy that readable posts have."""

    title: str | Promise
    full_url: str
    terms: list[TermCount]
    pagination: Pagination

    @property
    def search_description(self) -> str:
        """The description for search engines."""
        return gettext("%(title)s of the blog, with the number of posts under each.") % {"title": self.title}


def describe_term(index: Page, request: HttpRequest, parameter: str, term: Any) -> PostGroup:
    """Return the posts with `term` as a group. Raises Http404 if `term` is None or no readable post has it. Blocks."""
    if term is None:
        raise Http404
    taxonomy = TAXONOMIES[parameter]
    group = PostGroup(
        parameter,
        taxonomy.filter.name,
        term.name,
        term_url(index.get_url(request) or "", parameter, term.slug),
        Q(**{taxonomy.filter.value: term.slug}),
        getattr(term, "description", "") or getattr(term, "biography", ""),
        term if parameter == "author" else None,
    )
    return _require_posts(index, request, group)


def find_period(index: Page, request: HttpRequest, year: int, month: int | None) -> PostGroup:
    """Return the posts of a year or a month as a group. Raises Http404 if there is no readable post. Blocks."""
    blog_url = index.get_url(request) or ""
    try:
        first_day = datetime.date(year, month or 1, 1)
    except ValueError as error:  # the year 0
        raise Http404 from error
    if month is None:
        group = PostGroup("year", _("Year"), str(year), year_url(blog_url, year), Q(date__year=year))
    else:
        title = date_format(first_day, "YEAR_MONTH_FORMAT")
        condition = Q(date__year=year, date__month=month)
        group = PostGroup("year", _("Month"), title, month_url(blog_url, year, month), condition)
    return _require_posts(index, request, group)


def _require_posts(index: Page, request: HttpRequest, group: PostGroup) -> PostGroup:
    """Return `group` if it has a readable post, so that no name of a draft is published. Raises Http404 otherwise."""
    if not read_index(group.narrow(index.readable_posts())).pks:
        raise Http404
    return replace(group, full_url=_full_url(index, request, group.url))


def list_terms(index: Page, request: HttpRequest, parameter: str) -> TermList:
    """Return the requested page of the list of all terms of a taxonomy. Blocks."""
    taxonomy, blog_url = TAXONOMIES[parameter], index.get_url(request) or ""
    selection = Selection.from_request(request, taxonomy_url(blog_url, parameter), [])
    counts = FilteredList(index.readable_posts(), [taxonomy.filter]).count_options()[parameter]
    in_order = counts if taxonomy.filter.order else sorted(counts, key=lambda row: (row[1].casefold(), row[0]))
    page, pagination = paginate(in_order, TERMS_PER_PAGE, selection)
    terms = [TermCount(label, term_url(blog_url, parameter, slug), count) for slug, label, count in page]
    full_url = _full_url(index, request, selection.address_asked)
    return TermList(taxonomy.plural, full_url, terms, pagination)


def find_term_urls(index: Page, request: HttpRequest | None) -> list[str]:
    """Return the full URLs of the pages of all terms that readable posts have. Blocks."""
    blog_url = index.get_full_url(request) or ""
    filters = [taxonomy.filter for taxonomy in TAXONOMIES.values()]
    counts = FilteredList(index.readable_posts(), filters).count_options()
    urls = (term_url(blog_url, parameter, slug) for parameter, rows in counts.items() for slug, _label, _count in rows)
    return list(islice(urls, MAX_TERMS_IN_SITEMAP))


def _full_url(index: Page, request: HttpRequest, url: str) -> str:
    """Return `url` with the host of the blog's site."""
    return urljoin(index.get_full_url(request) or "", url)

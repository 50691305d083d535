"""What posts have in common, each with a page of its own: a tag, an author, a category, a series, a year, a month."""

import datetime
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from blog.addresses import SEGMENTS, month_address, subject_address, subjects_address, year_address
from galley.listings.listed_pages import readable_children
from galley.listings.listings import Filter, FilteredList, Pagination, Selection, by_slug, paginate
from galley.listings.time_order import read_order

if TYPE_CHECKING:
    from blog.models import BlogIndexPage

SUBJECTS_PER_PAGE = 200
# A part of a site map holds 50,000 addresses at the most, and pages stand in it too.
MOST_IN_SITE_MAP = 40_000


@dataclass(frozen=True)
class Kind:
    """A way in which posts belong together, and the filter that finds those that do."""

    filter: Filter
    name: str | Promise
    plural: str | Promise
    all_of_them: str | Promise


def _kind(parameter: str, relation: str, *names: str | Promise) -> Kind:
    condition = by_slug(relation)
    return Kind(Filter(parameter, str(parameter), condition, f"{relation}__slug", f"{relation}__name"), *names)


KINDS = {
    SEGMENTS[kind.filter.parameter]: kind
    for kind in (
        _kind("tag", "tagged_items__tag", _("Tag"), _("Tags"), _("All tags")),
        _kind("author", "post_authors__author", _("Author"), _("Authors"), _("All authors")),
        _kind("category", "categories", _("Category"), _("Categories"), _("All categories")),
        _kind("series", "series", _("Series"), _("Series"), _("All series")),
    )
}


@dataclass(frozen=True)
class Subject:
    """What a list of posts is about. `title`, `introduction` and `full_url` are what search engines are told.

    `parameter` names the filter that the list has by its address, `condition` finds its posts. `person` is the author
    whose posts these are.
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
        """What search engines show below the title."""
        words = gettext("%(kind)s: %(title)s. All posts, newest first.")
        return self.introduction or words % {"kind": self.kind, "title": self.title}

    @property
    def feed_address(self) -> str:
        """The address under which the feeds of its posts stand; a year and a series have none of their own."""
        return self.full_url if self.parameter in {"tag", "author", "category"} else ""

    def narrow(self, posts: QuerySet[Any]) -> QuerySet[Any]:
        """Return those of `posts` that belong here, each once."""
        return posts.filter(pk__in=posts.model.objects.filter(self.condition).values("pk"))


@dataclass(frozen=True)
class SubjectCount:
    """A subject in the list of its kind."""

    title: str
    url: str
    count: int


@dataclass(frozen=True)
class SubjectList:
    """A page of the list of all tags, authors, categories or series that readable posts have."""

    title: str | Promise
    url: str
    full_url: str
    subjects: list[SubjectCount]
    pagination: Pagination

    @property
    def search_description(self) -> str:
        """What search engines show below the title."""
        return gettext("%(title)s of the blog, with the number of posts under each.") % {"title": self.title}


def find_subject(index: "BlogIndexPage", request: HttpRequest, segment: str, slug: str) -> Subject:
    """Return what stands at `segment/slug/` beneath `index`. Raises Http404 if no readable post has it. Blocks."""
    kind = KINDS[segment]
    thing = _find_thing(kind.filter.parameter, slug)
    if thing is None:
        raise Http404
    person = thing if kind.filter.parameter == "author" else None
    return _existing(
        index,
        request,
        Subject(
            kind.filter.parameter,
            kind.name,
            thing.name,
            subject_address(_address(index, request), kind.filter.parameter, slug),
            Q(**{kind.filter.value: slug}),
            getattr(thing, "description", "") or getattr(thing, "biography", ""),
            person,
        ),
    )


def find_period(index: "BlogIndexPage", request: HttpRequest, year: int, month: int | None) -> Subject:
    """Return a year, or a month of it, as the subject of a list. Raises Http404 if it has no readable post. Blocks."""
    address = _address(index, request)
    try:
        first_day = datetime.date(year, month or 1, 1)
    except ValueError as error:  # the year 0
        raise Http404 from error
    if month is None:
        period = Subject("year", _("Year"), str(year), year_address(address, year), Q(date__year=year))
    else:
        title = date_format(first_day, "YEAR_MONTH_FORMAT")
        condition = Q(date__year=year, date__month=month)
        period = Subject("year", _("Month"), title, month_address(address, year, month), condition)
    return _existing(index, request, period)


def list_subjects(index: "BlogIndexPage", request: HttpRequest, segment: str) -> SubjectList:
    """Return the page that `request` asks for of all tags, authors, categories or series. Blocks."""
    kind, address = KINDS[segment], _address(index, request)
    parameter = kind.filter.parameter
    selection = Selection.from_request(request, subjects_address(address, parameter), [])
    readable = _readable_posts(index)
    counts = FilteredList(readable, [kind.filter], Selection("", {}, "")).count_options()[parameter]
    in_order = sorted(counts, key=lambda row: (row[1].casefold(), row[0]))
    page, pagination = paginate(in_order, SUBJECTS_PER_PAGE, selection)
    subjects = [SubjectCount(label, subject_address(address, parameter, slug), count) for slug, label, count in page]
    url = selection.address
    return SubjectList(kind.plural, url, _full(index, request, selection.address_asked), subjects, pagination)


def find_subject_addresses(index: "BlogIndexPage", request: HttpRequest | None) -> list[str]:
    """Return the full addresses of the pages of all tags, authors, categories and series of readable posts. Blocks."""
    address = index.get_full_url(request) or ""
    filters = [kind.filter for kind in KINDS.values()]
    counts = FilteredList(_readable_posts(index), filters, Selection("", {}, "")).count_options()
    addresses = (
        subject_address(address, parameter, slug) for parameter, rows in counts.items() for slug, _label, _count in rows
    )
    return list(islice(addresses, MOST_IN_SITE_MAP))


def _find_thing(parameter: str, slug: str) -> Any:
    from blog.models import Author, Category, Series

    things: dict[str, QuerySet[Any]] = {
        "tag": Tag.objects.all(),
        "author": Author.objects.select_related("portrait").prefetch_related("links"),
        "category": Category.objects.all(),
        "series": Series.objects.all(),
    }
    return None if "\x00" in slug else things[parameter].filter(slug=slug).first()


def _existing(index: "BlogIndexPage", request: HttpRequest, subject: Subject) -> Subject:
    """Return `subject` if there is something to read about it: the names of drafts are nobody's business."""
    if not read_order(subject.narrow(_readable_posts(index))).pks:
        raise Http404
    return replace(subject, full_url=_full(index, request, subject.url))


def _readable_posts(index: "BlogIndexPage") -> QuerySet[Any]:
    from blog.models import BlogPostPage

    return readable_children(BlogPostPage, index)


def _address(index: "BlogIndexPage", request: HttpRequest) -> str:
    return index.get_url(request) or ""


def _full(index: "BlogIndexPage", request: HttpRequest, address: str) -> str:
    """Return `address` with the host of the site that the blog belongs to."""
    return urljoin(index.get_full_url(request) or "", address)

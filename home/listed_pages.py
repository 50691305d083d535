"""Pages that stand in a list ordered by time: which of them may be seen, their numbers and their neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode, urljoin

from django.db.models import Count, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from wagtail.models import Page

PageType = TypeVar("PageType", bound=Page)


class ListedPageMixin:
    """For pages of a list that is ordered by `time_field`, newest first, and numbered from the oldest.

    `address` is the page's own, set before it is used (`set_addresses`), so that a list needs no query for each page.
    `folio` is the page's number in the list: 1 for the oldest.
    """

    time_field: ClassVar[str]
    address: str = ""
    folio: int | None = None

    def list_url(self, parameter: str, value: str) -> str:
        """Return the address of the list that this page stands in, filtered by one value."""
        return f"{urljoin(self.address, '../')}?{urlencode({parameter: value})}"


def readable_children(model: type[PageType], parent: Page) -> QuerySet[PageType]:
    """Return the pages right under `parent` that whoever may read `parent` may read.

    They are live and have no view restriction of their own. Restrictions that they share with `parent` are met by
    whoever reads the list; `.public()` would leave the list of a private blog empty for its own readers.
    """
    return _readable_under(model, parent.path, parent.depth)


def readable_siblings(page: PageType) -> QuerySet[PageType]:
    """Return the pages like `page`, and beside it, that whoever may read `page` may read, itself included."""
    return _readable_under(type(page), page.path[: -page.steplen], (page.depth or 1) - 1)


def _readable_under(model: type[PageType], path: str, depth: int | None) -> QuerySet[PageType]:
    # A page that is being written for the first time has no place in the tree yet.
    if not (path and depth):
        return model.objects.none()
    pages = model.objects.live().filter(depth=depth + 1, path__startswith=path, view_restrictions__isnull=True)
    return pages.defer_streamfields()


def set_addresses(pages: Iterable[Any], request: HttpRequest | None) -> None:
    """Give each page its `address`, without a query for each: the site's root is looked up once per request."""
    for page in pages:
        page.address = page.get_url(request) or ""


def set_folios(pages: Iterable[Any], readable: QuerySet[Any], newest: int | None) -> None:
    """Number `pages`, which stand in the order of their list, as they are numbered among all `readable` ones.

    `newest` is the number of the first of them where no page is left out after it; None where the list is filtered.
    """
    if newest is not None:
        for place, page in enumerate(pages):
            page.folio = newest - place
        return
    oldest_first = readable.order_by(readable.model.time_field, "pk").values_list("pk", flat=True)
    folios = {pk: folio for folio, pk in enumerate(oldest_first, start=1)}
    for page in pages:
        page.folio = folios.get(page.pk)


@dataclass(frozen=True)
class Place:
    """Where a page stands among its siblings in time."""

    folio: int | None = None
    previous: Any = None
    next: Any = None


def find_place(page: Any, request: HttpRequest | None) -> Place:
    """Return the number of `page`, and the pages right before and after it in time, with one query."""
    siblings = readable_siblings(page)
    time = getattr(page, page.time_field)
    if siblings.query.is_empty() or time is None:
        return Place()
    older, newer = (_on_one_side(siblings, page, time, side) for side in ("lt", "gt"))
    nearest = [
        Subquery(side.order_by(f"{sign}{page.time_field}", f"{sign}pk").values("pk")[:1])
        for side, sign in ((older, "-"), (newer, ""))
    ]
    neighbours = list(
        siblings.filter(Q(pk=nearest[0]) | Q(pk=nearest[1]))
        .order_by(page.time_field, "pk")
        .annotate(number_older=_count_in_subquery(older))
    )
    set_addresses(neighbours, request)
    previous = next((one for one in neighbours if _is_older(one, page, time)), None)
    following = next((one for one in neighbours if one is not previous), None)
    number_older = neighbours[0].number_older if neighbours else 0
    return Place(number_older + 1, previous, following)


def _count_in_subquery(queryset: QuerySet[Any]) -> Coalesce:
    """Return how many rows `queryset` has, as part of another query: none make no group, and so no number."""
    groups = queryset.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk"))
    return Coalesce(Subquery(groups.values("number")), 0)


def _on_one_side(siblings: QuerySet[Any], page: Any, time: Any, side: str) -> QuerySet[Any]:
    """Return the siblings older (`lt`) or newer (`gt`) than `page`; of the same time, those made before or after it."""
    other_time = Q(**{f"{page.time_field}__{side}": time})
    if page.pk is None:  # not saved yet: newer than all of its time
        return siblings.filter(other_time | Q(**{page.time_field: time}) if side == "lt" else other_time)
    return siblings.filter(other_time | Q(**{page.time_field: time, f"pk__{side}": page.pk}))


def _is_older(one: Any, page: Any, time: Any) -> bool:
    its_time = getattr(one, page.time_field)
    return bool(its_time < time or (its_time == time and (page.pk is None or one.pk < page.pk)))

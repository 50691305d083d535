"""Reads the newest version of a page into the index, in the background, and finds pages by its words."""

import datetime
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Field, Model, Q, QuerySet, Value, When
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page, get_page_models
from wagtail.permissions import policy_registry
from wagtail.query import PageQuerySet
from wagtail.search.backends import get_search_backend
from wagtail.search.index import insert_or_update_object

from galley.page_lists.models import ListedValue, NewestVersion

# What is found late is found within ten seconds.
READ_AFTER = datetime.timedelta(seconds=4)
# A version that is being saved can be read by then.
LONGEST_SAVE = datetime.timedelta(seconds=2)


def request_reading(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Queue the reading of a page that was saved, published or not: a receiver of Django's `post_save`."""
    if isinstance(instance, Page) and not raw:
        _queue_reading(instance.pk)


def request_reading_again(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Queue the reading of the pages with an object that was renamed or deleted: of `post_save` and `post_delete`."""
    if names := _names_by_model().get(sender):
        pages = ListedValue.objects.filter(name__in=names, value=str(instance.pk))
        for page_id in pages.values_list("page_id", flat=True).distinct():
            _queue_reading(page_id)


def _queue_reading(page_id: int) -> None:
    """Queue a reading unless one is waiting that comes late enough. Autosave may store two versions a second."""
    if not read_newest.get_backend().supports_defer:
        read_newest.enqueue(page_id)
        return
    now = timezone.now()
    waiting = DBTaskResult.objects.filter(
        status=TaskResultStatus.READY,
        task_path=read_newest.module_path,
        args_kwargs={"args": [page_id], "kwargs": {}},
        run_after__gt=now + LONGEST_SAVE,
    )
    if not waiting.exists():
        read_newest.using(run_after=now + READ_AFTER).enqueue(page_id)


@cache
def _names_by_model() -> dict[Any, set[str]]:
    """Return in which fields of `list_filter` objects of a model are chosen."""
    names: dict[Any, set[str]] = {}
    for model in get_page_models():
        for name in filter_names(model):
            if related := find_field(model, name).related_model:
                names.setdefault(related, set()).add(name)
    return names


@task()
def read_newest(page_id: int) -> None:
    """Index the words of the newest version of a page, and store the values by which its list is filtered."""
    page = Page.objects.filter(pk=page_id).first()
    if page is None:  # deleted since
        return
    try:
        _store_newest(page)
    except IntegrityError:  # deleted in this moment
        if Page.objects.filter(pk=page_id).exists():
            raise


def _store_newest(page: Page) -> None:
    version, _created = NewestVersion.objects.get_or_create(page=page)
    insert_or_update_object(version)
    content = version.content
    values = {(name, value) for name in filter_names(type(content)) for value in read_values(content, name)}
    stored = ListedValue.objects.filter(page=page)
    with transaction.atomic():
        known = {(one.name, one.value): one.pk for one in stored.select_for_update()}
        stored.filter(pk__in=[pk for key, pk in known.items() if key not in values]).delete()
        ListedValue.objects.bulk_create(
            ListedValue(page=page, name=name, value=value) for name, value in sorted(values - known.keys())
        )


def filter_names(model: type[Page]) -> list[str]:
    """Return the fields by which the list of a page type is filtered: its attribute `list_filter`."""
    return list(getattr(model, "list_filter", ()))


def find_field(model: Any, name: str) -> Field:
    """Return the field at the end of a lookup like `post_authors__author`. Raises FieldDoesNotExist."""
    field = None
    for part in name.split("__"):
        field = model._meta.get_field(part)
        model = field.related_model
    if field is None:
        raise FieldDoesNotExist(name)
    return field


def read_values(item: Any, name: str) -> Iterator[str]:
    """Yield the values of a field, or of a field of related objects: `post_authors__author`. Objects are their ids."""
    first, _separator, rest = name.partition("__")
    try:
        value = getattr(item, first)
    except ObjectDoesNotExist:  # a row of a draft in which nothing is chosen, or what was chosen is deleted
        return
    for one in value.all() if hasattr(value, "all") else [value]:
        if one is None:
            continue
        if rest:
            yield from read_values(one, rest)
        elif isinstance(one, datetime.datetime):
            yield timezone.localdate(one).isoformat()
        else:
            yield str(one.pk if isinstance(one, Model) else one)


def pages_to_change(user: Any) -> PageQuerySet:
    """Return the pages that `user` may edit, whose drafts they may read."""
    return policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")


def search_pages(text: str, pages: QuerySet[Any], user: Any, *, is_ordered: bool = False) -> QuerySet[Any]:
    """Return those of `pages` that have the words of `text`; the last word may be its beginning.

    The newest version is searched of the pages that `user` may edit, and of others only the published title. Unless
    `is_ordered`, pages with `text` in the title come first, then those that were changed last.
    """
    by_words = _find(text, NewestVersion).filter(page__in=pages_to_change(user).values("pk"))
    pages = pages.filter(Q(pk__in=by_words.values("pk")) | Q(pk__in=_find(text, Page).values("pk")))
    if is_ordered:
        return pages
    is_in_title = Case(When(draft_title__icontains=text, then=Value(0)), default=Value(1))
    return pages.order_by(is_in_title, F("latest_revision_created_at").desc(nulls_last=True), "-pk")


def _find(text: str, model: type[Model]) -> QuerySet[Any]:
    """Return the rows of `model` with the words of `text` in what the index completes; none if `text` has no word."""
    results = get_search_backend().autocomplete(text, model, operator="and", order_by_relevance=False)
    found: QuerySet[Any] = results.get_queryset() if hasattr(results, "get_queryset") else model._default_manager.none()
    return found.order_by()

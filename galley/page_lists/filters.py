"""Filters of a list: the tabs, and what the page type names in `list_filter`, of the newest version of each page."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BigIntegerField, Count, DateField, Field, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.models import Page, Revision, get_page_models

from galley.page_lists.models import ListedValue
from galley.page_lists.newest import filter_names, find_field

# The most frequent values can be chosen. The search finds the others.
MOST_CHOICES = 100
STATES = [("drafts", _("Drafts")), ("scheduled", _("Scheduled")), ("published", _("Published"))]


def filter_state(queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Return the pages of a tab. A published page with changes is a draft, too."""
    revisions = Revision.page_revisions.filter(approved_go_live_at__isnull=False)
    is_scheduled = Q(pk__in=revisions.values_list(Cast("object_id", BigIntegerField())))
    is_draft = Q(has_unpublished_changes=True) & ~is_scheduled
    return queryset.filter({"drafts": is_draft, "scheduled": is_scheduled, "published": Q(live=True)}[state])


class StateFilter(django_filters.ChoiceFilter):
    """The tabs."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the pages of the tab."""
        return filter_state(qs, value) if value else qs


def find_choices(name: str, related_model: Any) -> list[tuple[str, str]]:
    """Return the values that pages have, with their labels: the most frequent ones, in order."""
    values = ListedValue.objects.filter(name=name).values_list("value").annotate(number=Count("pk"))
    found = [value for value, _number in values.order_by("-number")[:MOST_CHOICES]]
    labels = {value: value for value in found}
    if related_model:
        labels = {str(pk): str(one) for pk, one in related_model._default_manager.in_bulk(found).items()}
    return sorted(labels.items(), key=lambda choice: choice[1].casefold())


class ValueFilter(django_filters.MultipleChoiceFilter):
    """Pages with any of the chosen values."""

    def __init__(self, name: str, field: Field) -> None:
        self.name = name
        choices = partial(find_choices, name, field.related_model)
        super().__init__(label=capfirst(field.verbose_name), choices=choices, widget=forms.CheckboxSelectMultiple)

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """Return the pages whose newest version has one of the values."""
        chosen = ListedValue.objects.filter(name=self.name, value__in=value)
        return qs.filter(pk__in=chosen.values("page")) if value else qs


class DayFilter(django_filters.DateFromToRangeFilter):
    """Pages of a day or of the days between two."""

    def __init__(self, name: str, field: Field) -> None:
        self.name = name
        super().__init__(label=capfirst(field.verbose_name), widget=DateRangePickerWidget)

    def filter(self, qs: QuerySet[Any], value: slice | None) -> QuerySet[Any]:
        """Return the pages whose newest version has such a day. Days as texts are in the order of time."""
        if not value:
            return qs
        chosen = ListedValue.objects.filter(name=self.name)
        if value.start:
            chosen = chosen.filter(value__gte=value.start.date().isoformat())
        if value.stop:
            chosen = chosen.filter(value__lte=value.stop.date().isoformat())
        return qs.filter(pk__in=chosen.values("page"))


class PageListFilters(WagtailFilterSet):
    """What every list has."""

    state = StateFilter(label=_("State"), choices=STATES, empty_label=_("All"), widget=forms.RadioSelect)
    latest_revision_created_at = django_filters.DateFromToRangeFilter(
        label=_("Date updated"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Page
        fields: list[str] = []


def make_filters(model: type[Page]) -> type[PageListFilters]:
    """Return the filters of the list of a page type."""
    filters: dict[str, Any] = {}
    for name in filter_names(model):
        field = find_field(model, name)
        filters[name] = (DayFilter if isinstance(field, DateField) else ValueFilter)(name, field)
    return type(f"{model.__name__}Filters", (PageListFilters,), filters)


@register
def check_list_filters(app_configs: Any, models: Iterable[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each page type whose `list_filter` names no field."""
    errors: list[CheckMessage] = []
    for model in get_page_models() if models is None else models:
        try:
            make_filters(model)
        except (FieldDoesNotExist, AttributeError) as error:
            hint = f"Name a field, or a field of related objects: author, post_authors__author. {error}"
            text = f"{model.__name__}.list_filter is {model.list_filter!r}."
            errors.append(Error(text, hint=hint, obj=model, id="page_lists.E001"))
    return errors

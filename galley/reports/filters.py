"""The filters of the reports."""

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.models import Page, get_page_content_types

from galley.reports.models import Link, MissingAddress, Problem


class FilterSetWithDefaults(WagtailFilterSet):
    """A filter set whose filters with an `initial` value apply before somebody has chosen anything."""

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        chosen = data.copy() if data else QueryDict(mutable=True)
        for name, filter_ in self.base_filters.items():
            if initial := filter_.extra.get("initial"):
                chosen.setdefault(name, initial)
        super().__init__(chosen, *args, **kwargs)


def choose(label: Any, choices: list[tuple[str, Any]], method: str, **options: Any) -> django_filters.ChoiceFilter:
    """Return a filter with radio buttons. A method of the filter set filters by the chosen value."""
    options = {"empty_label": _("All"), **options}
    return django_filters.ChoiceFilter(label=label, choices=choices, method=method, widget=forms.RadioSelect, **options)


class BrokenLinkFilterSet(WagtailFilterSet):
    """Filters broken links by where they lead, and by what is wrong."""

    leads_to = choose(_("Leads to"), [("here", _("This site")), ("elsewhere", _("Other sites"))], "by_target")
    problem = django_filters.ChoiceFilter(
        label=_("What is wrong"), field_name="address__problem", choices=Problem.choices, empty_label=_("Anything")
    )

    class Meta:
        model = Link
        fields: list[str] = []

    def by_target(self, links: QuerySet[Link], name: str, value: str) -> QuerySet[Link]:
        """Return those to this site, or to others."""
        return links.filter(address__is_outside=value == "elsewhere")


class MissingAddressFilterSet(FilterSetWithDefaults):
    """Filters missing addresses by whether somebody ignores them."""

    state = choose(_("Show"), [("open", _("To be looked at")), ("ignored", _("Ignored"))], "by_state", initial="open")

    class Meta:
        model = MissingAddress
        fields: list[str] = []

    def by_state(self, rows: QuerySet[MissingAddress], name: str, value: str) -> QuerySet[MissingAddress]:
        """Return those that are ignored, or the others."""
        return rows.filter(is_ignored=value == "ignored")


class AgeingPagesFilterSet(FilterSetWithDefaults):
    """Filters pages by how long they haven't changed, and by their type."""

    unchanged_for = choose(
        _("Not changed for"),
        [("182", _("half a year")), ("365", _("a year")), ("730", _("two years")), ("1826", _("five years"))],
        "by_age",
        initial="365",
        empty_label=None,
    )
    content_type = ContentTypeFilter(
        label=_("Type"), queryset=lambda request: get_page_content_types(include_base_page_type=False)
    )

    class Meta:
        model = Page
        fields: list[str] = []

    def by_age(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        """Return those whose published text is older than the number of days in `value`."""
        return pages.filter(changed_at__lt=timezone.now() - timedelta(days=int(value)))

"""Where the numbers are shown: beside the form of a page, on the dashboard, and in lists of pages."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component, MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.ui.tables import BaseColumn
from wagtail.models import Page
from wagtail.permissions import policy_registry

from galley.statistics.readings import find_most_read, is_shown, read_pages, read_total

SHOWN = 5


class ReadingSidePanel(BaseSidePanel):
    """How often a page was read, in the editor. Those who may not edit the page don't get there."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Toggle statistics")
        icon_name = "statistics"
        has_counter = False

    name = "statistics"
    title = _("Statistics")
    template_name = "statistics/side_panel.html"
    order = 150

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the reading of the page."""
        reading = read_pages(self.request, [self.object.pk])[self.object.pk]
        return {**super().get_context_data(parent_context), "reading": reading}


class ReadingEditMixin:
    """For Wagtail's view that edits a page: the side panel, if the page was ever published."""

    def get_side_panels(self: Any) -> MediaContainer:
        """Return all side panels. Autosave asks for those again that change meanwhile: this one doesn't."""
        panels = super().get_side_panels()  # type: ignore[misc]
        was_public = self.page.live or self.page.first_published_at
        if was_public and not self.expects_json_response and is_shown(self.request):
            panels.append(ReadingSidePanel(self.page, self.request))
        return panels


class ReadingPanel(Component):
    """The dashboard's panel: the visits of a week and the pages read most, of those that the user may edit."""

    name = "statistics"
    order = 80
    template_name = "statistics/dashboard.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the numbers; nothing for users who have no published page to edit."""
        request = parent_context["request"]
        own = policy_registry.get_by_type(Page).instances_user_has_permission_for(request.user, "change")
        live = own.filter(live=True)
        if not live.exists():
            return {}
        numbers = find_most_read(request, live, SHOWN)
        pages, readings = Page.objects.in_bulk(numbers), read_pages(request, numbers)
        return {
            "total": read_total(request, live),
            "most_read": [(pages[number], readings[number]) for number in numbers],
        }


class ReadingColumn(BaseColumn):
    """The column of a list: the number of visits in 30 days, with a line."""

    cell_template_name = "statistics/cell.html"

    def get_cell_context_data(self, instance: Page, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the reading of a row. The first row reads those of all rows of the table that the user may edit."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        table = context["table"]
        if not hasattr(table, "readings"):
            request, rows = context["request"], [row.pk for row in table.data]
            own = policy_registry.get_by_type(Page).instances_user_has_permission_for(request.user, "change")
            table.readings = read_pages(request, own.filter(pk__in=rows).values_list("pk", flat=True))
        context["reading"] = table.readings.get(instance.pk) if instance.live else None
        return context


def add_column(request: HttpRequest) -> list[BaseColumn]:
    """Return the column, unless nothing is counted: the hook `page_list_columns` of `galley.page_lists`."""
    return (
        [ReadingColumn("reading", label=_("Read in 30 days"), classname="reading-column")] if is_shown(request) else []
    )


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Add the panel to the dashboard, unless nothing is counted."""
    if is_shown(request):
        panels.append(ReadingPanel())

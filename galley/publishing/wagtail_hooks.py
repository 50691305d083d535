"""What editors see of failures: an entry in the history of the page, and a panel on the dashboard."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogActionRegistry, LogFormatter

from galley.publishing.schedule import FAILED, find_overdue


@hooks.register("register_log_actions")
def register_failure(actions: LogActionRegistry) -> None:
    """Let the history show failures with their reason."""

    @actions.register_action(FAILED)
    class Failure(LogFormatter):
        label = _("Scheduled change has failed")

        def format_message(self, log_entry: Any) -> str:
            """Return the sentence of the history."""
            return gettext("The scheduled change has failed: %(reason)s") % log_entry.data


class OverduePanel(Component):
    """The overdue pages that the user may edit. Nothing, if there are none."""

    name = "overdue_pages"
    template_name = "publishing/overdue_panel.html"
    order = 50

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the overdue pages."""
        return {"overdue": list(find_overdue(parent_context["request"].user))}


@hooks.register("construct_homepage_panels")
def add_overdue_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Show the panel first."""
    panels.append(OverduePanel())

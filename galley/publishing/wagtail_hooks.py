"""What editors see: the dialog that asks when a page is published; of failures, the page's history and a panel."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.fields.json import KeyTextTransform
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem, PublishMenuItem
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, Revision
from wagtail.users.models import UserProfile

from galley.publishing.schedule import FAILED, find_overdue
from galley.site_settings.active_zone import format_time, name_other_site_zone, read_site_zone, show_time


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


@hooks.register("insert_editor_js")
def add_publish_dialog() -> SafeString:
    """Ask when a page is to be published, in the zone of who publishes it. Name the site's where it is another."""
    zone = timezone.get_current_timezone_name()
    context = {
        "zone": zone,
        "now": timezone.localtime().isoformat(timespec="seconds"),
        "time": show_time(zone),
        "tomorrow": SafeString("<span data-tomorrow></span>"),
        "other_zone": name_other_site_zone(),
    }
    return render_to_string("publishing/dialog.html", context)


@hooks.register("after_publish_page")
def name_scheduled_time(request: HttpRequest, page: Page) -> None:
    """Say when the page goes live, if it was scheduled. The zone tells which of two equal times that is."""
    if revision := page.scheduled_revision:
        names = {"title": page.get_admin_display_title(), "time": format_time(revision.approved_go_live_at)}
        messages.info(request, gettext("“%(title)s” goes live on %(time)s.") % names)


@hooks.register("describe_draft")
def describe_schedule(page_id: int, profile: UserProfile | None) -> str:
    """Say beside the live preview when a draft is to go live, in the site's time zone, and in the editor's. Blocks."""
    newest = Revision.objects.filter(pk__in=Page.objects.filter(pk=page_id).values("latest_revision"))
    written = newest.values_list(KeyTextTransform("go_live_at", "content"), flat=True).first()
    time = parse_datetime(written or "")
    if time is None or time < timezone.now():
        return ""
    zones = dict.fromkeys([read_site_zone(), (profile and profile.current_time_zone) or read_site_zone()])
    here, *own = (f"{date_format(timezone.localtime(time, ZoneInfo(zone)), 'j F Y, H:i')} {zone}" for zone in zones)
    return gettext("to go live on %(time)s") % {"time": here} + "".join(f" ({one})" for one in own)


@hooks.register("construct_page_action_menu")
def show_publish(items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Take the button that publishes out of the menu. The menu's template shows it beside."""
    for item in items:
        if isinstance(item, PublishMenuItem):
            request.publish_button = item.render_html(context)  # type: ignore[attr-defined]
            items.remove(item)
            return

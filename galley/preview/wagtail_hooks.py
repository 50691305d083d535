"""Where the preview enters Wagtail's admin: beside the page editor, and among the reports."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from galley.preview import conf, share_views
from galley.preview.consumers import Close, reason_for
from galley.preview.dashboard import OpenNotesPanel


@hooks.register("insert_editor_js")
def add_live_preview() -> str:
    """Return the tags that start the live preview on the edit page."""
    context = {"limits": conf, "too_large": reason_for(Close.TOO_LARGE)}
    return render_to_string("preview/editor_head.html", context)


@hooks.register("register_admin_urls")
def add_report_addresses() -> list[URLPattern]:
    """Return the addresses of the report on shared drafts."""
    return share_views.urlpatterns


@hooks.register("register_reports_menu_item")
def add_report_to_menu() -> MenuItem:
    """Return the report's entry in the menu."""
    return share_views.SharedDraftsMenuItem(
        _("Shared drafts"), reverse("shared_drafts"), name="shared-drafts", icon_name="link", order=1200
    )


@hooks.register("construct_homepage_panels")
def add_open_notes(request: HttpRequest, panels: list[Component]) -> None:
    """Show the notes that nobody has resolved on the dashboard."""
    panels.append(OpenNotesPanel())

"""Where the bin enters Wagtail's admin."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import RecentEditsPanel
from wagtail.log_actions import LogActionRegistry

from galley.bin import deleting, hiding, views

hooks.register("construct_page_chooser_queryset", hiding.leave_out)
for name in ("edit", "copy", "move", "unpublish", "delete"):
    hooks.register(f"before_{name}_page", hiding.refuse)
hooks.register("before_create_page", hiding.refuse)
hooks.register("before_copy_page", hiding.refuse_deleted_parent)
hooks.register("before_delete_page", deleting.refuse_first_page)
for action in (
    deleting.BulkDeletePages,
    deleting.BulkDeleteImages,
    deleting.BulkDeleteDocuments,
    deleting.BulkDeleteSnippets,
):
    hooks.register("register_bulk_action", action, order=1)  # after Wagtail's, in whose place they come


@hooks.register("register_admin_urls", order=-1)
def add_addresses() -> list[URLPattern]:
    """Return the addresses of the bin, and of views that are found before Wagtail's own."""
    return [
        *views.urlpatterns,
        path("images/<int:image_id>/delete/", deleting.ImageDeleteView.as_view()),
        path("images/usage/<int:image_id>/", deleting.ImageUsageView.as_view()),
        path("documents/usage/<int:document_id>/", deleting.DocumentUsageView.as_view()),
        path("documents/<int:document_id>/delete/", deleting.DocumentDeleteView.as_view()),
        path("documents/delete/<int:document_id>/", deleting.DocumentDeleteView.as_view()),
    ]


class OwnEditsPanel(RecentEditsPanel):
    """Wagtail's list of what the user has edited last, without pages in the bin."""

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Return what the list shows."""
        context: dict[str, Any] = super().get_context_data(parent_context)
        edits = [(edited_at, page) for edited_at, page in context["last_edits"] if not hiding.is_in_bin(page)]
        return context | {"last_edits": edits}


@hooks.register("construct_homepage_panels")
def replace_recent_edits(request: HttpRequest, panels: list[Component]) -> None:
    """Put the panel in the place of Wagtail's."""
    panels[:] = [OwnEditsPanel() if type(panel) is RecentEditsPanel else panel for panel in panels]


class BinMenuItem(MenuItem):
    """For those who may delete something."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may delete anything."""
        return views.may_see(request.user)


@hooks.register("register_admin_menu_item")
def add_to_menu() -> MenuItem:
    """Return the entry of the menu, the last before the settings."""
    return BinMenuItem(gettext_lazy("Bin"), reverse("bin"), name="bin", icon_name="bin", order=9500)


@hooks.register("insert_global_admin_css")
def add_styles() -> SafeString:
    """Style the list."""
    return format_html('<link rel="stylesheet" href="{}">', static("bin/bin.css"))


@hooks.register("register_log_actions")
def name_restoring(actions: LogActionRegistry) -> None:
    """Let the history say that something came out of the bin."""
    text: Any = gettext_lazy("Restored from the bin")
    actions.register_action("bin.restore", gettext_lazy("Restore"), text)

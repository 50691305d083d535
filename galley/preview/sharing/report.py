"""The list of shared drafts among the admin's reports."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn, UserColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page
from wagtail.permissions import policy_registry

from galley.preview.models import ShareLink

MAY_SHARE_SOMETHING = ["add", "change", "publish"]


def edit_address(link: ShareLink) -> str:
    """Return where the link's page is edited."""
    return reverse("wagtailadmin_pages:edit", args=[link.page_id])


class StateColumn(Column):
    """Until when a link works, with a button that stops it; or that it has ended."""

    cell_template_name = "preview/link_state_cell.html"

    def get_cell_context_data(self, instance: ShareLink, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Return what the cell shows. Cells are rendered without a request's own context: the form needs a token."""
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"link": instance, "csrf_token": get_token(context["request"])}


class SharedDraftsView(ReportView):
    """The links to drafts of all pages that the user may edit, newest first."""

    model = ShareLink
    permission_policy = policy_registry.get_by_type(Page)
    any_permission_required = MAY_SHARE_SOMETHING
    page_title = _("Shared drafts")
    header_icon = "link"
    index_url_name = "shared_drafts"
    index_results_url_name = "shared_drafts_results"
    results_template_name = "preview/shared_drafts_results.html"
    columns = [
        TitleColumn("page", label=_("Page"), accessor="page.get_admin_display_title", get_url=edit_address),
        Column("label", label=_("For whom")),
        UserColumn("made_by", label=_("Made by")),
        DateColumn("made_at", label=_("Made")),
        DateColumn("last_seen_at", label=_("Last seen")),
        StateColumn("state", label=_("Works until"), accessor="expires_at"),
    ]
    list_export = ["page", "label", "made_by", "made_at", "last_seen_at", "expires_at", "stopped_at"]

    def get_base_queryset(self) -> QuerySet[ShareLink]:
        """Return the links to pages that the user may edit."""
        pages = self.permission_policy.instances_user_has_permission_for(self.request.user, "change")
        return ShareLink.objects.filter(page__in=pages).select_related("page", "made_by__wagtail_userprofile")


class SharedDraftsMenuItem(MenuItem):
    """Leads to the report; seen by whoever may edit some page."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the user may edit any page."""
        return policy_registry.get_by_type(Page).user_has_any_permission(request.user, MAY_SHARE_SOMETHING)


def menu_item() -> SharedDraftsMenuItem:
    """Return the report's entry in the menu of reports."""
    return SharedDraftsMenuItem(
        _("Shared drafts"), reverse("shared_drafts"), name="shared-drafts", icon_name="link", order=1200
    )


urlpatterns = [
    path("reports/shared-drafts/", SharedDraftsView.as_view(), name="shared_drafts"),
    path("reports/shared-drafts/results/", SharedDraftsView.as_view(results_only=True), name="shared_drafts_results"),
]

"""The dialog of the editor that makes, lists and stops share links, and the report on them in the admin.

The dialog's views answer with its content as HTML, which `share.js` puts into place.
"""

from datetime import timedelta
from typing import Any

import django_filters
import segno
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.auth import require_admin_access
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn, UserColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page
from wagtail.permissions import policy_registry

from galley.preview.models import ShareLink, ShareLinkQuerySet
from galley.preview.sharing import make_link, may_share

LIFETIMES = {
    "hour": (gettext_lazy("1 hour"), timedelta(hours=1)),
    "day": (gettext_lazy("1 day"), timedelta(days=1)),
    "week": (gettext_lazy("7 days"), timedelta(days=7)),
    "month": (gettext_lazy("30 days"), timedelta(days=30)),
}


class ShareLinkForm(forms.Form):
    """For whom a link is, and how long it works."""

    prefix = "share"  # the page's own form stands in the same document

    label = forms.CharField(
        label=gettext_lazy("For whom"),
        required=False,
        max_length=100,
        help_text=gettext_lazy(
            "Only you and other editors see this. It helps to tell links apart: “Client”, “Proofreader”."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    lifetime = forms.TypedChoiceField(
        label=gettext_lazy("Works for"),
        choices=[(name, label) for name, (label, _lifetime) in LIFETIMES.items()],
        coerce=lambda name: LIFETIMES[name][1],
        initial="week",
    )


# Addresses that no other device can reach.
THIS_COMPUTER = ("localhost", "127.0.0.1", "[::1]")


@never_cache
@require_http_methods(["GET", "POST"])
@require_admin_access
def page_links(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the links to the draft of a page and a form for a new one; make it when the form is sent."""
    page = _shareable_page(request, page_id)
    form = ShareLinkForm(request.POST if request.method == "POST" else None)
    made = _make_link(request, page, form) if form.is_valid() else {}
    context = {
        "page": page,
        "form": ShareLinkForm() if made else form,
        "links": ShareLink.objects.working().filter(page=page).select_related("made_by"),
        **made,
    }
    return render(request, "preview/share_dialog.html", context)


# It is shown in the admin, at another address: `galley.site_settings` gives it the same time zone.
page_links.is_admin_view = True


@require_POST
@require_admin_access
def stop_link(request: HttpRequest, page_id: int, link_id: int) -> HttpResponse:
    """Stop a link to the draft of a page, and go on to `next`: by default, the dialog's list."""
    page = _shareable_page(request, page_id)
    link = get_object_or_404(ShareLink, pk=link_id, page=page)
    if ShareLink.objects.filter(pk=link.pk).stop():
        messages.success(request, _("The link has been stopped. It no longer opens the draft."))
    else:
        messages.info(request, _("That link had ended already."))
    return redirect(get_valid_next_url_from_request(request) or reverse("preview:page_links", args=[page.pk]))


def _shareable_page(request: HttpRequest, page_id: int) -> Page:
    page = get_object_or_404(Page, pk=page_id, depth__gt=1)
    if not may_share(request.user, page):
        raise PermissionDenied
    return page


def _make_link(request: HttpRequest, page: Page, form: ShareLinkForm) -> dict[str, Any]:
    link, token = make_link(page, request.user, form.cleaned_data["lifetime"], form.cleaned_data["label"])
    address = request.build_absolute_uri(reverse("preview:shared", args=[token]))
    is_local = request.get_host().rsplit(":", 1)[0] in THIS_COMPUTER
    return {"made": link, "address": address, "qr_code": qr_code(address), "is_local": is_local}


def qr_code(address: str) -> SafeString:
    """Return an SVG element with the QR code of `address`, dark on light whatever stands around it."""
    title = _("QR code of the link")
    svg = segno.make_qr(address, error="m").svg_inline(scale=4, dark="#000", light="#fff", omitsize=True, title=title)
    return mark_safe(svg)  # segno's own markup; the address is drawn, not written


MAY_SHARE_SOMETHING = ["add", "change", "publish"]


class StateColumn(Column):
    """Until when a link works, with a button that stops it; or that it has ended."""

    cell_template_name = "preview/link_state_cell.html"

    def get_cell_context_data(self, instance: ShareLink, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Return what the cell shows. Cells are rendered without a request's own context: the form needs a token."""
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"link": instance, "csrf_token": get_token(context["request"])}


class ShareLinkFilterSet(WagtailFilterSet):
    """Filters links by whether they still work: at first, those that do are shown."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Show"),
        choices=[("working", gettext_lazy("Working")), ("ended", gettext_lazy("Ended"))],
        empty_label=gettext_lazy("All"),
        initial="working",
        method="by_state",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = ShareLink
        fields = ["made_by"]

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        chosen = data.copy() if data else QueryDict(mutable=True)
        chosen.setdefault("state", "working")
        super().__init__(chosen, *args, **kwargs)

    def by_state(self, links: ShareLinkQuerySet, name: str, value: str) -> QuerySet[ShareLink]:
        """Return those that work, or those that don't any more."""
        working = links.working()
        return working if value == "working" else links.exclude(pk__in=working)


class SharedDraftsView(ReportView):
    """The links to drafts of all pages that the user may edit, newest first."""

    model = ShareLink
    permission_policy = policy_registry.get_by_type(Page)
    any_permission_required = MAY_SHARE_SOMETHING
    page_title = gettext_lazy("Shared drafts")
    header_icon = "link"
    filterset_class = ShareLinkFilterSet
    index_url_name = "shared_drafts"
    index_results_url_name = "shared_drafts_results"
    results_template_name = "preview/shared_drafts_results.html"
    columns = [
        TitleColumn(
            "page",
            label=gettext_lazy("Page"),
            accessor="page.get_admin_display_title",
            get_url=lambda link: reverse("wagtailadmin_pages:edit", args=[link.page_id]),
        ),
        Column("label", label=gettext_lazy("For whom")),
        UserColumn("made_by", label=gettext_lazy("Made by")),
        DateColumn("made_at", label=gettext_lazy("Made")),
        DateColumn("last_seen_at", label=gettext_lazy("Last seen")),
        StateColumn("state", label=gettext_lazy("Works until"), accessor="expires_at"),
    ]
    list_export = ["page", "label", "made_by", "made_at", "last_seen_at", "expires_at", "stopped_at"]

    def get_base_queryset(self) -> QuerySet[ShareLink]:
        """Return the links to pages that the user may edit."""
        pages = self.permission_policy.instances_user_has_permission_for(self.request.user, "change")
        return ShareLink.objects.filter(page__in=pages).select_related("page", "made_by__wagtail_userprofile")


class SharedDraftsMenuItem(MenuItem):
    """Leads to the report; visible to users who may edit some page."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the user may edit any page."""
        return policy_registry.get_by_type(Page).user_has_any_permission(request.user, MAY_SHARE_SOMETHING)


urlpatterns = [
    path("reports/shared-drafts/", SharedDraftsView.as_view(), name="shared_drafts"),
    path("reports/shared-drafts/results/", SharedDraftsView.as_view(results_only=True), name="shared_drafts_results"),
]

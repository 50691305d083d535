"""Broken links and missing addresses, with what is done about them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.redirects.views import CreateView
from wagtail.models import Site
from wagtail.permissions import policy_registry

from galley.reports.filters import BrokenLinkFilterSet, MissingAddressFilterSet
from galley.reports.models import Address, Link, MissingAddress
from galley.reports.outside import COMMAND
from galley.reports.views import OnPagesReport, Report, may_check_links, may_redirect
from galley.tasks.models import CommandRun


class BrokenLinksReport(OnPagesReport):
    """Links on published pages that lead nowhere."""

    name = "broken_links"
    model = Link
    page_title = gettext_lazy("Broken links")
    header_icon = "link-external"
    table_classname = "listing reports-wide"
    filterset_class = BrokenLinkFilterSet
    search_fields = ["text", "address__url", "page__title"]
    default_ordering = "-address__failing_since"
    columns = [
        *OnPagesReport.page_columns,
        Column("text", label=gettext_lazy("Text of the link")),
        type("TargetColumn", (Column,), {"cell_template_name": "reports/target_cell.html"})(
            "target", label=gettext_lazy("Leads to")
        ),
        type("ProblemColumn", (Column,), {"cell_template_name": "reports/problem_cell.html"})(
            "problem", label=gettext_lazy("What is wrong"), accessor="address.get_problem_display"
        ),
        DateColumn(
            "since",
            label=gettext_lazy("Since"),
            accessor="address.failing_since",
            sort_key="address__failing_since",
        ),
    ]
    list_export = [
        "page_title",
        "page.full_url",
        "field_label",
        "text",
        "target",
        "address.get_problem_display",
        "address.status",
        "address.failing_since",
        "address.checked_at",
    ]
    export_headings = {
        "page_title": gettext_lazy("Page"),
        "page.full_url": gettext_lazy("Address of the page"),
        "field_label": gettext_lazy("Field"),
        "target": gettext_lazy("Leads to"),
        "address.get_problem_display": gettext_lazy("What is wrong"),
        "address.status": gettext_lazy("HTTP status"),
        "address.failing_since": gettext_lazy("Since"),
        "address.checked_at": gettext_lazy("Checked"),
    }

    def get_base_queryset(self) -> QuerySet[Link]:
        """Return the broken links on pages that the user may edit."""
        return find_broken_links(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether other hosts are being asked, when they were last, and whether the user may begin it."""
        run = CommandRun.find(COMMAND)
        last = Address.objects.filter(is_outside=True).aggregate(last=Max("checked_at"))["last"]
        return super().get_context_data(**kwargs) | {
            "last_asked": _write_time(run.ended_at or last),
            "asked_for": _write_time(run.asked_at) if run.is_due else "",
            "is_checking": run.is_running,
            "may_check": may_check_links(self.request.user),
        }


def _write_time(time: Any) -> str:
    return date_format(localtime(time), "j F, H:i T") if time else ""


def find_broken_links(user: Any) -> QuerySet[Link]:
    """Return the broken links on published pages that `user` may edit."""
    return Link.objects.for_user(user).exclude(address__problem="").select_related("address")


class MissingAddressColumn(Column):
    """The address, with buttons that lead to a redirect and that ignore it."""

    cell_template_name = "reports/missing_address_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Return what the cell shows. Cells are rendered without a request's own context: the form needs a token."""
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"csrf_token": get_token(context["request"])}


class MissingAddressesReport(Report):
    """Addresses that visitors have asked for and that aren't there."""

    name = "missing_addresses"
    model = MissingAddress
    permission_policy = policy_registry.get_by_type(Redirect)
    permission_required = "add"
    page_title = gettext_lazy("Missing addresses")
    header_icon = "redirect"
    filterset_class = MissingAddressFilterSet
    is_searchable = True
    search_fields = ["path", "referrer"]
    default_ordering = "-count"
    columns = [
        MissingAddressColumn("path", label=gettext_lazy("Address"), sort_key="path"),
        NumberColumn("count", label=gettext_lazy("Requests"), sort_key="count"),
        DateColumn("last_seen", label=gettext_lazy("Last"), sort_key="last_seen"),
        Column("referrer", label=gettext_lazy("Linked from"), classname="reports-address"),
    ]
    list_export = ["site", "path", "count", "first_seen", "last_seen", "referrer"]


class RedirectMissingAddressView(CreateView):
    """Wagtail's form for a new redirect, filled in with the address. It is sent to Wagtail's own view."""

    def get_initial(self) -> dict[str, Any]:
        """Return the address, with its site if there are several."""
        row = get_object_or_404(MissingAddress, pk=self.kwargs["pk"])
        return {"old_path": row.path, "site": row.site if Site.objects.count() > 1 else None, "is_permanent": True}


@require_POST
@require_admin_access
def ignore_missing_address(request: HttpRequest, pk: int) -> HttpResponse:
    """Ignore an address, or no longer; then go on to `next`: by default, the report."""
    if not may_redirect(request.user):
        raise PermissionDenied
    row = get_object_or_404(MissingAddress, pk=pk)
    MissingAddress.objects.filter(pk=pk).update(is_ignored=not row.is_ignored)
    text = _("“%(path)s” is shown again.") if row.is_ignored else _("“%(path)s” is ignored from now on.")
    messages.success(request, text % {"path": row.path})
    return redirect(get_valid_next_url_from_request(request) or reverse("reports_missing_addresses"))


@require_POST
@require_admin_access
def check_links_now(request: HttpRequest) -> HttpResponse:
    """Let the worker check the links, unless it does so already; then go back to the report."""
    if not may_check_links(request.user):
        raise PermissionDenied
    if CommandRun.ask(COMMAND):
        text = _("The background worker checks all links now. Hosts are asked politely: it may take up to an hour.")
        messages.success(request, text)
    else:
        messages.info(request, _("The links are being checked already."))
    return redirect("reports_broken_links")

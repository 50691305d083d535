"""The reports: broken links, missing addresses, pages that grow old, pictures that nobody has described."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Count, Exists, IntegerField, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.reports import ReportView
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.redirects.views import CreateView
from wagtail.images import get_image_model
from wagtail.images.views.images import ImagePreviewColumn
from wagtail.models import Page, ReferenceIndex, Site
from wagtail.permissions import policy_registry

from galley.reports.filters import AgeingPagesFilterSet, BrokenLinkFilterSet, MissingAddressFilterSet
from galley.reports.models import Address, Link, MissingAddress, OnPage, UndescribedPicture, pages_to_change
from galley.reports.outside import COMMAND
from galley.reports.reading import find_unread_pages
from galley.tasks.models import CommandRun

MAY_EDIT = ["add", "change", "publish"]


def may_edit(user: Any) -> bool:
    """Return whether `user` may edit any page."""
    return bool(policy_registry.get_by_type(Page).user_has_any_permission(user, MAY_EDIT))


def may_check_links(user: Any) -> bool:
    """Return whether `user` may let all links of the site be checked: who may publish any page."""
    return bool(policy_registry.get_by_type(Page).user_has_permission(user, "publish"))


def may_redirect(user: Any) -> bool:
    """Return whether `user` may add redirects."""
    return bool(policy_registry.get_by_type(Redirect).user_has_permission(user, "add"))


def may_describe(user: Any) -> bool:
    """Return whether `user` may change any picture of the library."""
    return bool(policy_registry.get_by_type(get_image_model()).user_has_any_permission(user, ["add", "change"]))


class Report(ReportView):
    """A report with the address and the results template that follow from its name."""

    name = ""
    paginate_by = 50

    @property
    def index_url_name(self) -> str:
        """The name of the report's address."""
        return f"reports_{self.name}"

    @property
    def index_results_url_name(self) -> str:
        """The name of the address of its results alone."""
        return f"reports_{self.name}_results"

    @property
    def results_template_name(self) -> str:
        """The template of the results, which also says what to do if there are none."""
        return f"reports/{self.name}_results.html"

    @property
    def export_filename(self) -> str:
        """The name of an exported file."""
        return self.name


class FieldColumn(Column):
    """The field, with a link that leads to it on the edit page."""

    cell_template_name = "reports/field_cell.html"


class OnPagesReport(Report):
    """A report about parts of pages that the user may edit."""

    permission_policy = policy_registry.get_by_type(Page)
    any_permission_required = MAY_EDIT
    is_searchable = True
    page_columns = [
        TitleColumn("page", label=gettext_lazy("Page"), accessor="page_title", get_url=lambda row: row.edit_url),
        FieldColumn("field", label=gettext_lazy("Field"), accessor="field_label"),
    ]

    def get_base_queryset(self) -> QuerySet[OnPage]:
        """Return the rows about pages that the user may edit."""
        return self.model.objects.for_user(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add how many of the user's pages haven't been read."""
        unread = find_unread_pages().filter(pk__in=pages_to_change(self.request.user))
        return super().get_context_data(**kwargs) | {"unread": unread.count()}


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


class MissingAltTextsReport(OnPagesReport):
    """Pictures on published pages without alt text, which aren't marked as decorative."""

    name = "missing_alt_texts"
    model = UndescribedPicture
    page_title = gettext_lazy("Missing alt texts")
    header_icon = "image"
    search_fields = ["text", "page__title"]
    default_ordering = ["page__title", "pk"]
    columns = [*OnPagesReport.page_columns, Column("text", label=gettext_lazy("Picture"))]
    list_export = ["page_title", "page.full_url", "field_label", "text"]
    export_headings = {
        "page_title": gettext_lazy("Page"),
        "page.full_url": gettext_lazy("Address of the page"),
        "field_label": gettext_lazy("Field"),
        "text": gettext_lazy("Picture"),
    }


class UndescribedImagesReport(Report):
    """Pictures of the library that are used and have no description, the text that new uses begin with."""

    name = "undescribed_images"
    page_title = gettext_lazy("Images without description")
    header_icon = "image"
    any_permission_required = ["add", "change"]
    is_searchable = True
    search_backend_name = None
    search_fields = ["title"]
    default_ordering = "-uses"
    columns = [
        ImagePreviewColumn("preview", label=gettext_lazy("Preview")),
        TitleColumn("title", label=gettext_lazy("Title"), url_name="wagtailimages:edit", sort_key="title"),
        NumberColumn("uses", label=gettext_lazy("Used"), sort_key="uses"),
        DateColumn("created_at", label=gettext_lazy("Uploaded"), sort_key="created_at"),
    ]
    list_export = ["title", "uses", "created_at"]
    export_headings = {"uses": gettext_lazy("Used"), "created_at": gettext_lazy("Uploaded")}

    @property
    def model(self) -> Any:
        """The site's image model."""
        return get_image_model()

    def get_base_queryset(self) -> QuerySet[Any]:
        """Return the pictures that the user may change, with the number of their uses."""
        images = self.permission_policy.instances_user_has_permission_for(self.request.user, "change")
        content_type = ContentType.objects.get_for_model(self.model)
        references = ReferenceIndex.objects.filter(
            to_content_type=content_type, to_object_id=Cast(OuterRef("pk"), CharField())
        ).order_by()
        uses = references.annotate(all=Value(1)).values("all").annotate(uses=Count("pk")).values("uses")
        return (
            images.filter(Exists(references), description="")
            .annotate(uses=Subquery(uses, output_field=IntegerField()))
            .prefetch_renditions("max-165x165")
        )


class AgeingPagesReport(Report):
    """Published pages that haven't changed for long."""

    name = "ageing_pages"
    model = Page
    page_title = gettext_lazy("Ageing pages")
    header_icon = "time"
    any_permission_required = MAY_EDIT
    filterset_class = AgeingPagesFilterSet
    default_ordering = "changed_at"
    columns = [
        TitleColumn(
            "title",
            label=gettext_lazy("Page"),
            accessor="get_admin_display_title",
            url_name="wagtailadmin_pages:edit",
            sort_key="title",
        ),
        Column("type", label=gettext_lazy("Type"), accessor="page_type_display_name"),
        Column("owner", label=gettext_lazy("Owner"), accessor="owner.get_full_name"),
        DateColumn("changed_at", label=gettext_lazy("Last published"), sort_key="changed_at"),
    ]
    list_export = ["title", "full_url", "page_type_display_name", "owner", "changed_at"]
    export_headings = {
        "full_url": gettext_lazy("Address of the page"),
        "page_type_display_name": gettext_lazy("Type"),
        "changed_at": gettext_lazy("Last published"),
    }

    def get_base_queryset(self) -> QuerySet[Page]:
        """Return the published pages that the user may edit."""
        changed_at = Coalesce("last_published_at", "first_published_at", "latest_revision_created_at")
        pages = pages_to_change(self.request.user).filter(depth__gt=1, alias_of=None)
        return pages.annotate(changed_at=changed_at).select_related("owner", "content_type")


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


REPORTS = [
    BrokenLinksReport,
    MissingAddressesReport,
    MissingAltTextsReport,
    UndescribedImagesReport,
    AgeingPagesReport,
]

urlpatterns = [
    path("reports/broken-links/check/", check_links_now, name="reports_check_links"),
    path("reports/missing-addresses/<int:pk>/redirect/", RedirectMissingAddressView.as_view(), name="reports_redirect"),
    path("reports/missing-addresses/<int:pk>/ignore/", ignore_missing_address, name="reports_ignore"),
]
for report in REPORTS:
    address = f"reports/{report.name.replace('_', '-')}/"
    urlpatterns += [
        path(address, report.as_view(), name=f"reports_{report.name}"),
        path(f"{address}results/", report.as_view(results_only=True), name=f"reports_{report.name}_results"),
    ]

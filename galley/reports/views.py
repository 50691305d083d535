"""The reports about pages and pictures, and what all reports share."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.images.views.images import ImagePreviewColumn
from wagtail.models import Page, ReferenceIndex
from wagtail.permissions import policy_registry

from galley.reports.filters import AgeingPagesFilterSet
from galley.reports.models import OnPage, UndescribedPicture, pages_to_change
from galley.reports.reading import find_unread_pages

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

"""What all reports share: who may see them, and what follows from a report's name."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry

from galley.reports.models import OnPage, pages_to_change
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

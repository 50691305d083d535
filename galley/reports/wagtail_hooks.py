"""Where the reports enter Wagtail's admin: its menu, its addresses, and the dashboard."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from galley.desk.dashboard import SiteProblem
from galley.reports.link_views import (
    BrokenLinksReport,
    MissingAddressesReport,
    RedirectMissingAddressView,
    check_links_now,
    find_broken_links,
    ignore_missing_address,
)
from galley.reports.models import MissingAddress
from galley.reports.views import (
    AgeingPagesReport,
    MissingAltTextsReport,
    Report,
    UndescribedImagesReport,
    may_describe,
    may_edit,
    may_redirect,
)

# Each with who may see it, in the order of the menu.
REPORTS: list[tuple[type[Report], Callable[[Any], bool]]] = [
    (BrokenLinksReport, may_edit),
    (MissingAddressesReport, may_redirect),
    (MissingAltTextsReport, may_edit),
    (UndescribedImagesReport, may_describe),
    (AgeingPagesReport, may_edit),
]


@hooks.register("register_admin_urls")
def add_addresses() -> Iterator[URLPattern]:
    """Yield the addresses of the reports, and of what is done in them."""
    for report, _may_see in REPORTS:
        address = f"reports/{report.name.replace('_', '-')}/"
        yield path(address, report.as_view(), name=f"reports_{report.name}")
        yield path(f"{address}results/", report.as_view(results_only=True), name=f"reports_{report.name}_results")
    redirect = RedirectMissingAddressView.as_view()
    yield path("reports/broken-links/check/", check_links_now, name="reports_check_links")
    yield path("reports/missing-addresses/<int:pk>/redirect/", redirect, name="reports_redirect")
    yield path("reports/missing-addresses/<int:pk>/ignore/", ignore_missing_address, name="reports_ignore")


@hooks.register("insert_global_admin_css")
def add_styles() -> SafeString:
    """Style the reports."""
    return format_html('<link rel="stylesheet" href="{}">', static("reports/reports.css"))


class ReportMenuItem(MenuItem):
    """Leads to a report; visible to users for whom `may_see` is true."""

    def __init__(self, report: type[Report], may_see: Callable[[Any], bool], order: int) -> None:
        url = reverse(f"reports_{report.name}")
        name = report.name.replace("_", "-")
        super().__init__(report.page_title, url, name=name, icon_name=report.header_icon, order=order)
        self._may_see = may_see

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may see the report."""
        return self._may_see(request.user)


for number, (report, may_see) in enumerate(REPORTS):
    hooks.register("register_reports_menu_item", partial(ReportMenuItem, report, may_see, 100 + 10 * number))


@hooks.register("construct_reports_menu")
def replace_ageing_pages(request: HttpRequest, items: list[MenuItem]) -> None:
    """Leave out Wagtail's report of the same kind, which has no period."""
    items[:] = [item for item in items if item.name != "aging-pages"]


@hooks.register("site_problems")
def find_problems(request: HttpRequest) -> Iterator[SiteProblem]:
    """Yield how many links are broken, and how many addresses are asked for in vain, as far as the user may mend it."""
    if may_edit(request.user) and (count := find_broken_links(request.user).count()):
        text = ngettext(
            "%(count)s link on your pages leads nowhere.", "%(count)s links on your pages lead nowhere.", count
        )
        yield SiteProblem(text % {"count": count}, reverse("reports_broken_links"), _("Show them"))
    if may_redirect(request.user) and (count := MissingAddress.objects.frequent().count()):
        text = ngettext(
            "Visitors often ask for %(count)s address that isn’t there.",
            "Visitors often ask for %(count)s addresses that aren’t there.",
            count,
        )
        yield SiteProblem(text % {"count": count}, reverse("reports_missing_addresses"), _("Show them"))

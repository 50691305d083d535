"""The addresses of the reports in the admin."""

from django.urls import path

from galley.reports.content_views import AgeingPagesReport, MissingAltTextsReport, UndescribedImagesReport
from galley.reports.link_views import (
    BrokenLinksReport,
    MissingAddressesReport,
    RedirectMissingAddressView,
    check_links_now,
    ignore_missing_address,
)

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

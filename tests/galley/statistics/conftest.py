"""Counts of the small site, and what a browser sends."""

import datetime

from django.utils import timezone
from wagtail.models import Page

from galley.statistics.models import DailyCount

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def add_counts(page: Page, *counts: int) -> None:
    """Store counts of `page`: of today, yesterday, and so on."""
    today = timezone.localdate()
    for age, count in enumerate(counts):
        if count:
            DailyCount.objects.create(page=page, day=today - datetime.timedelta(days=age), count=count)


def stored() -> dict[str, int]:
    """Return the counts in the database, by slug."""
    return dict(DailyCount.objects.values_list("page__slug", "count"))

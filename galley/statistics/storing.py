"""Adds counts to those in the database, and deletes old ones."""

import datetime
from zoneinfo import ZoneInfo

from django.db import connections, router, transaction
from django.utils import timezone
from wagtail.models import Page, Site

from galley.site_settings.active_zone import zone_of
from galley.site_settings.registered import settings_model
from galley.statistics.models import DailyCount

LIFETIME = datetime.timedelta(days=2 * 366)
ROWS_A_STATEMENT = 200


def store(counts: dict[int, int]) -> None:
    """Add `counts`, by the number of the page, to those of today. Blocks: three queries, and one for each 200 pages.

    Several processes may do it at once: each statement adds to what it finds, and in sorted rows none waits for a row
    of one that waits for it.
    """
    days = find_days()
    rows = []
    for pk, path in Page.objects.filter(pk__in=counts, live=True).order_by("pk").values_list("pk", "path"):
        # Pages of another language stand beside the root page of their site. They count as those of the default site.
        root = max((root for root in days if path.startswith(root)), key=len, default="")
        if day := days.get(root):
            rows.append((pk, day, counts[pk]))
    connection = connections[router.db_for_write(DailyCount)]
    table = connection.ops.quote_name(DailyCount._meta.db_table)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            batch = rows[start : start + ROWS_A_STATEMENT]
            cursor.execute(
                f"INSERT INTO {table} (page_id, day, count) VALUES {', '.join(['(%s, %s, %s)'] * len(batch))} "  # noqa: S608
                f"ON CONFLICT (page_id, day) DO UPDATE SET count = {table}.count + excluded.count",
                [value for pk, day, count in batch for value in (pk, connection.ops.adapt_datefield_value(day), count)],
            )


def find_days() -> dict[str, datetime.date | None]:
    """Return which day it is at each site, by the path of its root page, and by "" at the default site.

    None stands for a site that counts nothing. Blocks: two queries.
    """
    model = settings_model()
    found = {row.site_id: row for row in model.objects.all()} if model else {}
    days: dict[str, datetime.date | None] = {}
    for site in Site.objects.select_related("root_page"):
        row = found.get(site.pk)
        is_counted = getattr(row, "counts_visits", True)
        day = timezone.localdate(timezone=ZoneInfo(zone_of(row))) if is_counted else None
        days[site.root_page.path] = day
        if site.is_default_site:
            days[""] = day
    return days


def delete_old_counts() -> int:
    """Delete the counts that are older than two years; return how many."""
    return DailyCount.objects.filter(day__lt=timezone.localdate() - LIFETIME).delete()[0]

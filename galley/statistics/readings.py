"""How often pages were read: the numbers of the last days, and the line that draws them."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from galley.site_settings.active_zone import read_site_zone
from galley.site_settings.registered import find_settings
from galley.statistics.models import DailyCount

DAY = datetime.timedelta(days=1)
DAYS = 30
WEEK = 7
WIDTH, HEIGHT = 116, 24


@dataclass(frozen=True)
class Reading:
    """The numbers of the last `DAYS` days, the oldest first. The last one is of `today`."""

    counts: tuple[int, ...]
    today: datetime.date

    @property
    def total(self) -> int:
        """The sum of all days."""
        return sum(self.counts)

    @property
    def week(self) -> int:
        """The sum of the last seven days."""
        return sum(self.counts[-WEEK:])

    @property
    def week_before(self) -> int:
        """The sum of the seven days before."""
        return sum(self.counts[-2 * WEEK : -WEEK])

    @property
    def points(self) -> str:
        """The points of a line in an SVG of `WIDTH` by `HEIGHT`, whose highest point is the greatest number."""
        top = max(*self.counts, 1)
        across, up = (WIDTH - 4) / (len(self.counts) - 1), HEIGHT - 4
        return " ".join(f"{2 + n * across:.1f},{2 + up - up * each / top:.1f}" for n, each in enumerate(self.counts))

    @property
    def description(self) -> str:
        """The line in words."""
        if not self.total:
            return _("Nobody has read it in the last %(days)s days.") % {"days": len(self.counts)}
        top = max(self.counts)
        day = self.today - self.counts[::-1].index(top) * DAY
        values = {"top": intcomma(top), "day": date_format(day, "j F"), "today": intcomma(self.counts[-1])}
        return _("By day: at most %(top)s, on %(day)s; %(today)s today.") % values


def is_shown(request: HttpRequest) -> bool:
    """Return whether the site of `request` counts visits. If not, no numbers are shown."""
    return bool(getattr(find_settings(request), "counts_visits", True))


def read_pages(request: HttpRequest, pages: Iterable[int]) -> dict[int, Reading]:
    """Return the reading of each of `pages`, by its number. Blocks: one query, and that of the site's settings."""
    today, first = _period(request)
    counts: dict[int, list[int]] = {page: [0] * DAYS for page in pages}
    rows = DailyCount.objects.filter(page__in=counts, day__range=(first, today))
    for page, day, count in rows.values_list("page_id", "day", "count"):
        counts[page][(day - first).days] = count
    return {page: Reading(tuple(each), today) for page, each in counts.items()}


def read_total(request: HttpRequest, pages: Any) -> Reading:
    """Return the reading of all of `pages`, a queryset, together. Blocks: one query."""
    today, first = _period(request)
    counts = [0] * DAYS
    rows = DailyCount.objects.filter(page__in=pages.values("pk"), day__range=(first, today))
    for day, count in rows.values_list("day").annotate(Sum("count")).order_by():
        counts[(day - first).days] = count
    return Reading(tuple(counts), today)


def find_most_read(request: HttpRequest, pages: Any, number: int) -> Sequence[int]:
    """Return the numbers of those of `pages`, a queryset, that were read most in the last seven days. Blocks."""
    today, _first = _period(request)
    rows = DailyCount.objects.filter(page__in=pages.values("pk"), day__range=(today - (WEEK - 1) * DAY, today))
    most = rows.values("page_id").annotate(number=Sum("count")).order_by("-number", "page_id")
    return list(most.values_list("page_id", flat=True)[:number])


def _period(request: HttpRequest) -> tuple[datetime.date, datetime.date]:
    """Return today, in the time zone of the site, and the first day that is shown."""
    today = timezone.localdate(timezone=ZoneInfo(read_site_zone(request)))
    return today, today - (DAYS - 1) * DAY

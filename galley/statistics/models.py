"""What is stored: how often a page was read on a day."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page


class DailyCount(models.Model):
    """How often a page was read on one day of its site's time zone. Nothing is stored about the visitors."""

    wagtail_reference_index_ignore = True

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["page", "day"], name="unique_daily_count")]

    def __str__(self) -> str:
        return f"{self.page_id}, {self.day}: {self.count}"


class StatisticsMixin(models.Model):
    """For the model of a site's settings: whether visits are counted."""

    counts_visits = models.BooleanField(
        _("count how often pages are read"),
        default=True,
        help_text=_(
            "For each page and day, one number is stored. Nothing is stored about the visitors: no cookie, no address, "
            "no browser. Visitors whose browser asks not to be tracked aren’t counted, nor are robots and people who "
            "are signed in. Without the tick, nothing is counted, and no numbers are shown."
        ),
    )

    statistics_panels = [FieldPanel("counts_visits")]

    class Meta:
        abstract = True

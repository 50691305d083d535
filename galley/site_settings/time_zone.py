"""The field for the site's time zone. Django's `TIME_ZONE` applies until somebody chooses."""

import zoneinfo
from functools import cache, lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel


@lru_cache
def is_zone(name: str) -> bool:
    """Return whether `name` is in the time zone database (https://www.iana.org/time-zones)."""
    try:
        return bool(zoneinfo.ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return False


def validate_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a time zone."""
    if not is_zone(name):
        text = _("“%(name)s” is no time zone. Choose one of the list, such as Europe/Berlin.")
        raise ValidationError(text, params={"name": name[:64]})


class ZoneSelect(forms.Select):
    """A list of all time zones.

    Wagtail's script that adds how far each is from UTC stops at the first zone that is newer than the browser.
    """

    def __init__(self, attrs: dict[str, Any] | None = None, none: Any = None) -> None:
        """List the zones; the first choice, called `none`, is no choice."""
        none = none or format_lazy(gettext_lazy("Not chosen yet: {zone} applies"), zone=settings.TIME_ZONE)
        super().__init__(attrs, [("", none), *((name, name) for name in _zone_names())])


@cache
def _zone_names() -> list[str]:
    return sorted(zoneinfo.available_timezones())


class TimeZoneMixin(models.Model):
    """For the model of a site's settings: its time zone."""

    time_zone = models.CharField(
        gettext_lazy("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=gettext_lazy(
            "Visitors read dates in this time zone. Editors do, too, unless they have chosen another in their account."
        ),
    )

    time_zone_panels = [FieldPanel("time_zone", widget=ZoneSelect)]

    class Meta:
        abstract = True

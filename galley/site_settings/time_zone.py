"""The site's time zone: visitors read times in it, and so do editors who haven't chosen one of their own.

Django's `TIME_ZONE` applies until somebody chooses. The choice is read where it is used, with the queries of the page,
so that it holds in every process at once.
"""

import zoneinfo
from functools import cache, lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.localization import get_available_admin_time_zones
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.registry import registry
from wagtail.models import Site
from wagtail.users.models import UserProfile

from galley.page_cache.versioned import cached


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

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """List the zones; the first choice is none."""
        zones = [(name, name) for name in get_available_admin_time_zones()]
        none = _("Not chosen yet: %(zone)s applies") % {"zone": settings.TIME_ZONE}
        super().__init__(attrs, [("", none), *zones])


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


@cache
def settings_model() -> Any:
    """Return the site's registered settings with a time zone, or None."""
    return next((model for model in registry if issubclass(model, TimeZoneMixin)), None)


def read_site_zone(site: Site | None = None) -> str:
    """Return the name of the time zone of `site`, or else of the default site. Blocks."""
    return cached(("time zone", site and site.pk), lambda: _read_zone(site))


def _read_zone(site: Site | None) -> str:
    model = settings_model()
    of_site = {"site": site} if site else {"site__is_default_site": True}
    chosen = model and model.objects.filter(**of_site).values_list("time_zone", flat=True).first()
    return chosen if chosen and is_zone(chosen) else settings.TIME_ZONE


def activate_site_zone(request: HttpRequest, **kwargs: Any) -> None:
    """Activate the time zone of the site of `request`. The middleware ends that with the request. Blocks."""
    timezone.activate(read_site_zone(Site.find_for_request(request)))


def use_site_zone_by_default(request: HttpRequest) -> None:
    """Let Wagtail's admin use the site's time zone for `request.user`, who may have chosen another. Blocks.

    Wagtail activates what the user's profile returns, and would fall back to `TIME_ZONE`. Nothing is saved.
    """
    user: Any = request.user
    if not user.is_authenticated:
        return
    profile = getattr(user, "wagtail_userprofile", None)
    if profile is None:
        profile = user.wagtail_userprofile = UserProfile(user=user)
    if not profile.current_time_zone:
        zone = read_site_zone(Site.find_for_request(request))
        profile.get_current_time_zone = lambda: zone


def name_other_site_zone() -> str:
    """Return a sentence that names the site's time zone, if another one is active: that of the editor. Blocks."""
    zone = read_site_zone()
    if zone == timezone.get_current_timezone_name():
        return ""
    time = timezone.localtime(timezone=zoneinfo.ZoneInfo(zone))
    return _("The site’s time zone is %(zone)s, where it is %(time)s.") % {"zone": zone, "time": f"{time:%H:%M}"}

"""The site's time zone in use: visitors read times in it, and so do editors who haven't chosen one of their own.

The choice is read where it is used, with the queries of the page, so that it holds in every process at once.
"""

import datetime
import zoneinfo
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from galley.site_settings.registered import find_settings, settings_model
from galley.site_settings.time_zone import is_zone


def read_site_zone(request: HttpRequest | None = None) -> str:
    """Return the name of the time zone of the site of `request`; without one, of the default site. Blocks."""
    if request:
        found = find_settings(request)
    else:
        model = settings_model()
        found = model and model.objects.filter(site__is_default_site=True).first()
    return zone_of(found)


def zone_of(found: Any) -> str:
    """Return the name of the time zone in the settings of a site; None stands for a site that has none."""
    chosen = found.time_zone if found else ""
    return chosen if chosen and is_zone(chosen) else settings.TIME_ZONE


def activate_site_zone(request: HttpRequest, **kwargs: Any) -> None:
    """Activate the time zone of the site of `request`. The middleware ends that with the request. Blocks."""
    timezone.activate(read_site_zone(request))


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
        # Wagtail pickles the user with the renditions of what was uploaded: a function of this module couldn't be.
        profile.get_current_time_zone = partial(str, read_site_zone(request))


def name_other_site_zone() -> str:
    """Return HTML that names the site's time zone, if another one is active: that of the editor. Blocks."""
    zone = read_site_zone()
    if zone == timezone.get_current_timezone_name():
        return ""
    text = escape(_("The site’s time zone is %(zone)s, where it is %(time)s."))
    return SafeString(text % {"zone": zone, "time": show_time(zone)})


def show_time(zone: str) -> SafeString:
    """Return the present time in `zone`. The publish dialog's script keeps it right while a page is open."""
    now = timezone.localtime(timezone=zoneinfo.ZoneInfo(zone))
    text = '<span data-zone="{}" data-now="{}">{}</span>'
    return format_html(text, zone, now.isoformat(timespec="seconds"), f"{now:%H:%M}")


def format_time(time: datetime.datetime) -> str:
    """Return day, time and zone. Django leaves out the zone of a time that comes twice, at a change of clocks."""
    local = timezone.localtime(time)
    return f"{date_format(local, 'l, j F Y, H:i')} {local:%Z}"


def read_local_time(time: datetime.datetime) -> datetime.datetime:
    """Return `time`, which has no zone, in the current time zone. At a change of clocks, as RFC 5545 (3.3.5) has it:

    a time that comes twice is the first; one that is skipped is what the clock shows after the jump, 03:30 for 02:30.
    """
    zone = timezone.get_current_timezone()
    return time.replace(tzinfo=zone, fold=0).astimezone(datetime.UTC).astimezone(zone)

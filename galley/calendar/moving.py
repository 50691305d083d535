"""Moves a scheduled page to another day, in the way in which Wagtail takes back a schedule and sets one."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from galley.site_settings.active_zone import read_local_time


def find_scheduled(page: Page) -> Revision | None:
    """Return the revision of `page` that is going to be published at its time, or None."""
    return page.revisions.filter(approved_go_live_at__gt=timezone.now()).order_by("approved_go_live_at").first()


def move_to(day: datetime.date, page: Page, user: Any) -> datetime.datetime:
    """Let the scheduled revision of `page` go live on `day`, at its hour in the current time zone. Return the time.

    Raises ValidationError with a sentence if that can't be, and PermissionDenied if `user` may not publish the page.
    """
    with transaction.atomic():
        # Of two who move it, or of one and the worker that publishes it, the second waits.
        Page.objects.select_for_update().get(pk=page.pk)
        revision = find_scheduled(page)
        if revision is None:
            raise ValidationError(_("The page isn’t scheduled any more. Nothing has changed."))
        time = _time_on(day, revision)
        # A schedule locks a page for everybody, so Wagtail sets a new time only after the old one was taken back.
        revision.approved_go_live_at = None
        revision.save(user=user, update_fields=["approved_go_live_at"])
        revision.content["go_live_at"] = time.astimezone(datetime.UTC).isoformat()
        revision.save(update_fields=["content"])
        revision.publish(user=user)
    return time


def _time_on(day: datetime.date, revision: Revision) -> datetime.datetime:
    old = timezone.localtime(revision.approved_go_live_at)
    time = read_local_time(datetime.datetime.combine(day, old.time()))
    if time <= timezone.now():
        raise ValidationError(_("A page can’t go live in the past. It stays where it was; choose a later day."))
    expiry = parse_datetime(revision.content.get("expire_at") or "")
    if expiry and time >= expiry:
        text = _("The page expires before that, on %(time)s. It stays where it was; choose an earlier day.")
        raise ValidationError(text % {"time": date_format(timezone.localtime(expiry), "j F Y, H:i T")})
    return time

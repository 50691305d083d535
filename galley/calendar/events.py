"""What stands in a calendar: a page, what happens to it, and when."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, TextChoices
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision
from wagtail.permissions import policy_registry

MOST_EVENTS = 5000


class Kind(TextChoices):
    """What happens to a page."""

    DRAFT = "draft", _("Draft, last changed")
    SCHEDULED = "scheduled", _("Goes live")
    PUBLISHED = "published", _("Published")
    EXPIRING = "expiring", _("Expires")


@dataclass(frozen=True)
class Event:
    """Something that happens, or has happened, to a page."""

    page_id: int
    title: str
    kind: Kind
    time: datetime.datetime
    is_movable: bool = False


def find_events(user: Any, start: datetime.datetime, end: datetime.datetime, most: int = MOST_EVENTS) -> list[Event]:
    """Return what happens from `start` to before `end` to pages that `user` may edit, in the order of time.

    At most `most` of each kind. Scheduled ones that `user` may publish are movable. Blocks: the number of queries
    doesn't grow.
    """
    policy = policy_registry.get_by_type(Page)
    pages = policy.instances_user_has_permission_for(user, "change").filter(depth__gt=1)
    found = [
        Event(pk, title, kind, time)
        for kind, (field, chosen) in _queries(pages).items()
        for pk, title, time in chosen.filter(**{f"{field}__gte": start, f"{field}__lt": end})
        .order_by(field)
        .values_list("pk", "draft_title", field)[:most]
    ]
    due = Revision.page_revisions.filter(approved_go_live_at__gte=start, approved_go_live_at__lt=end)
    times = {int(pk): time for pk, time in due.order_by("approved_go_live_at").values_list(*_SCHEDULE)[:most]}
    movable = set(
        policy.instances_user_has_permission_for(user, "publish").filter(pk__in=times).values_list("pk", flat=True)
    )
    now = timezone.now()
    for pk, title in pages.filter(pk__in=times).values_list("pk", "draft_title"):
        found.append(Event(pk, title, Kind.SCHEDULED, times[pk], pk in movable and times[pk] > now))
    return sorted(found, key=lambda event: (event.time, event.kind, event.page_id))


_SCHEDULE = ("object_id", "approved_go_live_at")


def _queries(pages: QuerySet[Page]) -> dict[Kind, tuple[str, QuerySet[Page]]]:
    """Return the field with the time and the pages for each kind but the scheduled, whose time is in the revision."""
    revisions = Revision.page_revisions.filter(approved_go_live_at__isnull=False)
    is_scheduled = Q(pk__in=revisions.values_list(Cast("object_id", BigIntegerField())))
    drafts = pages.filter(~is_scheduled, has_unpublished_changes=True, alias_of=None)
    return {
        Kind.DRAFT: ("latest_revision_created_at", drafts),
        Kind.PUBLISHED: ("first_published_at", pages.filter(live=True)),
        Kind.EXPIRING: ("expire_at", pages.filter(Q(live=True) | Q(expired=True) | is_scheduled)),
    }

"""Deletes old revisions of pages, so that fewer remain the older they are."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision

from galley.history.models import AutosavedRevision, is_fixed

# From an age on, one revision of each period remains: the newest. All younger ones remain.
PERIODS = (
    (timedelta(days=7), timedelta(hours=1)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta(days=365), timedelta(weeks=1)),
)
MOST_IN_A_RUN = 10_000
BATCH = 100


def thin_revisions() -> int:
    """Delete what is not the newest of its period. Return how many revisions were deleted.

    Revisions remain if they are fixed, the latest of their page, or have comments. What is beyond `MOST_IN_A_RUN`
    waits for the next run.
    """
    now = timezone.now()
    # Autosave begins a new revision long before that.
    AutosavedRevision.objects.filter(since__lt=now - timedelta(hours=1)).delete()
    ids = list(_find_superfluous(now))
    deleted = 0
    for start in range(0, len(ids), BATCH):
        deleted += _delete(ids[start : start + BATCH])
        if deleted >= MOST_IN_A_RUN:
            break
    return deleted


def _find_superfluous(now: datetime) -> Iterator[int]:
    """Yield the ids of old revisions that have a newer one in the same period."""
    old = Revision.page_revisions.filter(created_at__lt=now - PERIODS[0][0])
    rows = old.order_by("object_id", "-created_at", "-pk").values_list("pk", "object_id", "created_at")
    last = None
    for pk, page_id, created_at in rows.iterator():
        length = next(length for age, length in reversed(PERIODS) if created_at < now - age)
        period = (page_id, length, created_at.timestamp() // length.total_seconds())
        if period == last:
            yield pk
        last = period


@transaction.atomic
def _delete(ids: Sequence[int]) -> int:
    is_latest = Exists(Page.objects.filter(latest_revision=OuterRef("pk")))
    revisions = Revision.objects.filter(pk__in=ids).exclude(is_fixed() | is_latest | Q(created_comments__isnull=False))
    # Locked: nobody may name one of them meanwhile.
    found = list(revisions.select_for_update(of=("self",)).values_list("pk", flat=True))
    # The history still says who has changed the page, without links to what isn't there any more.
    PageLogEntry.objects.filter(revision__in=found).update(revision=None)
    Revision.objects.filter(pk__in=found).only("pk").delete()
    return len(found)

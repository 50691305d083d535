"""Which version of the content the database holds: another one after every change that a visitor may see."""

from datetime import timedelta

from django.db import connections, router
from django.utils import timezone

from galley.page_cache.models import Change

MOST_MARKS = 200
MARKS_KEPT = timedelta(minutes=1)

# How many marks there are, the sum of their random ids, and how many of them empty all: no two sets of marks have the
# same, and a mark that becomes visible late is seen no less.
Version = tuple[int, int, int]

_QUERY = (
    "SELECT COUNT(*), COALESCE(SUM(id), 0), COALESCE(SUM(CASE WHEN empties_all THEN 1 ELSE 0 END), 0) "
    "FROM changes_change"
)


def read_version() -> Version | None:
    """Return the version of the content in the database. It has to be read before what is kept for it. Blocks.

    None inside a transaction: what is read there may be of nobody else's, and never come to be.
    """
    return None if connections[router.db_for_read(Change)].in_atomic_block else read_version_now()


def read_version_now() -> Version:
    """Return the version of the content in the database, also inside a transaction. Blocks: one query."""
    with connections[router.db_for_read(Change)].cursor() as cursor:
        cursor.execute(_QUERY)
        number, total, emptying = cursor.fetchone()
    # Marks that empty all are few. Without the old ones, it would seem that there is another.
    if number - emptying > MOST_MARKS:
        Change.objects.filter(made_at__lt=timezone.now() - MARKS_KEPT, empties_all=False).delete()
    return number, int(total), int(emptying)

"""The number of the content as it stands: another one after every change that a visitor may see."""

from datetime import timedelta

from django.db import connections, router
from django.utils import timezone

from changes.models import Change

MOST_MARKS = 200
MARKS_KEPT = timedelta(minutes=1)

Version = tuple[int, int]


def read_version() -> Version | None:
    """Return the version of the content in the database. Blocks: one query.

    It has to be read before what is kept for it. It is the number of the marks and the sum of their random ids: no two
    sets of marks have the same, and a mark that becomes visible late is seen no less.
    None inside a transaction: what is read there may be of nobody else's, and never come to be.
    """
    connection = connections[router.db_for_read(Change)]
    if connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*), COALESCE(SUM(id), 0) FROM changes_change")
        number, total = cursor.fetchone()
    if number > MOST_MARKS:
        Change.objects.filter(made_at__lt=timezone.now() - MARKS_KEPT).delete()
    return number, int(total)

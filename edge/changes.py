"""What this process knows of the changes in the database, its own and those of all other processes."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import Error
from django.db.models import Count, Q, Sum
from django.utils import timezone

from edge.models import Change
from edge.threads import in_edge_thread

logger = logging.getLogger(__name__)

# A change is seen by everybody within a second: that is this, a query, and the making of the new page.
POLL_SECONDS = 0.3
MOST_MARKS = 200
MARKS_KEPT = timedelta(minutes=1)

# How many marks there are, the sum of their ids, and how many of them empty everything: no two sets of marks have the
# same, and a mark that becomes visible late is seen no less.
State = tuple[int, int, int]


def read_state() -> State:
    """Return the state of the marks. Blocks: one query."""
    marks = Change.objects.aggregate(
        number=Count("pk"), total=Sum("pk"), emptying=Count("pk", filter=Q(empties_all=True))
    )
    if marks["number"] > MOST_MARKS:
        Change.objects.filter(made_at__lt=timezone.now() - MARKS_KEPT).delete()
    return marks["number"], int(marks["total"] or 0), marks["emptying"]


class Changes:
    """The newest known state of the marks. `read` is how it is read, and blocks.

    `state` is None from a change in this very process until it is read anew, or while nothing has been read. Equal
    states are one object, so that an identity check tells whether anything has changed.
    """

    def __init__(self, read: Callable[[], State] = read_state) -> None:
        self.read = read
        self.state: State | None = None
        self._last: State | None = None
        self._times_forgotten = 0

    def forget(self) -> None:
        """Take the state for unknown. May be called in any thread."""
        self._times_forgotten += 1
        self.state = None

    async def known_state(self) -> State:
        """Return the state; read it if it is unknown. Raises `Error`."""
        while (state := self.state) is None:
            await self.poll()
        return state

    async def poll(self) -> None:
        """Read the state from the database. Raises `Error`."""
        times_forgotten = self._times_forgotten
        state = await in_edge_thread(self.read)
        if state != self._last:
            self._last = state
        # A change in this process may have been committed after the state was read.
        if times_forgotten == self._times_forgotten:
            self.state = self._last

    async def follow(self, is_needed: Callable[[], bool]) -> None:
        """Poll for as long as `is_needed`. A database that is away changes nothing: what is known goes on to hold."""
        is_away = False
        while is_needed():
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.poll()
                is_away = False
            except Error as error:
                if not is_away:
                    logger.warning("The database doesn't answer (%s); stored pages are shown on.", type(error).__name__)
                is_away = True
        self.forget()


changes = Changes()

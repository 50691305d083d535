"""Which backups stay: the newest of each of the last days, weeks and months that have one."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

DAYS, WEEKS, MONTHS = 7, 4, 12
# So that the backup before an upgrade isn't replaced by that before the next try.
ALL_WITHIN = timedelta(days=1)

PERIODS: list[tuple[int, Callable[[datetime], object]]] = [
    (DAYS, lambda at: at.date()),
    (WEEKS, lambda at: at.isocalendar()[:2]),
    (MONTHS, lambda at: (at.year, at.month)),
]


def choose_old(backups: Iterable[datetime]) -> list[datetime]:
    """Return those of `backups` that may be deleted. The newest never is, whatever the clock says."""
    newest_first = sorted(backups, reverse=True)
    stay = {at for at in newest_first if newest_first[0] - at < ALL_WITHIN}
    for number, period in PERIODS:
        newest: dict[object, datetime] = {}
        for at in newest_first:
            newest.setdefault(period(at), at)
        stay.update(list(newest.values())[:number])
    return [at for at in newest_first if at not in stay]

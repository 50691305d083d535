"""Two processes that store counts at once: `python -m tests.galley.statistics.at_once` prints the sums."""

import os
import traceback
from collections.abc import Sequence

import django
from django.db import connection


def store_in_two_processes(pages: Sequence[int], times: int) -> None:
    """Let two children of this process store a visit of each of `pages`, one of them in the other order."""
    from galley.statistics.storing import store

    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # its threads don't live on in the children
    children = []
    for order in (pages, pages[::-1]):
        if not (pid := os.fork()):
            status = 1
            try:
                for _ in range(times):
                    store(dict.fromkeys(order, 1))
                connection.close()
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0]


if __name__ == "__main__":
    django.setup()
    from wagtail.models import Page

    from galley.statistics.models import DailyCount

    store_in_two_processes(list(Page.objects.filter(depth__gt=1).values_list("pk", flat=True)), times=20)
    print(*DailyCount.objects.values_list("count", flat=True))  # noqa: T201

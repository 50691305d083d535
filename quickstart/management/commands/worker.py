"""Run background tasks, and what is due by the clock, in one process."""

import logging
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any

from django.core.management import call_command
from django.db import connections
from django_tasks_db.management.commands import db_worker

logger = logging.getLogger(__name__)

MINUTE = 60.0
HOUR = 60 * MINUTE
# Command and the seconds between two runs of it: what other sites ask cron to do.
CHORES = {"publish_scheduled": MINUTE, "prune_db_task_results": HOUR, "clearsessions": HOUR}


class Command(db_worker.Command):
    """`db_worker`, which also publishes pages when their time has come."""

    help = "Run background tasks, publish scheduled pages, and tidy up. One of it is enough for a site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the options of `db_worker`; serve every queue, and restart on changes only when asked to."""
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", reload=False)

    def configure_logging(self, verbosity: int) -> None:
        """Leave the log levels to the settings, unless more is asked for: two lines a task tell nobody anything."""
        if verbosity > 1:
            super().configure_logging(verbosity)

    def handle(self, **options: Any) -> None:
        """Work until told to stop."""
        with chores_by_the_clock():
            super().handle(**options)


@contextmanager
def chores_by_the_clock() -> Iterator[None]:
    """Run `CHORES` in a thread of their own, so that a long task holds back no page that is due."""
    stop = Event()
    thread = Thread(target=_run_chores, args=(stop,), name="chores")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _run_chores(stop: Event) -> None:
    due = dict.fromkeys(CHORES, monotonic())
    while not stop.wait(max(0.0, min(due.values()) - monotonic())):
        for name in [name for name, at in due.items() if at <= monotonic()]:
            due[name] = monotonic() + CHORES[name]
            run_chore(name)
        connections.close_all()  # this thread's own; the next run may be long after


def run_chore(name: str) -> None:
    """Run the command `name`; a failure is logged, and the next run tries again."""
    try:
        call_command(name, verbosity=0)
    except Exception:
        logger.exception("%s failed; it is tried again in a while.", name)

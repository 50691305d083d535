"""`manage.py worker` runs background tasks and scheduled commands in one process."""

import datetime
import logging
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management import call_command
from django.db import Error, connections
from django.utils import timezone
from django.utils.autoreload import run_with_reloader
from django_tasks.signals import task_started
from django_tasks_db.management.commands import db_worker

from galley.monitoring.metrics import writing_from_thread
from galley.site_settings.active_zone import read_site_zone
from galley.tasks.models import CommandRun, Lease, command_id
from galley.tasks.worker import LeasingWorker, beating

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# Commands, and the seconds between two runs. No cron is needed. Of several workers, one runs them, but each publishes.
SCHEDULED_COMMANDS = {
    "publish_scheduled": MINUTE,
    "send_heartbeat": MINUTE,
    "delete_old_results": HOUR,
    "clearsessions": HOUR,
    "thin_revisions": DAY,
    "empty_bin": DAY,
    "delete_old_counts": DAY,
    "delete_unfinished_uploads": DAY,
}
# Commands that may take an hour. They run in the night of the site's time zone.
NIGHTLY_COMMANDS = ("check_links",)
# Editors may ask for them by day.
SECONDS_BETWEEN_LOOKS = 5.0
NIGHT = datetime.time(3)


class Command(db_worker.Command):
    """`db_worker` that also runs the scheduled commands."""

    help = (
        "Runs background tasks, publishes scheduled pages, and deletes expired data. A site needs one worker; with "
        "PostgreSQL there may be several, on several hosts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options of `db_worker`. By default, all queues are served, and changes of the code are ignored."""
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", reload=False)

    def configure_logging(self, verbosity: int) -> None:
        """Use the log levels of the settings, unless the verbosity is higher: upstream logs two lines for each task."""
        if verbosity > 1:
            super().configure_logging(verbosity)

    def handle(self, **options: Any) -> None:
        """Run until a signal comes. If the database fails, the worker goes on after a pause."""
        self.configure_logging(options["verbosity"])
        task_started.connect(use_site_zone, dispatch_uid="use the site's time zone")
        worker_id = options["worker_id"]
        with writing_from_thread("worker"), beating(worker_id), running_scheduled_commands(worker_id):
            worker = make_worker(**options)
            worker.configure_signals()
            # The database may fail in a task, or be gone for good, when the signal has come.
            while worker.running:
                try:
                    run_with_reloader(worker.run) if options["reload"] else worker.run()
                    return
                except Error:
                    connections.close_all()
                    if worker.running:
                        logger.exception("The database failed. The worker goes on in %s seconds.", PAUSE_SECONDS)
                        sleep(PAUSE_SECONDS)


def make_worker(*, queue_name: str, exclude_queues: str, **options: Any) -> LeasingWorker:
    """Return a worker as upstream's command makes it with these options, but one that runs tasks under leases."""
    names = ("interval", "batch", "backend_name", "startup_delay", "max_tasks", "worker_id")
    return LeasingWorker(
        queue_names=queue_name.split(","),
        excluded_queue_names=exclude_queues.split(",") if exclude_queues else [],
        **{name: options[name] for name in names},
    )


@contextmanager
def running_scheduled_commands(worker_id: str) -> Iterator[None]:
    """Run `SCHEDULED_COMMANDS` in their own thread, so that a long task doesn't delay the publishing of pages.

    `NIGHTLY_COMMANDS` have another, which ends with the process: what they have done is stored at each step.
    """
    stop = Event()
    thread = Thread(target=_run_when_due, args=(stop, worker_id), name="scheduled-commands")
    thread.start()
    Thread(target=_run_nightly, args=(stop, worker_id), name="nightly-commands", daemon=True).start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _run_when_due(stop: Event, worker_id: str) -> None:
    due = dict.fromkeys(SCHEDULED_COMMANDS, monotonic())
    while not stop.wait(max(0.0, min(due.values()) - monotonic())):
        for name in [name for name, at in due.items() if at <= monotonic()]:
            # Without a database, each of them fails after seconds only.
            if stop.is_set():
                break
            due[name] = monotonic() + min(MINUTE, SCHEDULED_COMMANDS[name])
            if SCHEDULED_COMMANDS[name] > MINUTE:
                run_alone(name, SCHEDULED_COMMANDS[name], worker_id)
            else:
                run_command(name)
        connections.close_all()  # the next run may be much later


def _run_nightly(stop: Event, worker_id: str) -> None:
    while True:
        seconds = _seconds_until_night_here()
        if stop.wait(min(seconds, SECONDS_BETWEEN_LOOKS)):
            return
        for name in NIGHTLY_COMMANDS:
            # A minute of time, so that no slow look misses the night. The lease lets it run once.
            if seconds <= MINUTE or _is_asked_for(name):
                run_alone(name, DAY / 2, worker_id)


def _is_asked_for(name: str) -> bool:
    try:
        return CommandRun.find(name).is_due
    except Error:
        logger.exception("Whether %s is asked for isn't known.", name)
        return False
    finally:
        connections.close_all()


def _seconds_until_night_here() -> float:
    try:
        return seconds_until_night(timezone.localtime(timezone=ZoneInfo(read_site_zone())))
    except Exception:  # the database may be away, but the thread has to go on
        logger.exception("The site's time zone isn't known. TIME_ZONE is used.")
        return seconds_until_night(timezone.localtime())
    finally:
        connections.close_all()


def seconds_until_night(now: datetime.datetime) -> float:
    """Return how long it is from the local time `now` to the next night."""
    night = now.replace(hour=NIGHT.hour, minute=NIGHT.minute, second=0, microsecond=0)
    return ((night if night > now else night + datetime.timedelta(days=1)) - now).total_seconds()


def use_site_zone(**kwargs: Any) -> None:
    """Activate the site's time zone: the receiver of a signal that is sent before each task."""
    timezone.activate(read_site_zone())


def run_alone(name: str, seconds: float, worker_id: str) -> bool:
    """Run the command unless another worker runs it, or it has been run within `seconds`. Return whether it has run.

    If the worker is killed in the middle of it, the next one runs it. What has failed is due again within the hour.
    """
    try:
        if not Lease.take(command_id(name), worker_id):
            return False
        try:
            pause = seconds if run_command(name) else min(seconds, HOUR)
            CommandRun.find(name).end()
            # A little less: the times of two workers differ.
            Lease.rest(command_id(name), worker_id, datetime.timedelta(seconds=pause * 0.9))
        finally:
            Lease.give_back(command_id(name), worker_id)
    except Error:
        logger.exception("The database failed before or after %s.", name)
        return False
    return True


def run_command(name: str) -> bool:
    """Run the command `name`, in the site's time zone. An error is logged. Return whether there was none."""
    try:
        with timezone.override(read_site_zone()):
            call_command(name, verbosity=0)
    except Exception:
        logger.exception("%s failed. The next run tries again.", name)
        return False
    return True

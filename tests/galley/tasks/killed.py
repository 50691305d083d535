"""A process that forks workers which kill themselves at a given moment: `python -m tests.galley.tasks.killed`.

Django is loaded once. For each line of JSON on standard input, a child runs what it names; the answer is a line with
its exit status and the number of events. An event is a statement of the database, a file that is opened for writing,
or a reply of the mail server: each is a moment at which the process may be killed.
"""

import json
import mmap
import os
import signal
import struct
import sys
from collections.abc import Callable
from threading import current_thread
from typing import Any

import django

_count = mmap.mmap(-1, 8)


class Moment:
    """Counts the events of one thread, and ends the process at the one that is named."""

    def __init__(self, kill_at: int, thread: str, *, is_counting: bool) -> None:
        self._kill_at = kill_at
        self._thread = thread
        self._seen = 0
        self.is_counting = is_counting

    def pass_by(self) -> None:
        if not self.is_counting or current_thread().name != self._thread:
            return
        self._seen += 1
        _count[:] = struct.pack("q", self._seen)
        if self._seen == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def watch(moment: Moment) -> None:
    """Tell `moment` of each event of this process."""
    import smtplib

    from django.db.backends.signals import connection_created
    from django_tasks.signals import task_finished, task_started

    def around(execute: Callable, *statement: Any) -> Any:
        moment.pass_by()
        result = execute(*statement)
        moment.pass_by()
        return result

    def opened(event: str, details: tuple) -> None:
        if event == "open" and details[2] & (os.O_WRONLY | os.O_RDWR):
            moment.pass_by()

    get_reply = smtplib.SMTP.getreply

    def reply(smtp: smtplib.SMTP) -> Any:
        answer = get_reply(smtp)
        moment.pass_by()
        return answer

    def begin(**event: Any) -> None:
        moment.is_counting = True

    def end(**event: Any) -> None:
        moment.is_counting = False

    smtplib.SMTP.getreply = reply
    sys.addaudithook(opened)
    connection_created.connect(lambda connection, **event: connection.execute_wrappers.append(around), weak=False)
    if not moment.is_counting:  # between two tasks, the worker only asks for the next one
        task_started.connect(begin, weak=False)
        task_finished.connect(end, weak=False)


def write_message(number: int) -> None:
    """Store a message as the contact form does."""
    from forms.models import ContactMessage, ContactPage, ContactRecipient
    from forms.submissions import store_message

    page = ContactPage.objects.get()
    ContactRecipient.objects.get_or_create(page=page, email="desk@example.org")
    message = ContactMessage(page=page, name=f"Visitor {number}", email="v@example.org", text=f"Message {number}.")
    store_message(message, token=f"token {number}", client_ip=f"192.0.2.{number}", is_spam=False)


def schedule_post(number: int) -> None:
    """Leave a draft that is to be published now."""
    from django.utils import timezone

    from blog.models import BlogIndexPage, BlogPostPage

    blog = BlogIndexPage.objects.get()
    page = BlogPostPage(title=f"Scheduled {number}", slug=f"scheduled-{number}", live=False)
    page.body = [("markdown", f"Words of {number}.")]
    blog.add_child(instance=page)
    page.go_live_at = timezone.now()
    page.save_revision(approved_go_live_at=page.go_live_at)


def add_picture(number: int) -> None:
    """Store a picture, and queue the renditions that a page would show."""
    from django.db import transaction

    from galley.images.renditions import RenditionName
    from galley.images.slots import get_slots
    from galley.images.tasks import make_renditions
    from galley.tasks.queue import enqueue_with_commit
    from tests.factories import SiteImageFactory

    with transaction.atomic():
        image = SiteImageFactory(title=f"Drawing {number}")
        sizes = get_slots()["column"].candidates(image)[:2]
        names = [str(RenditionName.of(image, size.operation, suffix)) for size in sizes for suffix in ("webp", "jpg")]
        enqueue_with_commit(make_renditions, names)


WORK = {"mail": write_message, "publishing": schedule_post, "pictures": add_picture}


def run(order: dict[str, Any]) -> None:
    """Do in this process what `order` names."""
    from django.core.management import call_command

    if "work" in order:
        WORK[order["work"]](order["number"])
        return
    if order.get("without_leases"):
        import galley.tasks.worker

        galley.tasks.worker.release_expired = lambda: None
    thread = order["thread"]
    watch(Moment(order["kill_at"], thread, is_counting=order["command"][0] != "worker" or thread != "MainThread"))
    call_command(*order["command"], verbosity=0)


if __name__ == "__main__":
    django.setup()
    for line in sys.stdin:
        _count[:] = struct.pack("q", 0)
        if pid := os.fork():
            print(json.dumps({"pid": pid}), flush=True)  # noqa: T201
            _, status = os.waitpid(pid, 0)
            (events,) = struct.unpack("q", _count[:])
            print(json.dumps({"status": os.waitstatus_to_exitcode(status), "events": events}), flush=True)  # noqa: T201
        else:
            os.dup2(2, 1)  # the answers aren't for what is printed here
            try:
                run(json.loads(line))
            except SystemExit:
                os._exit(0)
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)

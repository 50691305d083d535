"""The mails of Wagtail wait in the queue: no editor waits for the mail server, and none is lost with it."""

from collections.abc import Callable
from unittest import mock

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from wagtail.models import PageSubscription, WorkflowState

from galley.tasks.mail import deliver_mail, is_mail_sent
from tests.conftest import SmallSite
from tests.factories import EditorFactory
from tests.galley.history.desks import Window, newest
from tests.galley.tasks.conftest import make_worker, run_next

OUTBOX = "tests.outbox.EmailBackend"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("database_queue", "_mail_is_queued")]


@pytest.fixture
def _mail_is_queued(settings) -> None:
    settings.EMAIL_BACKEND, settings.TASKS_EMAIL_BACKEND = "galley.tasks.mail.QueueingBackend", OUTBOX


@pytest.fixture
def author(small_site: SmallSite) -> Window:
    EditorFactory(username="moderator")
    return Window(small_site.post, EditorFactory(username="author"))


def submit(author: Window) -> None:
    author.save("action-submit", title="For moderation")


def decide(author: Window, decision: str) -> None:
    """Approve or reject what has been submitted."""
    task_state = WorkflowState.objects.get().current_task_state.specific
    getattr(task_state, decision)(user=EditorFactory(username="chief"))


def comment(author: Window) -> None:
    """Write a comment on a page that a colleague follows."""
    PageSubscription.objects.create(
        page=author.page, user=EditorFactory(username="colleague"), comment_notifications=True
    )
    counts = {"comments-TOTAL_FORMS": "1", "comments-INITIAL_FORMS": "0", "comments-0-replies-TOTAL_FORMS": "0"}
    text = {"comments-0-text": "Who is he?", "comments-0-contentpath": "title", "comments-0-replies-INITIAL_FORMS": "0"}
    author.save(**counts, **text)


ACTIONS: dict[str, tuple[Callable[[Window], None], str]] = {
    "submit": (submit, "moderator"),
    "approve": (lambda author: decide(author, "approve"), "author"),
    "reject": (lambda author: decide(author, "reject"), "author"),
    "comment": (comment, "colleague"),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_the_worker_sends_it_as_soon_as_the_mail_server_takes_it(author: Window, action: str) -> None:
    act, recipient = ACTIONS[action]
    if action in ("approve", "reject"):
        submit(author)
        DBTaskResult.objects.all().delete()
    act(author)
    assert not mail.outbox
    worker = make_worker()
    with mock.patch(f"{OUTBOX}.send_messages", side_effect=ConnectionRefusedError):
        run_all(worker)
    assert not mail.outbox
    DBTaskResult.objects.filter(status="READY").update(run_after="2000-01-01T00:00Z")
    run_all(worker)
    assert f"{recipient}@example.org" in {address for message in mail.outbox for address in message.to}
    assert all(message.extra_headers["Message-ID"] for message in mail.outbox)
    if action == "submit":
        assert newest(author.page).title == "For moderation"


def run_all(worker) -> None:
    """Run what is due."""
    while DBTaskResult.objects.ready().exists():
        run_next(worker)


def test_a_change_that_is_undone_sends_nothing() -> None:
    with transaction.atomic():
        send_mail("A note", "Who is he?", None, ["a@example.org"])
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()
    assert not mail.outbox


def test_a_mail_arrives_as_it_was_written() -> None:
    addresses = {
        "to": ["a@example.org"],
        "cc": ["c@example.org"],
        "bcc": ["b@example.org"],
        "reply_to": ["r@example.org"],
    }
    written = EmailMultiAlternatives("A note", "Who is he?", "desk@example.org", headers={"X-Note": "1"}, **addresses)
    written.attach_alternative("<p>Who is he?</p>", "text/html")
    page = EmailMessage("A page", "<p>Who is he?</p>", to=["a@example.org"])
    page.content_subtype = "html"
    for message in (written, page):
        message.send()
    run_all(make_worker())
    arrived, arrived_page = mail.outbox
    assert arrived.recipients() == written.recipients()
    written.extra_headers["Message-ID"] = arrived.extra_headers["Message-ID"]
    assert_is_same(arrived, written)
    page.extra_headers["Message-ID"] = arrived_page.extra_headers["Message-ID"]
    assert_is_same(arrived_page, page)


def assert_is_same(arrived: EmailMessage, written: EmailMessage) -> None:
    """Compare the source of both, without their dates and the boundaries between their parts."""
    sources = [message.message() for message in (arrived, written)]
    for source in sources:
        source.replace_header("Date", "")
        if source.is_multipart():
            source.set_boundary("=")
    first, second = (source.as_string() for source in sources)
    assert first == second


def test_a_mail_with_a_file_is_sent_at_once() -> None:
    message = EmailMessage("A file", "It is attached.", to=["a@example.org"])
    message.attach("note.txt", "Who is he?")
    message.send()
    assert [sent.attachments[0].filename for sent in mail.outbox] == ["note.txt"]


def test_what_a_former_release_has_queued_is_sent() -> None:
    assert deliver_mail.call("<1@x>", "A note", "Who is he?", "a@example.org") == "sent"
    assert [(sent.to, sent.extra_headers["Message-ID"]) for sent in mail.outbox] == [(["a@example.org"], "<1@x>")]


def test_it_is_known_whether_the_backend_behind_the_queue_sends(settings) -> None:
    assert is_mail_sent()
    settings.TASKS_EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert not is_mail_sent()

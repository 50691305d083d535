"""The e-mail about a message: a mail server that fails loses nothing, and nothing is sent twice."""

import smtplib
import socket
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from forms.models import ContactMessage, ContactRecipient, MailState
from forms.tasks import RETRY_DELAYS, SENDING_TIMEOUT, request_mail_again, send_contact_mail
from home.models import SiteSettings
from tests.forms.conftest import only_message

SMTP = "django.core.mail.backends.smtp.EmailBackend"
DATABASE_QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def run_task(message_id: int, attempt: int = 1) -> None:
    """Run the task as a worker does for the first time, or after one was killed in it."""
    send_contact_mail.call(SimpleNamespace(attempt=attempt), message_id)


@pytest.fixture
def closed_port(settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = probe.getsockname()[1]
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = SMTP


class Mailbox:
    """Keeps what a mail server was given; may refuse."""

    def __init__(self) -> None:
        self.received = []
        self.refusal = ""

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if self.refusal:
            return self.refusal
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox(settings):
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield mailbox
    controller.stop()


def test_a_real_mail_server_gets_one_mail_for_one_recipient(send, mailbox: Mailbox) -> None:
    send(subject="Grüße\nBcc: victim@example.org", text="Zeile ä\n.\nRCPT TO:<victim@example.org>\n" + "x" * 2000)
    [envelope] = mailbox.received
    assert envelope.rcpt_tos == ["desk@example.org"]
    received = message_from_bytes(envelope.content, policy=policy.default)
    assert received["Subject"].strip() == "[Contact form] Grüße Bcc: victim@example.org"
    assert received["Reply-To"] == "ada@example.org"
    assert "Bcc" not in received
    assert "RCPT TO:<victim@example.org>" in received.get_content()
    assert "x" * 2000 in received.get_content()
    assert only_message().mail_state == MailState.SENT


@pytest.mark.parametrize(
    ("own", "of_site", "recipients"),
    [
        (["own@example.org"], "site@example.org", ["own@example.org"]),
        ([], " site@example.org \n\nother@example.org\nsite@example.org", ["site@example.org", "other@example.org"]),
        ([], "", []),
    ],
)
def test_without_recipients_of_its_own_a_page_has_those_of_the_site(send, contact, own, of_site, recipients) -> None:
    ContactRecipient.objects.all().delete()
    ContactRecipient.objects.bulk_create(ContactRecipient(page=contact, email=email) for email in own)
    SiteSettings.objects.create(site=contact.get_site(), contact_recipients=of_site)
    send()
    assert [sent.to for sent in mail.outbox] == ([recipients] if recipients else [])
    assert only_message().mail_state == (MailState.SENT if recipients else MailState.NO_RECIPIENT)


@pytest.mark.usefixtures("closed_port")
def test_a_closed_port_keeps_the_message_thanks_the_visitor_and_says_why(send) -> None:
    assert send().status_code == 302
    message = only_message()
    assert message.text
    assert message.mail_state == MailState.FAILED
    assert message.mail_error.startswith("The mail server refused the connection.")
    assert message.mail_attempts == 1
    assert message.mail_last_tried_at is not None


def test_a_server_that_never_answers_is_given_up_and_the_message_is_sent_later(
    send, settings, mailbox: Mailbox, django_capture_on_commit_callbacks
) -> None:
    settings.EMAIL_TIMEOUT = 0.1
    answering = settings.EMAIL_PORT
    with socket.create_server(("127.0.0.1", 0)) as black_hole:  # takes connections and reads nothing
        settings.EMAIL_PORT = black_hole.getsockname()[1]
        assert send().status_code == 302
    message = only_message()
    assert message.mail_state == MailState.FAILED
    assert message.mail_error.startswith("The mail server did not answer in time.")
    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = answering, 60
    with django_capture_on_commit_callbacks(execute=True):
        assert request_mail_again(ContactMessage.objects.all()) == 1
    assert only_message().mail_state == MailState.SENT
    assert len(mailbox.received) == 1


def test_a_server_that_refuses_says_so_and_a_second_try_sends_once(
    send, mailbox: Mailbox, django_capture_on_commit_callbacks
) -> None:
    mailbox.refusal = "451 come back later"
    send()
    message = only_message()
    assert message.mail_state == MailState.FAILED
    assert "come back later" in message.mail_error
    mailbox.refusal = ""
    with django_capture_on_commit_callbacks(execute=True):
        assert request_mail_again(ContactMessage.objects.all()) == 1
    message.refresh_from_db()
    assert message.mail_state == MailState.SENT
    assert message.mail_error == ""
    assert message.mail_attempts == 2
    assert len(mailbox.received) == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no\r\nway"), "did not accept the user name and password"),
        (smtplib.SMTPRecipientsRefused({}), "refused every recipient"),
        (smtplib.SMTPServerDisconnected("bye"), "broke off the connection"),
        (TimeoutError(), "did not answer in time"),
        (socket.gaierror(-2, "unknown"), "name was not found"),
        (OSError(113, "no route"), "could not be reached"),
        (RuntimeError("a backend's own"), "could not be sent"),
    ],
)
def test_every_kind_of_failure_is_told_in_a_sentence(send, monkeypatch, error: Exception, sentence: str) -> None:
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    assert send().status_code == 302
    message = only_message()
    assert message.mail_state == MailState.FAILED
    assert sentence in message.mail_error
    assert type(error).__name__ in message.mail_error


def test_a_task_that_runs_twice_sends_once(send) -> None:
    send()
    run_task(only_message().pk)
    assert len(mail.outbox) == 1
    assert only_message().mail_attempts == 1


@pytest.mark.parametrize("is_taken", [True, False])
def test_what_a_killed_worker_was_sending_is_sent_with_the_same_message_id(send, mailbox, is_taken: bool) -> None:
    """It was killed before the mail server has taken the e-mail, or after."""
    send()
    ContactMessage.objects.update(mail_state=MailState.SENDING)
    before = list(mailbox.received)
    if not is_taken:
        mailbox.received.clear()
    run_task(only_message().pk)
    assert only_message().mail_state == MailState.SENDING  # another task may be sending it
    run_task(only_message().pk, attempt=2)
    assert only_message().mail_state == MailState.SENT
    ids = {message_from_bytes(envelope.content)["Message-ID"] for envelope in [*before, *mailbox.received]}
    assert len(ids) == 1
    assert ids.pop().endswith("@localhost>")


@pytest.mark.parametrize("backend", ["console", "dummy", "filebased", "locmem"])
def test_mail_that_goes_nowhere_is_called_that_and_sent_when_it_is_set_up(
    send, settings, tmp_path, capsys, mailbox: Mailbox, django_capture_on_commit_callbacks, backend: str
) -> None:
    settings.EMAIL_FILE_PATH = tmp_path
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    send()
    assert only_message().get_mail_state_display() == "Not sent: e-mail isn't set up"
    settings.EMAIL_BACKEND = SMTP
    with django_capture_on_commit_callbacks(execute=True):
        assert request_mail_again(ContactMessage.objects.all()) == 1
    assert (only_message().mail_state, len(mailbox.received)) == (MailState.SENT, 1)


def test_a_task_for_a_deleted_message_does_nothing(send) -> None:
    send()
    number = only_message().pk
    ContactMessage.objects.all().delete()
    run_task(number)
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("closed_port")
def test_failures_are_tried_again_later_and_later_and_then_no_more(send, settings) -> None:
    settings.TASKS = DATABASE_QUEUE
    send()
    for delay in [*RETRY_DELAYS, None]:
        run_task(only_message().pk)
        message = only_message()
        assert message.mail_state == MailState.FAILED
        queued = DBTaskResult.objects.order_by("-enqueued_at").first()
        if delay is None:
            assert message.mail_next_try_at is None
        else:
            assert queued.run_after == message.mail_next_try_at
            assert abs(message.mail_next_try_at - message.mail_last_tried_at - delay) < timedelta(seconds=5)
    assert DBTaskResult.objects.count() == 1 + len(RETRY_DELAYS)


def test_with_a_queue_the_visitor_does_not_wait_for_the_mail(send, settings) -> None:
    settings.TASKS = DATABASE_QUEUE
    assert send().status_code == 302
    message = only_message()
    assert message.mail_state == MailState.WAITING
    assert mail.outbox == []
    assert DBTaskResult.objects.get().args_kwargs["args"] == [message.pk]


def test_a_queue_that_fails_keeps_the_message_and_the_thanks(send, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise RuntimeError("no queue")

    monkeypatch.setattr("django_tasks.backends.immediate.ImmediateBackend.enqueue", fail)
    assert send().status_code == 302
    assert only_message().mail_state == MailState.WAITING


@pytest.mark.parametrize(
    ("state", "ago", "queued"),
    [
        (MailState.WAITING, timedelta(), 1),
        (MailState.FAILED, timedelta(), 1),
        (MailState.NO_RECIPIENT, timedelta(), 1),
        (MailState.HELD, timedelta(), 1),
        (MailState.SENT, timedelta(days=1), 0),
        (MailState.SENDING, timedelta(), 0),
        (MailState.SENDING, SENDING_TIMEOUT + timedelta(minutes=1), 1),
    ],
)
def test_sending_again_is_for_what_has_not_been_sent(
    send, django_capture_on_commit_callbacks, state: MailState, ago: timedelta, queued: int
) -> None:
    send()
    mail.outbox.clear()
    ContactMessage.objects.update(mail_state=state, mail_last_tried_at=timezone.now() - ago)
    with django_capture_on_commit_callbacks(execute=True):
        assert request_mail_again(ContactMessage.objects.all()) == queued
    assert len(mail.outbox) == queued

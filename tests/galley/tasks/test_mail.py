"""E-mails in the background: none is queued twice, failures are tried again, mail that goes nowhere is named."""

import pytest
from django.core import mail
from django.test import Client
from django_tasks_db.models import DBTaskResult

from galley.tasks.mail import RETRY_DELAYS, check_mail, make_message_id, queue_mail
from galley.tasks.views import describe_status
from tests.galley.tasks.conftest import make_worker, run_next

CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture
def _mail_is_sent(settings) -> None:
    settings.EMAIL_BACKEND = "tests.outbox.EmailBackend"


def queue() -> None:
    queue_mail("note:1", "A note\nBcc: x@example.org", "Who is he?", ["a@example.org", "b@example.org"])


def test_a_message_id_follows_from_what_the_mail_is_about(settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Proofs <desk@proofs.example>"
    assert make_message_id("note:1") == make_message_id("note:1") != make_message_id("note:2")
    assert make_message_id("note:1").endswith("@proofs.example>")


@pytest.mark.usefixtures("database_queue", "db", "_mail_is_sent")
def test_each_recipient_gets_one_mail_however_often_it_is_queued() -> None:
    queue()
    queue()
    worker = make_worker()
    for _ in range(3):
        run_next(worker)
    queue()  # the task that queues it may run again after its e-mails were sent
    run_next(worker)
    assert [message.to for message in mail.outbox] == [["a@example.org"], ["b@example.org"]]
    first = mail.outbox[0]
    assert first.subject == "A note Bcc: x@example.org"
    assert first.extra_headers["Message-ID"] == make_message_id("note:1:a@example.org")


@pytest.mark.usefixtures("database_queue", "db", "_mail_is_sent")
def test_a_failure_is_tried_again_later_and_at_last_shows_as_failed(monkeypatch) -> None:
    def fail(*args: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("tests.outbox.EmailBackend.send_messages", fail)
    queue_mail("note:1", "A note", "Who is he?", ["a@example.org"])
    worker = make_worker()
    for _ in range(len(RETRY_DELAYS) + 1):
        run_next(worker)
        DBTaskResult.objects.filter(status="READY").update(run_after="2000-01-01T00:00Z")
    assert DBTaskResult.objects.filter(status="FAILED").count() == 1
    assert DBTaskResult.objects.count() == len(RETRY_DELAYS) + 1
    assert DBTaskResult.objects.values_list("args_kwargs__args__0").distinct().count() == 1


@pytest.mark.usefixtures("database_queue", "db")
def test_a_mail_that_went_nowhere_is_called_that_in_the_queue(settings) -> None:
    settings.EMAIL_BACKEND = CONSOLE
    queue_mail("note:1", "A note", "Who is he?", ["a@example.org"])
    run_next(make_worker())
    assert describe_status(DBTaskResult.objects.get()) == "Done, but e-mail isn’t set up: it reached nobody"


def test_the_deployment_check_warns_of_it(settings) -> None:
    settings.EMAIL_BACKEND = CONSOLE
    assert [warning.id for warning in check_mail()] == ["tasks.W001"]
    settings.EMAIL_BACKEND = "tests.outbox.EmailBackend"
    assert check_mail() == []


@pytest.mark.django_db
def test_who_asks_for_a_new_password_is_not_sent_to_an_empty_mailbox(settings) -> None:
    address = "/admin/password_reset/done/"
    settings.EMAIL_BACKEND = CONSOLE
    html = Client().get(address).content.decode()
    assert "No e-mail was sent" in html
    assert "Check your email" not in html
    settings.EMAIL_BACKEND = "tests.outbox.EmailBackend"
    assert "Check your email" in Client().get(address).content.decode()

"""A test of the mail says in words what has happened, also where nothing is sent."""

import smtplib
import socket

import pytest
from django.core import mail
from django.test import Client

from galley.tasks.mail import describe_mail, explain_failure
from tests.factories import SmallSite
from tests.forms.test_mail import closed_port, mailbox  # noqa: F401
from tests.galley.site_settings.conftest import client_in

ADDRESS = "/admin/test-mail/"
BACKEND = "django.core.mail.backends.{}.EmailBackend"


def ask_for_test(client: Client) -> str:
    return client.post(ADDRESS).json()["text"]


def test_it_goes_to_who_asks_and_to_nobody_else(chief: Client, small_site: SmallSite, settings) -> None:
    settings.EMAIL_BACKEND = "tests.outbox.EmailBackend"
    small_site.home.get_site().__class__.objects.update(site_name="Proofs\nBcc: x@example.org")
    text = ask_for_test(chief)
    (sent,) = mail.outbox
    assert sent.to == ["chief@example.org"]
    assert sent.recipients() == ["chief@example.org"]
    assert sent.subject == "A test of Proofs Bcc: x@example.org"
    assert "chief asked for this test" in sent.body
    assert "has taken the test for chief@example.org" in text


def test_a_real_server_takes_it(chief: Client, mailbox, settings) -> None:  # noqa: F811
    assert f"127.0.0.1:{settings.EMAIL_PORT} has taken the test for chief@example.org." in ask_for_test(chief)
    assert [envelope.rcpt_tos for envelope in mailbox.received] == [["chief@example.org"]]
    mailbox.refusal = "550 no such user"
    text = ask_for_test(chief)
    assert text.startswith("Nothing was sent. ")
    assert "no such user" in text


@pytest.mark.usefixtures("closed_port")
def test_a_server_that_cannot_be_reached_is_explained(chief: Client) -> None:
    assert ask_for_test(chief).startswith("Nothing was sent. The mail server refused the connection. Is it running,")


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("console", "it is printed in the server’s console, and reaches nobody"),
        ("dummy", "it is thrown away, and reaches nobody"),
        ("filebased", "it is written into a folder of the server, and reaches nobody"),
    ],
)
def test_mail_that_goes_nowhere_says_so(chief: Client, settings, tmp_path, backend: str, words: str) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = BACKEND.format(backend), str(tmp_path)
    assert words in describe_mail()
    text = ask_for_test(chief)
    assert text.startswith("Nothing was sent. E-mail isn’t set up")
    assert words in text


def test_without_an_address_it_says_where_to_add_one(small_site: SmallSite) -> None:
    client = client_in("Chief editors", email="")
    assert "Your account has no e-mail address." in ask_for_test(client)
    assert mail.outbox == []


@pytest.mark.parametrize("role", ["Editors", "Authors"])
def test_nobody_else_may_ask(small_site: SmallSite, role: str) -> None:
    assert client_in(role).post(ADDRESS, headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 403
    assert Client().post(ADDRESS).status_code == 302
    assert mail.outbox == []


def test_a_link_sends_nothing(chief: Client) -> None:
    assert chief.get(ADDRESS).status_code == 405


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(), "name was not found"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "did not accept the user name"),
        (smtplib.SMTPRecipientsRefused({}), "refused every recipient"),
        (TimeoutError("x\ny" * 900), "did not answer in time"),
        (ValueError("odd"), "The e-mail could not be sent. (ValueError: odd)"),
    ],
)
def test_each_failure_is_one_line_of_words(error: Exception, words: str) -> None:
    text = explain_failure(error)
    assert words in text
    assert "\n" not in text
    assert len(text) <= 500

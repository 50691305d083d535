"""Mail server, address and certificate: each question finds the fault that it is for."""

import io
import smtplib
import ssl
from email.message import Message
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from galley.health import network
from galley.health.findings import Finding, State
from tests.galley.health.asking import ask

pytestmark = pytest.mark.django_db


SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_mail(settings) -> None:
    assert ask(network.check_mail).state is State.WARNING
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    found = ask(network.check_mail)
    assert found.state is State.FAULT
    assert found.text.startswith("127.0.0.1:1: The mail server refused the connection")
    assert "EMAIL_URL in /etc/galley.env" in found.mend


@pytest.mark.parametrize("is_right", [True, False])
def test_the_mail_server_is_asked_with_tls_and_password(settings, monkeypatch, is_right: bool) -> None:
    said: list[object] = []

    class Server:
        def __init__(self, host: str, port: int, **options: Any) -> None:
            said.extend([(host, port), options["timeout"]])

        def starttls(self, **options: Any) -> None:
            said.append("TLS")

        def login(self, user: str, password: str) -> None:
            said.append((user, password))
            if not is_right:
                raise smtplib.SMTPAuthenticationError(535, b"no")

        def quit(self) -> None:
            said.append("quit")

    monkeypatch.setattr(smtplib, "SMTP", Server)
    settings.EMAIL_BACKEND, settings.EMAIL_USE_TLS = SMTP, True
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example", 587
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "galley", "a secret"
    found = ask(network.check_mail)
    assert said[:4] == [("mail.example", 587), network.NETWORK_TIMEOUT, "TLS", ("galley", "a secret")]
    assert found.state is (State.WELL if is_right else State.FAULT)
    assert ("Nothing was sent" if is_right else "did not accept the user name") in found.text
    assert "a secret" not in str(found)
    settings.EMAIL_USE_TLS = False
    found = ask(network.check_mail)
    assert found.text == "The password for mail.example:587 is sent without encryption."


class Answer(io.BytesIO):
    """What `urlopen` returns."""

    def __init__(self, body: bytes, **headers: str) -> None:
        super().__init__(body)
        self.headers = Message()
        for name, value in headers.items():
            self.headers[name.replace("_", "-")] = value


def test_the_address_and_the_policy(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(answer: Answer | Exception) -> list[Finding]:
        def ask(url: str, timeout: float) -> Answer:
            assert (url, timeout) == (f"{settings.WAGTAILADMIN_BASE_URL}/health/live", network.NETWORK_TIMEOUT)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(network, "urlopen", ask)
        return list(network.check_address())

    policy = {"Content_Security_Policy": "default-src 'self'"}
    assert [found.state for found in look(Answer(b"alive", **policy))] == [State.WELL, State.WELL]
    address, missing = look(Answer(b"alive"))
    assert (address.state, missing.name, missing.state) == (State.WELL, "policy", State.FAULT)
    [other] = look(Answer(b"Welcome to nginx!", **policy))
    assert (other.name, other.state) == ("address", State.FAULT)
    [away] = look(ConnectionRefusedError("refused"))
    assert (away.name, away.state) == ("address", State.WARNING)
    assert all(found.mend for found in (missing, other, away))


def test_the_sites_own_answer_is_the_one_that_is_asked_for(async_client) -> None:
    response = async_to_sync(async_client.get)("/health/live")
    assert response.content == b"alive"
    assert response.headers["Content-Security-Policy"]


def test_the_certificate(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "None is needed" in ask(network.check_certificate).text
    settings.WAGTAILADMIN_BASE_URL = "https://127.0.0.1:1"
    assert ask(network.check_certificate).state is State.WARNING

    class Connection:
        def __init__(self, *args: object, **options: object) -> None:
            pass

        def __enter__(self) -> "Connection":
            return self

        def __exit__(self, *args: object) -> None:
            pass

        wrap_socket = __init__
        getpeercert = staticmethod(lambda: {"notAfter": "Jan  5 09:34:43 2018 GMT"})

    monkeypatch.setattr(network.socket, "create_connection", Connection)
    monkeypatch.setattr(Connection, "wrap_socket", lambda self, *args, **options: self)
    monkeypatch.setattr(ssl, "create_default_context", Connection)
    found = ask(network.check_certificate)
    assert found.state is State.WARNING
    assert "certbot renew" in found.mend

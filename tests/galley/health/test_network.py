"""Mail server, address and certificate: each question finds the fault that it is for."""

import datetime
import io
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from galley.health import network
from galley.health.findings import Finding, State
from galley.security_headers.middleware import find_headers
from galley.security_headers.policies import CSP
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

    policy = {"Content_Security_Policy": find_headers("/", "text/html")[CSP]}
    assert [found.state for found in look(Answer(b"alive", **policy))] == [State.WELL, State.WELL]
    for weak in ({}, {CSP: "frame-ancestors 'self'"}, {CSP: "script-src 'self' 'unsafe-inline'"}):
        address, missing = look(Answer(b"alive", **weak))
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


@pytest.fixture
def secure_site(settings, tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Answer at the site's address by TLS; return the certificate, which ends in so many days."""
    with ExitStack() as stack:

        def answer(days: int) -> Path:
            file = tmp_path / f"{days}.pem"
            file.write_bytes(make_certificate(days))
            server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = Thread(target=server.serve_forever, args=[0.01])
            thread.start()
            for end in (server.server_close, thread.join, server.shutdown):
                stack.callback(end)
            settings.WAGTAILADMIN_BASE_URL = f"https://localhost:{server.server_port}"
            return file

        yield answer


def make_certificate(days: int) -> bytes:
    """Return the key and the certificate of a host that signs for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    ends = timezone.now() + datetime.timedelta(days=days, hours=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(ends - datetime.timedelta(days=90))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    parts = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = serialization.Encoding.PEM
    return key.private_bytes(pem, *parts) + certificate.public_bytes(pem)


def test_no_certificate(settings) -> None:
    assert "None is needed" in ask(network.check_certificate).text
    settings.WAGTAILADMIN_BASE_URL = "https://127.0.0.1:1"
    assert ask(network.check_certificate).state is State.WARNING


@pytest.mark.parametrize(
    ("days", "state", "text"),
    [
        (60, State.WELL, "valid for 60 more days"),
        (network.CERTIFICATE_DAYS - 1, State.WARNING, "valid for 13 more days"),
        (-1, State.FAULT, "Browsers warn of it: certificate has expired"),
    ],
)
def test_the_certificate_of_visitors(
    secure_site, monkeypatch: pytest.MonkeyPatch, days: int, state: State, text: str
) -> None:
    certificate = secure_site(days)
    if days > 0:
        untrusted = ask(network.check_certificate)
        assert (untrusted.state, "self-signed" in untrusted.text) == (State.FAULT, True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    found = ask(network.check_certificate)
    assert (found.state, text in found.text) == (state, True), found
    assert ("certbot renew" in found.mend) is (state is not State.WELL)

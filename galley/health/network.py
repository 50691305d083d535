"""The questions about what is reached over the network: mail server, public address, certificate."""

import datetime
import re
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from galley.health.findings import Finding, State
from galley.tasks.mail import connect, describe_mail, explain_failure, is_mail_sent, is_smtp, name_server

CERTIFICATE_DAYS = 14
NETWORK_TIMEOUT = 3.0  # seconds
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_mail() -> Iterator[Finding]:
    """Ask where the mail goes, and whether its server takes the connection, with TLS and password. Sends nothing."""
    restart = _("Set EMAIL_URL in /etc/galley.env, then galley restart.")
    if not is_mail_sent():
        yield Finding("mail", State.WARNING, describe_mail(), restart)
        return
    is_encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in LOOPBACK
    if is_smtp() and settings.EMAIL_HOST_USER and not is_encrypted:
        text = _("The password for %s is sent without encryption.") % name_server()
        mend = _(
            "Begin EMAIL_URL in /etc/galley.env with submission://, or end it with /?ssl=True; then galley restart."
        )
        yield Finding("mail", State.FAULT, text, mend)
        return
    options: dict[str, Any] = {"timeout": NETWORK_TIMEOUT} if is_smtp() else {}
    backend = connect(**options)
    try:
        backend.open()
    except OSError as error:  # smtplib's are of this kind
        mend = _("Mails wait and are tried again.")
        yield Finding("mail", State.FAULT, f"{name_server()}: {explain_failure(error)}", f"{mend} {restart}")
        return
    finally:
        backend.close()
    tried = _("The server takes the connection, with the password if there is one. Nothing was sent.")
    yield Finding("mail", State.WELL, f"{describe_mail()} {tried}")


def check_address() -> Iterator[Finding]:
    """Ask the site at its public address for an answer, and for the policy that has to come with it."""
    address = settings.WAGTAILADMIN_BASE_URL
    try:
        with urlopen(f"{address}/health/live", timeout=NETWORK_TIMEOUT) as response:  # noqa: S310 (set by the operator)
            is_own, policy = response.read(100) == b"alive", response.headers["Content-Security-Policy"]
    except (OSError, HTTPException, ValueError) as error:
        text = _("%(address)s can't be reached from here: %(error)s.") % {"address": address, "error": error}
        mend = _(
            "Look whether nginx and the site run: systemctl status nginx 'galley*'. WAGTAILADMIN_BASE_URL in "
            "/etc/galley.env has to be the public address, and ALLOWED_HOSTS to have its name."
        )
        yield Finding("address", State.WARNING, text, mend)
        return
    if not is_own:
        text = _("Something else than this site answers at %s.") % address
        mend = _("Correct WAGTAILADMIN_BASE_URL in /etc/galley.env, or the server_name in nginx's settings.")
        yield Finding("address", State.FAULT, text, mend)
        return
    yield Finding("address", State.WELL, _("The site answers at %s.") % address)
    scripts = re.search(r"(?:^|;)\s*script-src\s([^;]+)", policy or "")
    if scripts and "'unsafe-inline'" not in scripts[1]:
        yield Finding("policy", State.WELL, _("Answers come with a content security policy."))
    else:
        text = _("Answers come without the content security policy: a script that gets into a page would run.")
        mend = _("Let nginx pass on the header Content-Security-Policy: compare them with deploy/nginx.conf.")
        yield Finding("policy", State.FAULT, text, mend)


def check_certificate() -> Iterator[Finding]:
    """Ask for the certificate that visitors get at the site's address."""
    url = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    if url.scheme != "https" or not url.hostname:
        yield Finding("certificate", State.WELL, _("None is needed at %s.") % settings.WAGTAILADMIN_BASE_URL)
        return
    renew = _("Renew it: certbot renew. Where it came from somewhere else, renew it there.")
    try:
        with (
            socket.create_connection((url.hostname, url.port or 443), NETWORK_TIMEOUT) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=url.hostname) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield Finding("certificate", State.FAULT, _("Browsers warn of it: %s.") % error.verify_message, renew)
        return
    except OSError as error:
        text = _("%(address)s can't be reached from here: %(error)s.")
        values = {"address": settings.WAGTAILADMIN_BASE_URL, "error": error}
        yield Finding(
            "certificate", State.WARNING, text % values, _("Look whether nginx runs: systemctl status nginx.")
        )
        return
    ends = datetime.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), datetime.UTC)
    days = (ends - timezone.now()).days
    is_late = days < CERTIFICATE_DAYS
    text = _("The certificate is valid for %s more days.") % days
    yield Finding("certificate", State.WARNING if is_late else State.WELL, text, renew if is_late else "")

"""The e-mail about a message: its headers, its text, and what to say if it can't be sent."""

import smtplib
import socket
import ssl

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from forms.models.contact_message import ContactMessage
from forms.plain_text import clean_line


def find_recipients(message: ContactMessage) -> list[str]:
    """Return the addresses that the message's page names; none if the page is gone."""
    if message.page is None:
        return []
    return list(dict.fromkeys(message.page.recipients.values_list("email", flat=True)))


def build_mail(message: ContactMessage, recipients: list[str]) -> EmailMessage:
    """Return the e-mail from the site's own address; an answer to it goes to the visitor."""
    prefix = message.page.subject_prefix if message.page else ""
    subject = message.subject or f"Message from {message.name}"
    inspect_path = reverse("wagtailsnippets_forms_contactmessage:inspect", args=[message.pk])
    admin_url = f"{settings.WAGTAILADMIN_BASE_URL}{inspect_path}"
    return EmailMessage(
        subject=clean_line(f"{prefix} {subject}"),
        body=render_to_string("forms/mail/contact_message.txt", {"message": message, "admin_url": admin_url}),
        to=recipients,
        reply_to=[message.email],
    )


# The first that fits is told.
_CAUSES: list[tuple[type[Exception], str]] = [
    (ConnectionRefusedError, "The mail server refused the connection. Is it running, and is its address right?"),
    (socket.gaierror, "The mail server's name was not found. Is its address right?"),
    (TimeoutError, "The mail server did not answer in time."),
    (ssl.SSLError, "No safe connection to the mail server could be made."),
    (smtplib.SMTPAuthenticationError, "The mail server did not accept the user name and password."),
    (smtplib.SMTPRecipientsRefused, "The mail server refused every recipient. Are the addresses right?"),
    (smtplib.SMTPSenderRefused, "The mail server refused the site's own address as the sender."),
    (smtplib.SMTPServerDisconnected, "The mail server broke off the connection."),
    (smtplib.SMTPException, "The mail server refused the e-mail."),
    (OSError, "The mail server could not be reached."),
]


def explain_failure(error: Exception) -> str:
    """Return a sentence for the editor, and the error itself for whoever looks after the server."""
    sentence = next((text for kind, text in _CAUSES if isinstance(error, kind)), "The e-mail could not be sent.")
    return clean_line(f"{sentence} ({type(error).__name__}: {error})")[:500]

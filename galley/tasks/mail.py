"""Sends e-mails in the background, and says where the site's mail goes and what can go wrong.

With `QueueingBackend` as EMAIL_BACKEND, the worker sends each mail, also those of Wagtail and of other packages. Code
that has to know how it went sends through `connect`, in the worker.
"""

import datetime
import logging
import smtplib
import socket
import ssl
from collections.abc import Iterable, Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from galley.tasks.queue import enqueue_with_commit

logger = logging.getLogger(__name__)

# The result of a task whose e-mail reached nobody.
NOWHERE = "nowhere"
# After the first failure, the second and so on.
RETRY_DELAYS = [datetime.timedelta(minutes=minutes) for minutes in (1, 10, 60, 360)]

# Django's backends that send nothing, and what they do.
_NOT_SENDING: dict[str, Promise] = {
    "django.core.mail.backends.console.EmailBackend": gettext_lazy("printed in the server’s console"),
    "django.core.mail.backends.dummy.EmailBackend": gettext_lazy("thrown away"),
    "django.core.mail.backends.filebased.EmailBackend": gettext_lazy("written into a folder of the server"),
    "django.core.mail.backends.locmem.EmailBackend": gettext_lazy("held in memory"),
}
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_QUEUEING = "galley.tasks.mail.QueueingBackend"

# The first class that matches counts.
_CAUSES: list[tuple[type[Exception], Promise]] = [
    (
        ConnectionRefusedError,
        gettext_lazy("The mail server refused the connection. Is it running, and is its address right?"),
    ),
    (socket.gaierror, gettext_lazy("The mail server's name was not found. Is its address right?")),
    (TimeoutError, gettext_lazy("The mail server did not answer in time.")),
    (ssl.SSLError, gettext_lazy("No safe connection to the mail server could be made.")),
    (
        smtplib.SMTPAuthenticationError,
        gettext_lazy("The mail server did not accept the user name and password."),
    ),
    (
        smtplib.SMTPRecipientsRefused,
        gettext_lazy("The mail server refused every recipient. Are the addresses right?"),
    ),
    (
        smtplib.SMTPSenderRefused,
        gettext_lazy("The mail server refused the site's own address as the sender."),
    ),
    (smtplib.SMTPServerDisconnected, gettext_lazy("The mail server broke off the connection.")),
    (smtplib.SMTPException, gettext_lazy("The mail server refused the e-mail.")),
    (OSError, gettext_lazy("The mail server could not be reached.")),
]


def find_backend() -> str:
    """Return the path of the backend that sends: TASKS_EMAIL_BACKEND where mail is queued, or else EMAIL_BACKEND."""
    backend: str = settings.EMAIL_BACKEND
    return getattr(settings, "TASKS_EMAIL_BACKEND", _SMTP) if backend == _QUEUEING else backend


def connect(**options: Any) -> Any:
    """Return a connection to what sends mail, past the queue. `options` are those of its backend."""
    return get_connection(find_backend(), **options)


def is_mail_sent() -> bool:
    """Return whether mail leaves the server."""
    return find_backend() not in _NOT_SENDING


def is_smtp() -> bool:
    """Return whether mail is sent to an SMTP server."""
    return find_backend() == _SMTP


def describe_mail() -> str:
    """Return a sentence that says where the site's mail goes."""
    if not is_mail_sent():
        text = _(
            "E-mail isn’t set up: it is %(done)s, and reaches nobody. The people who run the server set EMAIL_URL."
        )
        return text % {"done": _NOT_SENDING[find_backend()]}
    return _("E-mail is sent through %(server)s, from %(sender)s.") % {
        "server": name_server(),
        "sender": settings.DEFAULT_FROM_EMAIL,
    }


@register(Tags.security, deploy=True)
def check_mail(**kwargs: Any) -> list[CheckMessage]:
    """Return a warning if the site's mail goes nowhere."""
    hint = "Set EMAIL_URL, for example to submission://user:password@mail.example.org:587."
    return [] if is_mail_sent() else [Warning("E-mail isn't set up: it reaches nobody.", hint=hint, id="tasks.W001")]


def explain_failure(error: Exception) -> str:
    """Return a sentence for editors, followed by the error itself for administrators. At most 500 characters."""
    fallback = _("The e-mail could not be sent.")
    # smtplib calls it a connection that was closed when a server takes it and says nothing.
    cause = error.__context__ if isinstance(error.__context__, TimeoutError) else error
    sentence = next((text for kind, text in _CAUSES if isinstance(cause, kind)), fallback)
    return " ".join(f"{sentence} ({type(error).__name__}: {error})".split())[:500]


def name_server() -> str:
    """Return the address of the mail server, or the name of another backend."""
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if is_smtp() else find_backend()


def make_message_id(key: str) -> str:
    """Return the Message-ID of the e-mail that `key` stands for, always the same.

    No worker can know whether a mail server has taken the e-mail in the moment in which the worker was killed. It sends
    it again, with the same Message-ID, by which mailboxes recognise that they have it.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{salted_hmac('galley.tasks.mail', key, algorithm='sha256').hexdigest()[:40]}@{domain}>"


class QueueingBackend(BaseEmailBackend):
    """Queues e-mails, each as a part of the present transaction. Those with attachments are sent at once."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue each of them, and return their number."""
        for message in email_messages:
            if message.attachments:
                connect().send_messages([message])
            else:
                _enqueue(message)
        return len(email_messages)


def queue_mail(key: str, subject: str, text: str, recipients: Iterable[str]) -> None:
    """Queue an e-mail to each of `recipients`, as a part of the present transaction.

    `key` names what the e-mail is about. With the same key, a recipient gets only one, however often it is queued.
    """
    sender = getattr(settings, "WAGTAILADMIN_NOTIFICATION_FROM_EMAIL", None)
    with transaction.atomic():
        for recipient in recipients:
            message_id = make_message_id(f"{key}:{recipient}")
            if not _is_queued(message_id):
                headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
                _enqueue(EmailMessage(" ".join(subject.split()), text, sender, [recipient], headers=headers))


def _is_queued(message_id: str) -> bool:
    if not isinstance(deliver_message.get_backend(), DatabaseBackend):
        return False
    return DBTaskResult.objects.filter(task_path=deliver_message.module_path, args_kwargs__args__0=message_id).exists()


def _enqueue(message: EmailMessage) -> None:
    """Queue `message` with its Message-ID, so that a second attempt has the same one."""
    message_id = message.extra_headers.get("Message-ID") or make_message_id(get_random_string(32))
    parts = {
        "subject": str(message.subject),
        "body": str(message.body),
        "from_email": message.from_email,
        "to": message.to,
        "cc": message.cc,
        "bcc": message.bcc,
        "reply_to": message.reply_to,
        "headers": {name: str(value) for name, value in message.extra_headers.items()} | {"Message-ID": message_id},
        "alternatives": [tuple(one) for one in getattr(message, "alternatives", [])],
    }
    enqueue_with_commit(deliver_message, message_id, parts, message.content_subtype)


@task()
def deliver_message(message_id: str, parts: dict[str, Any], subtype: str = "plain", attempt: int = 0) -> str:
    """Send an e-mail of these `parts`, the arguments of `EmailMultiAlternatives`, with a body of type text/`subtype`.

    If that fails it is tried again later, and after the last time the task fails. Returns in a word what has become
    of it.
    """
    message = EmailMultiAlternatives(**parts, connection=connect())
    message.content_subtype = subtype
    try:
        message.send()
    except Exception as error:  # mail backends raise errors of any kind
        if attempt >= len(RETRY_DELAYS) or not deliver_message.get_backend().supports_defer:
            raise
        logger.warning("An e-mail couldn't be sent: %s", explain_failure(error))
        later = deliver_message.using(run_after=timezone.now() + RETRY_DELAYS[attempt])
        later.enqueue(message_id, parts, subtype, attempt + 1)
        return "later"
    return "sent" if is_mail_sent() else NOWHERE


@task()
def deliver_mail(message_id: str, subject: str, text: str, recipient: str, attempt: int = 0) -> str:
    """Send an e-mail that a former release has queued."""
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    sender = getattr(settings, "WAGTAILADMIN_NOTIFICATION_FROM_EMAIL", None)
    parts = {"subject": subject, "body": text, "from_email": sender, "to": [recipient], "headers": headers}
    return deliver_message.call(message_id, parts, attempt=attempt)

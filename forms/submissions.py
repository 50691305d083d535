"""Takes a submitted message: enforces the rate limit, stores the message, queues its e-mail."""

import hashlib
import json
from enum import Enum

from django.conf import settings
from django.db import IntegrityError, transaction

from forms.models import ContactMessage, MailState, ReadingStatus
from forms.tasks import send_contact_mail
from galley.rate_limits.models import Limit, take_attempt
from galley.tasks.queue import enqueue_with_commit


class SubmissionResult(Enum):
    """The outcome of a submission."""

    STORED = "stored"
    DUPLICATE = "stored earlier"
    RATE_LIMITED = "too many messages from this client"


def limit_of(client_ip: str) -> Limit:
    """Return how many messages may come from one address."""
    return Limit(
        "message", settings.CONTACT_MESSAGES_PER_SENDER, settings.CONTACT_RATE_SPAN, address=client_ip or "unknown"
    )


def store_message(message: ContactMessage, *, token: str, client_ip: str, is_spam: bool) -> SubmissionResult:
    """Store the new, valid `message` and queue its e-mail, once for each `token` and text.

    Spam is stored too, with its own status and without an e-mail: no test for spam is certain.
    """
    message.fingerprint = _fingerprint(message, token)
    message.status = ReadingStatus.SPAM if is_spam else ReadingStatus.NEW
    message.mail_state = MailState.HELD if is_spam else MailState.WAITING
    same_message = ContactMessage.objects.filter(fingerprint=message.fingerprint)
    try:
        with transaction.atomic():
            # Counting comes first: another process with the same message waits here, and then sees this one stored.
            is_within_limit = not take_attempt([limit_of(client_ip)])
            if same_message.exists():
                transaction.set_rollback(True)  # don't count it
                return SubmissionResult.DUPLICATE
            if not is_within_limit:
                return SubmissionResult.RATE_LIMITED
            message.save(force_insert=True)
            if not is_spam:
                enqueue_with_commit(send_contact_mail, message.pk)
    except IntegrityError:
        # The same message from another address at the same moment. Anything else is a real error.
        if not same_message.exists():
            raise
        return SubmissionResult.DUPLICATE
    return SubmissionResult.STORED


def _fingerprint(message: ContactMessage, token: str) -> str:
    content = [token, message.name, message.email, message.subject, message.text]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()

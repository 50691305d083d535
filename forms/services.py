"""Takes a message in: counted, stored, then handed to the background for its e-mail."""

import hashlib
import json
from enum import Enum
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from forms.models.contact_message import ContactMessage, MailState, ReadingStatus
from forms.models.sender_quota import SenderQuota
from forms.tasks import send_contact_mail

if TYPE_CHECKING:
    from forms.models import ContactPage


class Receipt(Enum):
    """What became of a message that was handed in."""

    STORED = "stored"
    REPEATED = "stored earlier"
    REFUSED = "refused: too many from this sender"


class _NotStoredError(Exception):
    """Takes the counting back."""


def store_message(page: "ContactPage", fields: dict[str, str], *, token: str, sender: str, is_spam: bool) -> Receipt:
    """Store the message that the form with `token` brought, once, however often and wherever it is handed in.

    `fields` are name, email, subject and text, already clean. What a program seems to have written is stored too,
    since nothing sure tells it from a person's: as spam, without an e-mail.
    """
    fingerprint = _fingerprint(token, fields)
    try:
        with transaction.atomic():
            # Counting comes first: it makes a second process wait, and then see what the first one stored.
            may_send = SenderQuota.spend(sender)
            if ContactMessage.objects.filter(fingerprint=fingerprint).exists():
                raise _NotStoredError(Receipt.REPEATED)
            if not may_send:
                raise _NotStoredError(Receipt.REFUSED)
            message = ContactMessage.objects.create(
                page=page,
                fingerprint=fingerprint,
                status=ReadingStatus.SPAM if is_spam else ReadingStatus.NEW,
                mail_state=MailState.HELD if is_spam else MailState.WAITING,
                **fields,
            )
            if not is_spam:
                # Robust: a queue that fails is logged; the message is stored and stays 'waiting' in the admin.
                transaction.on_commit(lambda: send_contact_mail.enqueue(message.pk), robust=True)
    except _NotStoredError as reason:
        receipt: Receipt = reason.args[0]
        return receipt
    except IntegrityError:
        # The same post from another address, at the same moment; anything else is a real error.
        if not ContactMessage.objects.filter(fingerprint=fingerprint).exists():
            raise
        return Receipt.REPEATED
    return Receipt.STORED


def _fingerprint(token: str, fields: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps([token, sorted(fields.items())]).encode()).hexdigest()

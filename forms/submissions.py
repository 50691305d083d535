"""Takes a submitted message: identifies the client, enforces the rate limit, stores the message, queues its e-mail."""

import hashlib
import json
from enum import Enum
from ipaddress import IPv6Address, ip_network

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from python_ipware import IpWare

from forms.models import ContactMessage, MailState, ReadingStatus, SenderQuota
from forms.tasks import send_contact_mail

# A household or a server usually has a whole IPv6 network of this size.
IPV6_PREFIX_LENGTH = 64


class SubmissionResult(Enum):
    """The outcome of a submission."""

    STORED = "stored"
    DUPLICATE = "stored earlier"
    RATE_LIMITED = "too many messages from this client"


def get_client_ip(request: HttpRequest) -> str:
    """Return the IPv4 address or the IPv6 network of the client; an empty string if it is unknown.

    Of `X-Forwarded-For`, only the entries of the `TRUSTED_PROXY_COUNT` last proxies count. Clients can forge the rest.
    """
    proxies: int = settings.TRUSTED_PROXY_COUNT
    address = None
    if proxies > 0:
        entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-proxies:]
        trusted = {"HTTP_X_FORWARDED_FOR": ",".join(entries)}
        address, _ = IpWare(proxy_count=proxies - 1).get_client_ip(trusted, strict=True)
    if address is None:
        address, _ = IpWare(("REMOTE_ADDR",)).get_client_ip(request.META)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX_LENGTH), strict=False))
    return str(address or "")


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
            is_within_limit = SenderQuota.hit(client_ip)
            if same_message.exists():
                transaction.set_rollback(True)  # don't count it
                return SubmissionResult.DUPLICATE
            if not is_within_limit:
                return SubmissionResult.RATE_LIMITED
            message.save(force_insert=True)
            if not is_spam:
                # Robust: an error of the queue is logged. The message then stays 'waiting' in the admin.
                transaction.on_commit(lambda: send_contact_mail.enqueue(message.pk), robust=True)
    except IntegrityError:
        # The same message from another address at the same moment. Anything else is a real error.
        if not same_message.exists():
            raise
        return SubmissionResult.DUPLICATE
    return SubmissionResult.STORED


def _fingerprint(message: ContactMessage, token: str) -> str:
    content = [token, message.name, message.email, message.subject, message.text]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()

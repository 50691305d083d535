"""Sends the e-mail about a message in the background, and tries again if it fails."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from forms.mail import build_mail, explain_failure, find_recipients
from forms.models.contact_message import ContactMessage, MailState
from forms.models.sender_quota import SenderQuota

# After the first failure, the second, … When they are used up, an editor can still press "Send again".
RETRY_DELAYS = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)]
# A worker that died while sending leaves its message in between.
SENDING_ENDS_AFTER = timedelta(minutes=10)


@task()
def send_contact_mail(message_id: int) -> None:
    """Send the e-mail about one message, unless it has been sent or is being sent by somebody else."""
    SenderQuota.forget_past_spans()
    if not _claim(message_id):
        return
    message = ContactMessage.objects.select_related("page").get(pk=message_id)
    try:
        recipients = find_recipients(message)
        if recipients:
            build_mail(message, recipients).send()
        _settle(message, MailState.SENT if recipients else MailState.NO_RECIPIENT)
    except Exception as error:  # whatever a mail backend raises, it has to show in the admin
        _settle(message, MailState.FAILED, explain_failure(error))


def request_mail_again(messages: QuerySet[ContactMessage]) -> int:
    """Queue the e-mail about each of `messages` that hasn't been sent, once that is committed; return how many."""
    died = Q(mail_state=MailState.SENDING, mail_last_tried_at__lt=timezone.now() - SENDING_ENDS_AFTER)
    unsent = died | ~Q(mail_state__in=[MailState.SENT, MailState.SENDING])
    queued = 0
    for message_id in messages.values_list("pk", flat=True):
        still_unsent = ContactMessage.objects.filter(unsent, pk=message_id)
        if still_unsent.update(mail_state=MailState.WAITING, mail_next_try_at=None):
            transaction.on_commit(partial(send_contact_mail.enqueue, message_id))
            queued += 1
    return queued


def _claim(message_id: int) -> bool:
    """Take the message for sending. One UPDATE, so that of two runs of the task only one sends."""
    claimed = ContactMessage.objects.filter(pk=message_id, mail_state__in=[MailState.WAITING, MailState.FAILED]).update(
        mail_state=MailState.SENDING,
        mail_attempts=F("mail_attempts") + 1,
        mail_last_tried_at=timezone.now(),
        mail_next_try_at=None,
    )
    return bool(claimed)


def _settle(message: ContactMessage, state: MailState, error: str = "") -> None:
    message.mail_state = state
    message.mail_error = error
    message.mail_next_try_at = _schedule_retry(message) if state == MailState.FAILED else None
    message.save(update_fields=["mail_state", "mail_error", "mail_next_try_at"])


def _schedule_retry(message: ContactMessage) -> datetime | None:
    """Queue another try and return when it is due; None if there is none, or the queue can't wait."""
    if message.mail_attempts > len(RETRY_DELAYS) or not send_contact_mail.get_backend().supports_defer:
        return None
    due = timezone.now() + RETRY_DELAYS[message.mail_attempts - 1]
    send_contact_mail.using(run_after=due).enqueue(message.pk)
    return due

"""Sends the e-mail about a message in the background, and retries if that fails."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskContext

from forms.models import ContactMessage, MailState
from forms.plain_text import clean_line
from galley.tasks.mail import RETRY_DELAYS, connect, explain_failure, is_mail_sent, make_message_id
from galley.tasks.queue import enqueue_with_commit

# A task that is given up leaves its message in the state of being sent. An editor can then press "Send e-mail again".
SENDING_TIMEOUT = timedelta(minutes=10)


@task(takes_context=True)
def send_contact_mail(context: TaskContext, message_id: int) -> str | None:
    """Send the e-mail about one message, unless it has been sent or another task is sending it.

    If a worker was killed in the middle of it, the task is run again, and the e-mail has the same Message-ID. Returns
    what has become of it.
    """
    if not _claim(message_id, is_again=context.attempt > 1):
        return None
    message = ContactMessage.objects.select_related("page").get(pk=message_id)
    try:
        recipients = message.page.find_recipients() if message.page else []
        if recipients:
            _build_mail(message, recipients).send()
        sent = MailState.SENT if is_mail_sent() else MailState.NOWHERE
        _settle(message, sent if recipients else MailState.NO_RECIPIENT)
    except Exception as error:  # mail backends raise errors of any kind, and each has to show in the admin
        _settle(message, MailState.FAILED, clean_line(explain_failure(error)))
    return message.mail_state


def request_mail_again(messages: QuerySet[ContactMessage]) -> int:
    """Queue the unsent e-mails about `messages`. Return their number."""
    timed_out = Q(mail_state=MailState.SENDING, mail_last_tried_at__lt=timezone.now() - SENDING_TIMEOUT)
    unsent = timed_out | ~Q(mail_state__in=[MailState.SENT, MailState.SENDING])
    queued = 0
    for message_id in messages.values_list("pk", flat=True):
        still_unsent = ContactMessage.objects.filter(unsent, pk=message_id)
        with transaction.atomic():
            if still_unsent.update(mail_state=MailState.WAITING, mail_next_try_at=None):
                enqueue_with_commit(send_contact_mail, message_id)
                queued += 1
    return queued


def _claim(message_id: int, is_again: bool) -> bool:
    """Mark the message as being sent. One UPDATE, so that only one of two concurrent tasks sends it."""
    states = [MailState.WAITING, MailState.FAILED, *([MailState.SENDING] if is_again else [])]
    claimed = ContactMessage.objects.filter(pk=message_id, mail_state__in=states).update(
        mail_state=MailState.SENDING,
        mail_attempts=F("mail_attempts") + 1,
        mail_last_tried_at=timezone.now(),
        mail_next_try_at=None,
    )
    return bool(claimed)


def _build_mail(message: ContactMessage, recipients: list[str]) -> EmailMessage:
    """Return the e-mail, sent from the site's own address. An answer to it goes to the visitor."""
    prefix = message.page.subject_prefix if message.page else ""
    subject = message.subject or f"Message from {message.name}"
    inspect_path = reverse("wagtailsnippets_forms_contactmessage:inspect", args=[message.pk])
    admin_url = f"{settings.WAGTAILADMIN_BASE_URL}{inspect_path}"
    return EmailMessage(
        subject=clean_line(f"{prefix} {subject}"),
        body=render_to_string("forms/mail/contact_message.txt", {"message": message, "admin_url": admin_url}),
        to=recipients,
        connection=connect(),
        reply_to=[message.email],
        headers={"Message-ID": make_message_id(f"message:{message.fingerprint}")},
    )


def _settle(message: ContactMessage, state: MailState, error: str = "") -> None:
    message.mail_state = state
    message.mail_error = error
    with transaction.atomic():
        message.mail_next_try_at = _schedule_retry(message) if state == MailState.FAILED else None
        message.save(update_fields=["mail_state", "mail_error", "mail_next_try_at"])


def _schedule_retry(message: ContactMessage) -> datetime | None:
    """Queue another attempt and return its time; None if no attempt is left or the queue can't defer tasks."""
    if message.mail_attempts > len(RETRY_DELAYS) or not send_contact_mail.get_backend().supports_defer:
        return None
    due = timezone.now() + RETRY_DELAYS[message.mail_attempts - 1]
    send_contact_mail.using(run_after=due).enqueue(message.pk)
    return due

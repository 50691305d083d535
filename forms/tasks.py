"""Sends the e-mail about a message in the background, and retries if that fails."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from forms.models import ContactMessage, MailState
from forms.plain_text import clean_line
from galley.site_settings.mail import explain_failure

# After the first failure, the second and so on. After the last one, an editor can still press "Send e-mail again".
RETRY_DELAYS = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)]
# A worker that is killed while sending leaves its message in that state.
SENDING_TIMEOUT = timedelta(minutes=10)


@task()
def send_contact_mail(message_id: int) -> None:
    """Send the e-mail about one message, unless it has been sent or another task is sending it."""
    if not _claim(message_id):
        return
    message = ContactMessage.objects.select_related("page").get(pk=message_id)
    try:
        recipients = message.page.find_recipients() if message.page else []
        if recipients:
            _build_mail(message, recipients).send()
        _settle(message, MailState.SENT if recipients else MailState.NO_RECIPIENT)
    except Exception as error:  # mail backends raise errors of any kind, and each has to show in the admin
        _settle(message, MailState.FAILED, clean_line(explain_failure(error)))


def request_mail_again(messages: QuerySet[ContactMessage]) -> int:
    """Queue the unsent e-mails about `messages` after the commit. Return their number."""
    timed_out = Q(mail_state=MailState.SENDING, mail_last_tried_at__lt=timezone.now() - SENDING_TIMEOUT)
    unsent = timed_out | ~Q(mail_state__in=[MailState.SENT, MailState.SENDING])
    queued = 0
    for message_id in messages.values_list("pk", flat=True):
        still_unsent = ContactMessage.objects.filter(unsent, pk=message_id)
        if still_unsent.update(mail_state=MailState.WAITING, mail_next_try_at=None):
            transaction.on_commit(partial(send_contact_mail.enqueue, message_id))
            queued += 1
    return queued


def _claim(message_id: int) -> bool:
    """Mark the message as being sent. One UPDATE, so that only one of two concurrent tasks sends it."""
    claimed = ContactMessage.objects.filter(pk=message_id, mail_state__in=[MailState.WAITING, MailState.FAILED]).update(
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
        reply_to=[message.email],
    )


def _settle(message: ContactMessage, state: MailState, error: str = "") -> None:
    message.mail_state = state
    message.mail_error = error
    message.mail_next_try_at = _schedule_retry(message) if state == MailState.FAILED else None
    message.save(update_fields=["mail_state", "mail_error", "mail_next_try_at"])


def _schedule_retry(message: ContactMessage) -> datetime | None:
    """Queue another attempt and return its time; None if no attempt is left or the queue can't defer tasks."""
    if message.mail_attempts > len(RETRY_DELAYS) or not send_contact_mail.get_backend().supports_defer:
        return None
    due = timezone.now() + RETRY_DELAYS[message.mail_attempts - 1]
    send_contact_mail.using(run_after=due).enqueue(message.pk)
    return due

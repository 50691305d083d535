"""A message from a visitor, and how far it has come: to its readers and by e-mail."""

from django.db import models
from django.utils import timezone

from forms.forms import EMAIL_LENGTH, NAME_LENGTH, SUBJECT_LENGTH


class ReadingStatus(models.TextChoices):
    """What the site's people have done with a message."""

    NEW = "new", "New"
    READ = "read", "Read"
    DONE = "done", "Done"
    SPAM = "spam", "Spam"


class MailState(models.TextChoices):
    """How far the e-mail about a message has come."""

    WAITING = "waiting", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    NO_RECIPIENT = "no_recipient", "Not sent: no recipient"
    HELD = "held", "Not sent: taken for spam"


class ContactMessage(models.Model):
    """What a visitor wrote. It is stored before any e-mail is tried, and stays when its page is deleted."""

    page = models.ForeignKey(
        "forms.ContactPage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="messages",
        help_text="The page whose form was used. Empty if that page has been deleted.",
    )
    received_at = models.DateTimeField(
        "received", default=timezone.now, db_index=True, help_text="When the message arrived."
    )
    name = models.CharField(max_length=NAME_LENGTH, help_text="The name that the visitor gave.")
    email = models.EmailField("e-mail address", max_length=EMAIL_LENGTH, help_text="Where to answer.")
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True, help_text="May be empty.")
    text = models.TextField("message", help_text="The message as it was written.")
    # Of the form's one-time id and all that was written in it: the same post again is known, a changed one is new.
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)

    status = models.CharField(
        max_length=10,
        choices=ReadingStatus,
        default=ReadingStatus.NEW,
        db_index=True,
        help_text="What has been done with the message.",
    )
    mail_state = models.CharField(
        "e-mail",
        max_length=15,
        choices=MailState,
        default=MailState.WAITING,
        help_text="Whether the e-mail about this message has been sent to the page's recipients.",
    )
    mail_error = models.TextField("e-mail problem", blank=True, help_text="Why the e-mail could not be sent.")
    mail_attempts = models.PositiveSmallIntegerField(
        "e-mail attempts", default=0, help_text="How often sending has been tried."
    )
    mail_last_tried_at = models.DateTimeField(
        "e-mail last tried", null=True, blank=True, help_text="When sending was tried last."
    )
    mail_next_try_at = models.DateTimeField(
        "e-mail tried next", null=True, blank=True, help_text="When sending will be tried by itself again."
    )

    # Found by the viewset's own search; no page of the site refers to a message.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        ordering = ["-received_at", "-pk"]
        # Messages come from visitors: nobody needs the right to add one.
        default_permissions = ("view", "change", "delete")

    def __str__(self) -> str:
        return f"{self.name}: {self.subject}" if self.subject else self.name

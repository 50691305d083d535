"""The contact page and the messages from its form."""

from http import HTTPMethod
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable

from galley.async_pages import AsyncViewMixin
from galley.site_settings.fields import read_emails
from galley.tasks import mail
from home.base_page import BasePage, BodyMixin, IntroductionMixin
from home.models import SiteSettings


class ContactPage(AsyncViewMixin, IntroductionMixin, BodyMixin, BasePage):
    """A page with a form through which visitors write to the site's team."""

    thank_you_text = models.TextField(
        max_length=600,
        default="Thank you. Your message has arrived, and we will answer by e-mail.",
        help_text="Shown, and read out by screen readers, in place of the form once a message has arrived.",
    )
    privacy_text = models.TextField(
        max_length=600,
        default=(
            "We keep your name, your e-mail address and your message in order to answer you. "
            "We don't pass them on, and we delete them when you ask us to."
        ),
        help_text="Shown above the Send button: what happens to what a visitor writes. Say here what you really do.",
    )
    subject_prefix = models.CharField(
        max_length=60,
        blank=True,
        default="[Contact form]",
        help_text="Put before the subject of every e-mail from this form, so that you can tell them from others.",
    )

    content_panels = [
        *BasePage.content_panels,
        *IntroductionMixin.introduction_panels,
        *BodyMixin.body_panels,
        MultiFieldPanel(
            [FieldPanel("privacy_text"), FieldPanel("thank_you_text")],
            heading="Texts of the form",
        ),
        MultiFieldPanel(
            [
                HelpPanel(
                    "You find every message under “Messages” in the menu, whether or not an e-mail could be sent. "
                    "Without a recipient, e-mails go to those in the settings, under “Your site”."
                ),
                InlinePanel("recipients", heading="Recipients", label="recipient"),
                FieldPanel("subject_prefix"),
            ],
            heading="E-mail",
        ),
    ]
    search_fields = [*BasePage.search_fields, *BodyMixin.body_search_fields]
    subpage_types: list[str] = []
    page_description = "A page with a form through which visitors write to you."
    schema_type = "ContactPage"
    allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS, HTTPMethod.POST]

    async_view = "forms.views.contact_page"
    form_class = "forms.forms.ContactForm"

    class Meta:
        verbose_name = "contact page"

    def find_recipients(self) -> list[str]:
        """Return who gets the messages by e-mail: the recipients of this page, or else those in the site's settings."""
        own = list(dict.fromkeys(self.recipients.values_list("email", flat=True)))
        return own or self.find_recipients_of_site()

    def find_recipients_of_site(self) -> list[str]:
        """Return who gets the messages of pages without recipients of their own."""
        settings = SiteSettings.objects.filter(site=self.get_site()).first()
        return read_emails(settings.contact_recipients) if settings else []

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context with an empty form. A preview shows the form, and can't send it."""
        form = import_string(self.form_class)()
        is_preview = getattr(request, "is_preview", False)
        return super().get_context(request, *args, **kwargs) | {"form": form, "is_preview": is_preview}


class ContactRecipient(Orderable):
    """An address that receives the messages of a contact page by e-mail."""

    page = ParentalKey(ContactPage, on_delete=models.CASCADE, related_name="recipients")
    email = models.EmailField(
        "e-mail address",
        help_text="Every message is sent to this address. Recipients see each other's addresses.",
    )

    panels = [FieldPanel("email")]

    def __str__(self) -> str:
        return self.email


class ReadingStatus(models.TextChoices):
    """What the editors have done with a message."""

    NEW = "new", "New"
    READ = "read", "Read"
    DONE = "done", "Done"
    SPAM = "spam", "Spam"


class MailState(models.TextChoices):
    """The delivery state of the e-mail about a message."""

    WAITING = "waiting", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    NO_RECIPIENT = "no_recipient", "Not sent: no recipient"
    NOWHERE = mail.NOWHERE, "Not sent: e-mail isn't set up"
    HELD = "held", "Not sent: taken for spam"


class ContactMessage(models.Model):
    """A visitor's message. It is stored before its e-mail is sent, and survives the deletion of its page."""

    page = models.ForeignKey(
        ContactPage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="messages",
        help_text="The page whose form was used. Empty if that page has been deleted.",
    )
    received_at = models.DateTimeField(
        "received", default=timezone.now, db_index=True, help_text="When the message arrived."
    )
    name = models.CharField(max_length=120, help_text="The name that the visitor gave.")
    email = models.EmailField("e-mail address", max_length=254, help_text="Where to answer.")
    subject = models.CharField(max_length=150, blank=True, help_text="May be empty.")
    text = models.TextField("message", help_text="The message as it was written.")
    # A hash of the form's token and its content: a repeated POST has the same one, a changed text has another.
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

    # No page refers to a message, so the reference index needn't hold it.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        ordering = ["-received_at", "-pk"]
        # Only visitors add messages, so there is no permission for it.
        default_permissions = ("view", "change", "delete")

    def __str__(self) -> str:
        return f"{self.name}: {self.subject}" if self.subject else self.name

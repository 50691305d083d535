"""The page with the contact form, and whom its messages reach."""

from http import HTTPMethod
from typing import Any

from django.db import models
from django.http import HttpRequest
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable

from forms.forms import ContactForm
from forms.views import contact_page
from galley.async_pages.async_views import AsyncViewMixin
from home.base_page import BasePage, BodyMixin, IntroductionMixin


class ContactPage(AsyncViewMixin, IntroductionMixin, BodyMixin, BasePage):
    """A page with a form through which visitors write to the site's people."""

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
                    "Every message is kept under “Messages” in the menu, whether or not an e-mail could be sent. "
                    "Without a recipient no e-mail is sent."
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

    async_view = staticmethod(contact_page)

    class Meta:
        verbose_name = "contact page"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add an empty form. From a preview, nothing can be sent."""
        is_preview = getattr(request, "is_preview", False)
        return super().get_context(request, *args, **kwargs) | {"form": ContactForm(), "is_preview": is_preview}


class ContactRecipient(Orderable):
    """Somebody whom the messages of a contact page reach by e-mail."""

    page = ParentalKey(ContactPage, on_delete=models.CASCADE, related_name="recipients")
    email = models.EmailField(
        "e-mail address",
        help_text="Every message is sent to this address. Recipients see each other's addresses.",
    )

    panels = [FieldPanel("email")]

    def __str__(self) -> str:
        return self.email

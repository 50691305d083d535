"""The home page, the standard page, the site settings and the image model."""

from dataclasses import dataclass, field
from typing import Any

from django.core.validators import URLValidator, validate_email
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, ObjectList, TabbedInterface
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.images.models import Image
from wagtail.models import Orderable, Page

from galley.async_pages import ThreadSafeStreamField
from galley.desk.shared_texts import AbstractSharedText
from galley.images.models import AbstractAnalysedImage, AbstractSignedRendition
from galley.languages.texts import TranslatedInlinePanel, TranslatedPanel, TranslatedTexts
from galley.site_settings.fields import AnnouncementMixin, MenusMixin, SiteNameForm, image_field, validate_emails
from galley.site_settings.mail import MailPanel
from galley.site_settings.time_zone import TimeZoneMixin
from galley.statistics.models import StatisticsMixin
from home.base_page import BasePage, BodyMixin, IntroductionMixin, LeadImageMixin
from home.blocks.text import SharedBodyBlock


class SiteImage(AbstractAnalysedImage):
    """An image in the library. Its description is the default alt text.

    Wagtail recommends an image model of one's own from the start, since a later change is hard.
    """

    credit = models.CharField(
        max_length=255,
        blank=True,
        help_text="Who made the picture, as it should be printed beside it. Leave empty if nobody has to be named.",
    )

    admin_form_fields = (*Image.admin_form_fields, "credit")


class Rendition(AbstractSignedRendition):
    """An image in one size and format, created on demand."""

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition")
        ]


class SharedText(AbstractSharedText):
    """A text that several pages show."""

    body: Any = ThreadSafeStreamField(
        SharedBodyBlock(), help_text="Saving changes every page that shows this text, at once."
    )


@dataclass(frozen=True)
class HomeSection:
    """A section that an app adds: a template and the context for it."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


def find_home_sections(request: HttpRequest, page: Page, hook: str = "home_sections") -> list[HomeSection]:
    """Return the sections that apps add to the home page `page`, in the order of their hooks. Blocks.

    A hook takes `(request, page)`. It returns a `HomeSection`, or None if it has nothing to show. Sections of the 404
    page are registered with the hook `not_found_sections`.
    """
    sections = (build_section(request, page) for build_section in hooks.get_hooks(hook))
    return [section for section in sections if section is not None]


class HomePage(IntroductionMixin, BodyMixin, BasePage):
    """The home page. Apps add sections to it through the `home_sections` hook."""

    content_panels = [*BasePage.content_panels, *IntroductionMixin.introduction_panels, *BodyMixin.body_panels]
    search_fields = [*BasePage.search_fields, *BodyMixin.body_search_fields]
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    page_description = "The front of the site: an introduction, then the newest work and posts."

    class Meta:
        verbose_name = "home page"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context with the `sections` that apps add."""
        return super().get_context(request, *args, **kwargs) | {"sections": find_home_sections(request, self)}


class StandardPage(LeadImageMixin, IntroductionMixin, BodyMixin, BasePage):
    """A page of text that is neither a post nor a project."""

    content_panels = [
        *BasePage.content_panels,
        *IntroductionMixin.introduction_panels,
        *LeadImageMixin.lead_image_panels,
        *BodyMixin.body_panels,
    ]
    search_fields = [*BasePage.search_fields, *BodyMixin.body_search_fields]
    page_description = "A page of text and pictures, for example 'About us'."

    class Meta:
        verbose_name = "standard page"


def validate_contact(contact: str) -> None:
    """Raise ValidationError unless `contact` is an e-mail address or an HTTPS URL."""
    (URLValidator(schemes=["https"]) if ":" in contact else validate_email)(contact)


@register_setting(icon="site")
class SiteSettings(TimeZoneMixin, StatisticsMixin, AnnouncementMixin, MenusMixin, ClusterableModel, BaseSiteSetting):
    """What belongs to the whole site: its name and logo, menus, announcement, texts, mail, time zone, statistics."""

    logo = image_field(
        _("logo"),
        _(
            "Shown at the top of every page, in place of the site’s name. Best as SVG, or with a transparent "
            "background."
        ),
    )
    tagline = models.CharField(
        max_length=140, blank=True, help_text=_("A few words under the site's name: what is to be found here.")
    )
    share_image = image_field(
        _("picture for sharing"),
        _(
            "Shown where somebody shares a page that has no picture for that. Best 1200 × 630 pixels or larger. "
            "Empty: a picture with the page's title."
        ),
    )
    footer_text = models.TextField(
        blank=True, max_length=600, help_text=_("Printed at the foot of every page: who you are, where you work.")
    )
    not_found_text = models.TextField(
        _("text where no page is found"),
        blank=True,
        max_length=600,
        help_text=_(
            "Shown at addresses without a page, with the search and the menu below it. "
            "Empty: “The address may have a slip in it, or the page was moved or taken out.”"
        ),
    )
    contact_recipients = models.TextField(
        _("recipients of the contact form"),
        blank=True,
        max_length=2000,
        validators=[validate_emails],
        help_text=_(
            "One e-mail address a line. They get the messages of every contact page that names no recipients of "
            "its own. They see each other's addresses."
        ),
    )
    security_contact = models.CharField(
        max_length=200,
        blank=True,
        validators=[validate_contact],
        help_text=_(
            "Whom to tell of a security hole: an e-mail address, or a page that starts with https://. "
            "It is printed at /.well-known/security.txt. Leave empty to print none."
        ),
    )

    base_form_class = SiteNameForm
    translated_fields = ("tagline", "footer_text", "not_found_text", "announcement")
    name_panels = [FieldPanel("site_name"), FieldPanel("logo"), TranslatedPanel("tagline"), FieldPanel("share_image")]
    link_panels = [TranslatedInlinePanel("links", heading=_("Social links"), label=_("link"))]
    text_panels = [TranslatedPanel("footer_text"), TranslatedPanel("not_found_text")]
    mail_panels = [
        MailPanel(heading=_("E-mail")),
        FieldPanel("contact_recipients"),
        FieldPanel("security_contact"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(name_panels, heading=_("Name and logo")),
            ObjectList([*MenusMixin.menu_panels, *link_panels], heading=_("Menus")),
            ObjectList(AnnouncementMixin.announcement_panels, heading=_("Announcement")),
            ObjectList(text_panels, heading=_("Texts")),
            ObjectList(mail_panels, heading=_("Mail")),
            ObjectList(TimeZoneMixin.time_zone_panels, heading=_("Time")),
            ObjectList(StatisticsMixin.statistics_panels, heading=_("Statistics")),
        ]
    )
    select_related = ["logo", "share_image"]

    class Meta:
        verbose_name = _("your site")


class SiteLink(Orderable, TranslatedTexts):
    """A link to somewhere else, at the foot of every page."""

    settings = ParentalKey(SiteSettings, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=60, help_text=_("The words that are shown."))
    url = models.URLField(_("address"), help_text=_("Where the link leads, starting with https://"))

    translated_fields = ("label",)
    panels = [TranslatedPanel("label"), FieldPanel("url")]

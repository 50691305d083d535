"""Abstract models for the settings of a site. The site's own model inherits from them, and arranges their panels."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.images import get_image_model_string

from galley.async_pages import ThreadSafeStreamField
from galley.languages.texts import TranslatedForm, TranslatedPanel, TranslatedTexts
from galley.site_settings.menus import LinkStreamBlock, MenuBlock


class SiteNameForm(TranslatedForm):
    """Also edits the site's name, which Wagtail stores in its record of the site."""

    site_name = forms.CharField(
        max_length=255,
        required=False,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Shown at the top of every page, and in the titles of browser tabs."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "site_name" in self.fields:
            self.fields["site_name"].initial = self.instance.site.site_name

    def save(self, commit: bool = True) -> Any:
        """Save the settings, and the name if it was changed."""
        if "site_name" in self.changed_data:
            self.instance.site.site_name = self.cleaned_data["site_name"]
            self.instance.site.save(update_fields=["site_name"])
        return super().save(commit)


class MenusMixin(models.Model):
    """A header and a footer menu."""

    header_menu: Any = ThreadSafeStreamField(
        MenuBlock(),
        blank=True,
        verbose_name=gettext_lazy("header menu"),
        help_text=gettext_lazy(
            "Drag the links into their order. Empty: the pages under the front page that are marked for menus."
        ),
    )
    footer_menu: Any = ThreadSafeStreamField(
        MenuBlock(),
        blank=True,
        verbose_name=gettext_lazy("footer menu"),
        help_text=gettext_lazy("Links in the footer of every page, such as the imprint."),
    )

    menu_panels = [FieldPanel("header_menu"), FieldPanel("footer_menu")]

    class Meta:
        abstract = True


class AnnouncementMixin(TranslatedTexts):
    """A bar over every page, for a time."""

    announcement = models.CharField(
        max_length=200,
        blank=True,
        help_text=gettext_lazy(
            "Shown over every page. Readers can dismiss it, and see it again once you change it. Empty: no bar."
        ),
    )
    announcement_link: Any = ThreadSafeStreamField(
        LinkStreamBlock(max_num=1),
        blank=True,
        verbose_name=gettext_lazy("link"),
        help_text=gettext_lazy("Where to read more. May be empty."),
    )
    announcement_from = models.DateTimeField(
        gettext_lazy("from"), null=True, blank=True, help_text=gettext_lazy("Empty: at once.")
    )
    announcement_until = models.DateTimeField(
        gettext_lazy("until"), null=True, blank=True, help_text=gettext_lazy("Empty: until you take it away.")
    )

    announcement_panels = [
        TranslatedPanel("announcement"),
        FieldPanel("announcement_link"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("announcement_from"), FieldPanel("announcement_until")])],
            heading=gettext_lazy("When it is shown"),
        ),
    ]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse an announcement that ends before it begins."""
        super().clean()
        begins, ends = self.announcement_from, self.announcement_until
        if begins and ends and ends <= begins:
            text = _("The announcement would end before it begins. Choose a later time, or leave this empty.")
            raise ValidationError({"announcement_until": text})


def image_field(name: Any, help_text: Any) -> Any:
    """Return a field for a picture that may be missing."""
    return models.ForeignKey(
        get_image_model_string(),
        verbose_name=name,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=help_text,
    )


def read_emails(text: str) -> list[str]:
    """Return the e-mail addresses in `text`, one a line, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def validate_emails(text: str) -> None:
    """Raise ValidationError, which names the first line of `text` that isn't an e-mail address."""
    for email in read_emails(text):
        try:
            validate_email(email)
        except ValidationError:
            error = _("“%(email)s” isn’t an e-mail address. Write one address a line, such as ada@example.org.")
            raise ValidationError(error, params={"email": email[:80]}) from None

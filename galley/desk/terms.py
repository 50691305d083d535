"""Base classes of what groups pages, such as tags, categories and authors: a name, a slug, and an order for some."""

from typing import Any

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import TagBase
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable
from wagtail.search import index

from galley.languages.texts import TranslatedPanel, TranslatedTexts

# The arguments of the field, for models that need it with a change.
SLUG: dict[str, Any] = {
    "max_length": 120,
    "unique": True,
    "blank": True,
    "error_messages": {
        "unique": gettext_lazy("This slug is in use already, and an address leads to one place. Write another one.")
    },
    "help_text": "The name in addresses: small letters, digits and hyphens. Leave empty to make it from the name. "
    "If you change it, the old address leads to the new one.",
}


def make_slug(name: str) -> str:
    """Return the slug that `name` gives: small letters, digits and hyphens. It is empty for signs that have no name."""
    return slugify(anyascii(name))


class Term(index.Indexed, models.Model):
    """A group of pages, with a name and a slug. A slug that is left empty is made from the name."""

    name = models.CharField(max_length=120, help_text="As visitors read it.")
    slug = models.SlugField(**SLUG)

    panels = [FieldPanel("name"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def slugify(self, tag: str, i: int | None = None) -> str:
        """Return the slug for the name `tag`, as django-taggit calls it; the `i`th one if others are in use."""
        return make_slug(tag)[: SLUG["max_length"]]

    def clean(self) -> None:
        """Make the slug, if there is none. Raises ValidationError if the name gives none."""
        super().clean()
        self.slug = self.slug or self.slugify(self.name)
        if self.name and not self.slug:
            text = _("The name has no letters that an address could be made of. Write a slug.")
            raise ValidationError({"slug": text})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the term, with a slug."""
        self.slug = self.slug or self.slugify(self.name)
        super().save(*args, **kwargs)


class TagTerm(TagBase, Term):
    """A term that authors add by typing its name into a page."""

    name = models.CharField(
        max_length=100,
        unique=True,
        error_messages={
            "unique": gettext_lazy("There is a tag with this name already. To make one of two, merge them.")
        },
        help_text="As visitors read it.",
    )
    slug = models.SlugField(**(SLUG | {"max_length": 100, "allow_unicode": True}))

    class Meta(Term.Meta):
        abstract = True

    def slugify(self, tag: str, i: int | None = None) -> str:
        """Return the slug that taggit makes, or one for a name of signs alone, such as an emoji."""
        return super().slugify(tag if slugify(tag, allow_unicode=True) else make_slug(tag) or "tag", i)


class DescribedTerm(Term, TranslatedTexts):
    """A term with a description. Both its texts can be written in each language of the site."""

    description = models.TextField(
        blank=True, max_length=600, help_text="A sentence for visitors on what belongs here."
    )

    translated_fields = ("name", "description")
    panels = [TranslatedPanel("name"), FieldPanel("slug"), TranslatedPanel("description")]

    @property
    def local_name(self) -> str:
        """The name in the active language, for visitors."""
        return self.local.name

    class Meta(Term.Meta):
        abstract = True


class OrderedTerm(Orderable, DescribedTerm):
    """A described term, in an order that editors choose. A new one comes last."""

    class Meta(DescribedTerm.Meta):
        abstract = True
        ordering = ["sort_order", "name"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the term, with a place in the order."""
        if self.sort_order is None:  # type: ignore[has-type]
            last = type(self)._default_manager.aggregate(last=models.Max("sort_order"))["last"]
            self.sort_order = 0 if last is None else last + 1
        super().save(*args, **kwargs)

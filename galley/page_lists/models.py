"""The newest version of each page, published or not, as the admin searches and filters it.

The row of a page has what is published. What was written since is in a revision, which no database query reads.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import override
from wagtail.models import Page
from wagtail.search import index

from galley.languages.conf import language_of

# PostgreSQL indexes up to a megabyte of words.
LONGEST_TEXT = 300_000


class NewestVersion(index.Indexed, models.Model):
    """An entry of the search index with the text of a page's newest version.

    The text is in the index's column for beginnings of words, under this model. The public search reads neither.
    """

    wagtail_reference_index_ignore = True

    page = models.OneToOneField(Page, on_delete=models.CASCADE, primary_key=True, related_name="+")

    search_fields = [index.AutocompleteField("text")]

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"of page {self.page_id}"

    @cached_property
    def content(self) -> Page:
        """The page with the content of its newest version."""
        return self.page.get_latest_revision_as_object()

    # The index asks for it three times.
    @cached_property
    def text(self) -> str:
        """All that the page's type lets a search find: title, text, excerpt, tags and so on.

        What is named in each language is found by the name that visitors read, and by that which the form shows.
        """
        texts: list[str] = []
        for language in dict.fromkeys([language_of(self.content), settings.LANGUAGE_CODE]):
            with override(language):
                texts += _read_fields(self.content, self.content.get_search_fields())
        return " ".join(dict.fromkeys(texts))[:LONGEST_TEXT]


class ListedValue(models.Model):
    """A value of a page's newest version, for a filter of its list: the id of a tag or an author, a date, a number."""

    wagtail_reference_index_ignore = True

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    value = models.CharField(max_length=100)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["name", "value", "page"], name="page_lists_pages_with_value")]

    def __str__(self) -> str:
        return f"{self.name} of page {self.page_id}: {self.value}"


def _read_fields(item: Any, fields: Iterable[Any]) -> Iterator[str]:
    """Yield the texts of an object's search fields, and of those of related objects."""
    for field in fields:
        if isinstance(field, index.RelatedFields):
            related = field.get_value(item)
            for one in related.all() if hasattr(related, "all") else filter(None, [related]):
                yield from _read_fields(one, field.fields)
        elif isinstance(field, index.SearchField):
            yield from _flatten(field.get_value(item))


def _flatten(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _flatten(one)
    elif value is not None:
        yield str(value)

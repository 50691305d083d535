"""Authors, tags, categories and series: the ways to group posts."""

from typing import Any

from django.conf import settings
from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable

from galley.desk.terms import DescribedTerm, OrderedTerm, TagTerm, Term
from galley.languages.texts import TranslatedInlinePanel, TranslatedPanel, TranslatedTexts


class Tag(TagTerm, DescribedTerm):
    """A subject of posts. Authors add tags by typing them."""

    class Meta(DescribedTerm.Meta):
        verbose_name = "tag"


class PostTag(ItemBase):
    """A tag on a post."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="%(app_label)s_%(class)s_items")
    content_object = ParentalKey("blog.BlogPostPage", on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        # Finds the posts with a tag that are nearest to another post, without reading all of them.
        indexes = [models.Index(fields=["tag", "content_object"], name="blog_posttag_posts_of_tag")]


class Category(OrderedTerm):
    """A department of the blog. There are few of them; tags are many."""

    class Meta(OrderedTerm.Meta):
        verbose_name_plural = "categories"


class Series(OrderedTerm):
    """Posts that are read in order."""

    class Meta(OrderedTerm.Meta):
        verbose_name_plural = "series"


class Author(Term, TranslatedTexts, ClusterableModel):
    """An author of posts. Not a user account, so that guests can be authors."""

    name = models.CharField(max_length=120, help_text="As it should be printed over a post.")
    biography = models.TextField(blank=True, max_length=600, help_text="One or two sentences about the person.")
    portrait = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A picture of the person, at least 200 × 200 pixels.",
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("slug"),
        TranslatedPanel("biography"),
        FieldPanel("portrait"),
        TranslatedInlinePanel("links", heading="Links", label="link", help_text="Where else the person is found."),
    ]
    translated_fields = ("biography",)


class AuthorLink(Orderable, TranslatedTexts):
    """A link to a profile or site of an author."""

    author = ParentalKey(Author, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=60, help_text="The words that are shown, for example 'Her photographs'.")
    url = models.URLField("address", help_text="Where the link leads, starting with https://")

    panels = [TranslatedPanel("label"), FieldPanel("url")]
    translated_fields = ("label",)


class PostAuthor(Orderable):
    """An author of a post, in the order in which they are named."""

    page = ParentalKey("blog.BlogPostPage", on_delete=models.CASCADE, related_name="post_authors")
    author = models.ForeignKey(
        Author, on_delete=models.CASCADE, related_name="post_authors", help_text="Choose who wrote this, or add them."
    )

    panels = [FieldPanel("author")]

    class Meta(Orderable.Meta):
        indexes = [models.Index(fields=["author", "page"], name="blog_author_posts_of_author")]


TERMS: dict[str, Any] = {"tag": Tag, "author": Author, "category": Category, "series": Series}


def get_term(parameter: str, slug: str) -> Any:
    """Return the tag, author, category or series (`parameter`) with this slug, for visitors, or None. Blocks."""
    terms = TERMS[parameter].objects.select_related(*["portrait"] * (parameter == "author"))
    return None if "\x00" in slug else getattr(terms.filter(slug=slug).first(), "local", None)

"""Authors, tags, categories and series: the ways to group posts."""

from typing import Any

from django.conf import settings
from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import Tag, TaggedItemBase
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable
from wagtail.search import index
from wagtail.snippets.models import register_snippet


class PostTag(TaggedItemBase):
    """A tag on a post."""

    content_object = ParentalKey("blog.BlogPostPage", on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        # Finds the posts with a tag that are nearest to another post, without reading all of them.
        indexes = [models.Index(fields=["tag", "content_object"], name="blog_posttag_posts_of_tag")]


class Term(index.Indexed, models.Model):
    """A group of posts, with a name and a slug."""

    name = models.CharField(max_length=120, help_text="As visitors read it.")
    slug = models.SlugField(
        max_length=120, unique=True, help_text="The name in addresses: small letters, digits and hyphens."
    )

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DescribedTerm(Term):
    """A term with a description."""

    description = models.TextField(
        blank=True, max_length=600, help_text="A sentence for visitors on what belongs here."
    )

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("description")]

    class Meta(Term.Meta):
        abstract = True


@register_snippet
class Category(DescribedTerm):
    """A department of the blog. There are few of them; tags are many."""

    class Meta(DescribedTerm.Meta):
        verbose_name_plural = "categories"


@register_snippet
class Series(DescribedTerm):
    """Posts that are read in order."""

    class Meta(DescribedTerm.Meta):
        verbose_name_plural = "series"


@register_snippet
class Author(Term, ClusterableModel):
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
        FieldPanel("biography"),
        FieldPanel("portrait"),
        InlinePanel("links", heading="Links", label="link", help_text="Where else the person is to be found."),
    ]


class AuthorLink(Orderable):
    """A link to a profile or site of an author."""

    author = ParentalKey(Author, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=60, help_text="The words that are shown, for example 'Her photographs'.")
    url = models.URLField("address", help_text="Where the link leads, starting with https://")

    panels = [FieldPanel("label"), FieldPanel("url")]


class PostAuthor(Orderable):
    """An author of a post, in the order in which they are named."""

    page = ParentalKey("blog.BlogPostPage", on_delete=models.CASCADE, related_name="post_authors")
    author = models.ForeignKey(
        Author, on_delete=models.CASCADE, related_name="post_authors", help_text="Choose who wrote this, or add them."
    )

    panels = [FieldPanel("author")]

    class Meta(Orderable.Meta):
        indexes = [models.Index(fields=["author", "page"], name="blog_author_posts_of_author")]


def get_term(parameter: str, slug: str) -> Any:
    """Return the tag, author, category or series (`parameter`) with this slug, or None. Blocks."""
    terms: dict[str, models.QuerySet[Any]] = {
        "tag": Tag.objects.all(),
        "author": Author.objects.select_related("portrait"),
        "category": Category.objects.all(),
        "series": Series.objects.all(),
    }
    return None if "\x00" in slug else terms[parameter].filter(slug=slug).first()

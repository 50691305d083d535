"""People who write."""

from django.conf import settings
from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable
from wagtail.search import index
from wagtail.snippets.models import register_snippet


@register_snippet
class Author(index.Indexed, ClusterableModel):
    """Somebody whose name stands over posts. Not an account: guests have none."""

    name = models.CharField(max_length=120, help_text="As it should be printed over a post.")
    slug = models.SlugField(
        max_length=120, unique=True, help_text="The name in addresses: small letters, digits and hyphens."
    )
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
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AuthorLink(Orderable):
    """A place elsewhere where an author is to be found."""

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

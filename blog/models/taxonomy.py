"""Tags, categories and series: three ways in which posts belong together."""

from django.db import models
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel
from wagtail.search import index
from wagtail.snippets.models import register_snippet


class PostTag(TaggedItemBase):
    """A tag on a post."""

    content_object = ParentalKey("blog.BlogPostPage", on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        # The posts with a tag that stand next to another are found without reading all of them.
        indexes = [models.Index(fields=["tag", "content_object"], name="blog_posttag_posts_of_tag")]


class NamedGroup(index.Indexed, models.Model):
    """Something with a name, an address and a line about it."""

    name = models.CharField(max_length=120, help_text="As visitors read it.")
    slug = models.SlugField(
        max_length=120, unique=True, help_text="The name in addresses: small letters, digits and hyphens."
    )
    description = models.TextField(
        blank=True, max_length=600, help_text="A sentence for visitors on what belongs here."
    )

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("description")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@register_snippet
class Category(NamedGroup):
    """A department of the blog. There are few of them; tags are many."""

    class Meta(NamedGroup.Meta):
        verbose_name_plural = "categories"


@register_snippet
class Series(NamedGroup):
    """Posts that are read one after the other."""

    class Meta(NamedGroup.Meta):
        verbose_name_plural = "series"

"""A post."""

import datetime

from django.db import models
from django.utils import timezone
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.search import index

from blog.models.taxonomy import Category, PostTag, Series
from home.base_page import BasePage, BodyMixin, LeadImageMixin


def today() -> datetime.date:
    """Return the current date in the site's time zone."""
    return timezone.localdate()


class BlogPostPage(LeadImageMixin, BodyMixin, BasePage):
    """A post: Markdown and rich blocks mixed, with its authors and subjects."""

    date = models.DateField(
        "date", default=today, db_index=True, help_text="Printed over the post; posts are listed by it, newest first."
    )
    excerpt = models.TextField(
        blank=True,
        max_length=1000,
        help_text="Two or three sentences for lists and search engines. Leave empty to use the beginning of the text.",
    )
    tags = ClusterTaggableManager(
        through=PostTag, blank=True, help_text="What the post is about. Type a word and press Enter."
    )
    categories = ParentalManyToManyField(
        Category, blank=True, related_name="posts", help_text="The departments of the blog that this belongs to."
    )
    series = models.ForeignKey(
        Series,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="posts",
        help_text="Only if this is one of several posts that are read one after the other.",
    )
    series_position = models.PositiveSmallIntegerField(
        "number in the series", null=True, blank=True, help_text="1 for the first post of the series, and so on."
    )

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("excerpt"),
        *LeadImageMixin.lead_image_panels,
        *BodyMixin.body_panels,
    ]
    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel("date"),
                InlinePanel("post_authors", heading="Authors", label="author"),
                FieldPanel("tags"),
                FieldPanel("categories"),
                FieldRowPanel([FieldPanel("series"), FieldPanel("series_position")]),
            ],
            heading="Where it belongs",
        ),
        *BasePage.promote_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        *BodyMixin.body_search_fields,
        index.SearchField("excerpt"),
        index.FilterField("date"),
        index.RelatedFields("tags", [index.SearchField("name")]),
    ]
    parent_page_types = ["blog.BlogIndexPage"]
    subpage_types: list[str] = []
    page_description = "An article, with its authors, tags and pictures."

    class Meta:
        verbose_name = "blog post"

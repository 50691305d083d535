"""A post."""

import datetime
from typing import Any
from urllib.parse import urljoin

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.search import index

from blog.addresses import subject_address
from blog.models.author import Author
from blog.models.taxonomy import Category, PostTag, Series
from blog.post_context import DESCRIBED, describe_post, fetch_described
from galley.listings.lazy_context import lazily
from galley.listings.listed_pages import ListedPageMixin
from galley.listings.listings import Link
from home.base_page import BasePage, BodyMixin, LeadImageMixin
from home.blocks import opening_words
from home.page_metadata import Article
from home.reading_time import minutes_to_read


def today() -> datetime.date:
    """Return the current date in the site's time zone."""
    return timezone.localdate()


class BlogPostPage(ListedPageMixin, LeadImageMixin, BodyMixin, BasePage):
    """A post: Markdown and rich blocks mixed, with its authors and subjects."""

    date = models.DateField(
        "date", default=today, help_text="Printed over the post; posts are listed by it, newest first."
    )
    excerpt = models.TextField(
        blank=True,
        max_length=1000,
        help_text="Two or three sentences for lists and search engines. Leave empty to use the beginning of the text.",
    )
    # The beginning of the text, kept with the post: a list of posts needn't read and parse their bodies.
    opening = models.TextField(blank=True, editable=False)
    reading_minutes = models.PositiveSmallIntegerField(default=0, editable=False)
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

    time_field = "date"
    year_lookup = "date__year"
    tag_lookup = "tagged_items__tag"
    schema_type = "BlogPosting"

    class Meta:
        verbose_name = "blog post"
        indexes = [models.Index(fields=["-date", "-page_ptr"], name="blog_post_newest_first")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the post, and beside it what lists and its head say of its text."""
        self.measure_text()
        super().save(*args, **kwargs)

    def measure_text(self) -> None:
        """Set what is kept of the text: its beginning, and how long it takes to read."""
        self.opening = opening_words(self.body)
        self.reading_minutes = minutes_to_read(self.body)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Return the post as it would be served, its text measured as it stands in the draft."""
        self.measure_text()
        return super().serve_preview(request, mode_name)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context, and who wrote the post, where it belongs, what comes before and after."""
        return super().get_context(request, *args, **kwargs) | lazily(DESCRIBED, lambda: describe_post(self, request))

    @property
    def authors(self) -> list[Author]:
        """Who wrote the post, in the order in which they are named. A draft may name nobody yet."""
        return [named.author for named in self.post_authors.all() if named.author_id]

    @property
    def tag_links(self) -> list[Link]:
        """The post's tags, each with the page of the posts that have it."""
        return [Link(item.tag.name, self.subject_url("tag", item.tag.slug)) for item in self.tagged_items.all()]

    def subject_url(self, parameter: str, slug: str) -> str:
        """Return the address of the posts that have a tag, author, category or series in common with this one."""
        return subject_address(urljoin(self.address, "../"), parameter, slug)

    @property
    def published_at(self) -> datetime.datetime:
        """The printed date as a moment: that of the publication if it was on that day, else the day's beginning."""
        first = self.first_published_at
        if first and timezone.localdate(first) == self.date:
            return first
        return timezone.make_aware(datetime.datetime.combine(self.date, datetime.time()))

    @property
    def updated_at(self) -> datetime.datetime:
        """When the post was published last, and never before its printed date."""
        return max(self.published_at, self.last_published_at or self.published_at)

    @property
    def feed_address(self) -> str:
        """The full address of the blog that the post stands in, under which the feeds stand."""
        return urljoin(self.full_url or "", "../")

    @property
    def article(self) -> Article:
        """What engines are told about the post."""
        fetch_described(self)
        return Article(
            self.published_at,
            self.updated_at,
            [Link(author.name, f"{self.feed_address}authors/{author.slug}/") for author in self.authors],
            section=next((category.name for category in self.categories.all()), ""),
            tags=[item.tag.name for item in self.tagged_items.all()],
        )

    @property
    def share_line(self) -> str:
        """The date of the post."""
        return date_format(self.date, "DATE_FORMAT")

    @property
    def summary(self) -> str:
        """The excerpt; where there is none, the beginning of the text."""
        return self.excerpt or self.opening

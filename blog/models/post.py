"""A post."""

import datetime
from typing import Any
from urllib.parse import urljoin

from django.db import models
from django.db.models import Prefetch, prefetch_related_objects
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, MultipleChooserPanel
from wagtail.models import PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from blog.models.taxonomy import Author, Category, PostAuthor, PostTag, Series
from blog.post_context import CONTEXT_NAMES, build_post_context
from blog.taxonomy_pages import term_url
from galley.listings import Link, ListedPageMixin, lazy_context
from home.base_page import BasePage, BodyMixin, LeadImageMixin
from home.blocks import minutes_to_read, opening_words
from home.page_metadata import Article


def _prefetch_tags() -> Prefetch[Any]:
    return Prefetch("tagged_items", queryset=PostTag.objects.select_related("tag"))


def _prefetch_authors(*related: str) -> Prefetch[Any]:
    return Prefetch("post_authors", queryset=PostAuthor.objects.select_related("author", *related))


class BlogPostPageQuerySet(PageQuerySet):
    """Posts."""

    def with_authors(self) -> "BlogPostPageQuerySet":
        """Fetch the authors of all posts with one query."""
        return self.prefetch_related(_prefetch_authors())

    def with_terms(self) -> "BlogPostPageQuerySet":
        """Fetch the authors, tags, categories and lead images of all posts, for their full text."""
        return self.select_related("lead_image").prefetch_related("categories", _prefetch_tags(), _prefetch_authors())


class BlogPostPage(ListedPageMixin, LeadImageMixin, BodyMixin, BasePage):
    """A post, with its authors, tags, categories and series."""

    date = models.DateField(
        "date",
        null=True,
        blank=True,
        help_text="Printed over the post; posts are listed by it, newest first. Leave empty for the day it goes live.",
    )
    excerpt = models.TextField(
        blank=True,
        max_length=1000,
        help_text="Two or three sentences for lists and search engines. Leave empty to use the beginning of the text.",
    )
    # The beginning of the text is stored, so that a list of posts needn't parse their bodies.
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
                MultipleChooserPanel("post_authors", chooser_field_name="author", heading="Authors", label="author"),
                FieldPanel("tags"),
                FieldPanel("categories", widget=CheckboxSelectMultiple),
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
        *(index.RelatedFields(terms, [index.SearchField("local_name")]) for terms in ("tags", "categories")),
    ]
    objects = PageManager.from_queryset(BlogPostPageQuerySet)()

    parent_page_types = ["blog.BlogIndexPage"]
    subpage_types: list[str] = []
    page_description = "An article, with its authors, tags and pictures."
    write_label = "Write a post"
    list_filter = ["post_authors__author", "categories", "tags", "date"]

    time_field = "date"
    year_lookup = "date__year"
    tag_lookup = "tagged_items__tag"
    schema_type = "BlogPosting"

    class Meta:
        verbose_name = "blog post"
        indexes = [models.Index(fields=["-date", "-page_ptr"], name="blog_post_newest_first")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the post with its opening and reading time. A published post has a date: of the day it went live."""
        self.measure_text()
        if self.live:
            self.date = self.day
        super().save(*args, **kwargs)

    def measure_text(self) -> None:
        """Set the stored opening and reading time from the text."""
        self.opening = opening_words(self.body)
        self.reading_minutes = minutes_to_read(self.body)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Return the post as it would be served, with the date, opening and reading time of the draft."""
        self.measure_text()
        self.date = self.day
        return super().serve_preview(request, mode_name)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context with authors, terms, series, neighbours and related posts."""
        lazy = lazy_context(CONTEXT_NAMES, lambda: build_post_context(self, request))
        return super().get_context(request, *args, **kwargs) | lazy

    def prefetch_terms(self) -> None:
        """Fetch the tags and the authors with their portraits, unless they were fetched before."""
        if self.pk is not None:
            prefetch_related_objects([self], _prefetch_tags(), _prefetch_authors("author__portrait"))

    @property
    def authors(self) -> list[Author]:
        """The authors in their order. A row of a draft may have no author yet."""
        return [named.author for named in self.post_authors.all() if named.author_id]

    @property
    def tag_links(self) -> list[Link]:
        """Links to the pages of the post's tags."""
        return [Link(item.tag.local_name, self.term_url("tag", item.tag.slug)) for item in self.tagged_items.all()]

    def term_url(self, parameter: str, slug: str) -> str:
        """Return the URL of the posts with a term of the taxonomy `parameter`."""
        return term_url(urljoin(self.address, "../"), parameter, slug)

    @property
    def day(self) -> datetime.date:
        """The date of the post, or else the day on which it went live or will; for a draft without any, today."""
        return self.date or timezone.localdate(self.first_published_at or self.go_live_at)

    @property
    def published_at(self) -> datetime.datetime:
        """The printed date as a datetime: the time of publication if it was on that day, else midnight."""
        first = self.first_published_at
        if first and timezone.localdate(first) == self.day:
            return first
        return timezone.make_aware(datetime.datetime.combine(self.day, datetime.time()))

    @property
    def updated_at(self) -> datetime.datetime:
        """The time of the last publication, but not before the printed date."""
        return max(self.published_at, self.last_published_at or self.published_at)

    @property
    def feed_address(self) -> str:
        """The full URL of the post's blog, below which its feeds are."""
        return urljoin(self.full_url or "", "../")

    @property
    def article(self) -> Article:
        """The metadata of the post for search engines."""
        self.prefetch_terms()
        return Article(
            self.published_at,
            self.updated_at,
            [Link(author.name, f"{self.feed_address}authors/{author.slug}/") for author in self.authors],
            section=next((category.local_name for category in self.categories.all()), ""),
            tags=[item.tag.local_name for item in self.tagged_items.all()],
        )

    @property
    def share_line(self) -> str:
        """The date of the post."""
        return date_format(self.day, "DATE_FORMAT")

    @property
    def summary(self) -> str:
        """The excerpt, or else the beginning of the text."""
        return self.excerpt or self.opening

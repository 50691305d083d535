"""The blog's contents page, and the addresses beneath it that are no posts."""

from functools import partial
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import re_path

from blog.addresses import SEGMENTS
from blog.archive import list_archive
from blog.listing import list_posts, select_posts
from blog.subjects import find_period, find_subject, find_subject_addresses, list_subjects
from blog.views import archive, post_list, subject_list
from galley.async_pages import AsyncRoutablePageMixin
from home.base_page import BasePage, IntroductionMixin

SEGMENT = f"(?P<segment>{'|'.join(SEGMENTS.values())})"


class BlogIndexPage(AsyncRoutablePageMixin, IntroductionMixin, BasePage):
    """The list of posts, newest first, filtered by tag, category, author and year; its archive and subjects."""

    posts_per_page = models.PositiveSmallIntegerField(
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="How many posts stand on one page of the list, from 1 to 100.",
    )

    content_panels = [
        *BasePage.content_panels,
        *IntroductionMixin.introduction_panels,
        FieldPanel("posts_per_page"),
    ]
    subpage_types = ["blog.BlogPostPage"]
    page_description = "The list of your posts. Posts are added under it."

    schema_type = "Blog"

    async_view = staticmethod(post_list)

    class Meta:
        verbose_name = "blog"

    @property
    def feed_address(self) -> str:
        """The full address under which the feeds stand: the blog's own."""
        return self.full_url or ""

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Return what the site map tells of the blog: itself, and the pages of what its posts have in common."""
        subjects = find_subject_addresses(self, request)
        return [*super().get_sitemap_urls(request), *({"location": address} for address in subjects)]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context, what a route adds, and the `listing` that is asked for, read once it is printed."""
        subject = kwargs.get("subject")
        selection = select_posts(request, self, subject)
        return (
            super().get_context(request, *args)
            | kwargs
            | {
                "listing": SimpleLazyObject(lambda: list_posts(request, self, selection, subject)),
                "listing_address": selection.address_asked,
            }
        )

    @re_path(r"^archive/$")
    def archive(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with all years and months."""
        return self.answer_async(request, partial(archive, archive=list_archive(self, request)))

    @re_path(r"^(?P<year>[0-9]{4})/(?:(?P<month>0[1-9]|1[0-2])/)?$")
    def period(self, request: HttpRequest, year: str, month: str | None = None) -> HttpResponseBase:
        """Answer with the posts of a year or a month."""
        subject = find_period(self, request, int(year), int(month) if month else None)
        return self.answer_async(request, partial(post_list, subject=subject))

    @re_path(rf"^{SEGMENT}/$")
    def subjects(self, request: HttpRequest, segment: str) -> HttpResponseBase:
        """Answer with all tags, authors, categories or series."""
        return self.answer_async(request, partial(subject_list, subjects=list_subjects(self, request, segment)))

    @re_path(rf"^{SEGMENT}/(?P<slug>[^/]+)/$")
    def subject(self, request: HttpRequest, segment: str, slug: str) -> HttpResponseBase:
        """Answer with the posts that have a tag, author, category or series."""
        return self.answer_async(request, partial(post_list, subject=find_subject(self, request, segment, slug)))

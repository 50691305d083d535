"""The blog's contents page."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from wagtail.admin.panels import FieldPanel

from blog.listing import list_posts, select_posts
from blog.views import post_list
from home.async_views import AsyncViewMixin
from home.base_page import BasePage, IntroductionMixin


class BlogIndexPage(AsyncViewMixin, IntroductionMixin, BasePage):
    """The list of posts, newest first, filtered by tag, category, author and year."""

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

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context and the `listing` that the request asks for, which is read once it is printed."""
        selection = select_posts(request, self)
        return super().get_context(request, *args, **kwargs) | {
            "listing": SimpleLazyObject(lambda: list_posts(request, self, selection)),
            "listing_address": selection.address_asked,
        }

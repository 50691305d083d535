"""The list of posts, and its routes: the archive and the pages of groups of posts."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import re_path

from blog.archive import list_archive
from blog.listing import list_posts, select_posts
from blog.models.post import BlogPostPage
from blog.models.taxonomy import TERMS, get_term
from blog.taxonomy_pages import BY_SEGMENT, TAXONOMIES, describe_term, find_period, find_term_urls, list_terms, term_url
from galley.async_pages import AsyncRoutablePageMixin
from galley.desk.renaming import find_present_slug, redirect_former_urls
from galley.listings import Selection, page_or_partial, readable_children
from home.base_page import BasePage, IntroductionMixin

SEGMENT = f"(?P<segment>{'|'.join(BY_SEGMENT)})"


class BlogIndexPage(AsyncRoutablePageMixin, IntroductionMixin, BasePage):
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

    async_view = staticmethod(page_or_partial)

    class Meta:
        verbose_name = "blog"

    @property
    def feed_address(self) -> str:
        """The full URL of the blog, below which its feeds are."""
        return self.full_url or ""

    def readable_posts(self) -> QuerySet[Any]:
        """Return the posts of the blog that its readers may read."""
        return readable_children(BlogPostPage, self)

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Return the sitemap entries of the blog and of the pages of all terms."""
        return [*super().get_sitemap_urls(request), *({"location": url} for url in find_term_urls(self, request))]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context, `kwargs` of a route, and the `listing`, read when the template first uses it."""
        group = kwargs.get("group")
        selection = self.follow_renames(select_posts(request, self, group))
        return (
            super().get_context(request, *args)
            | kwargs
            | {
                "listing": SimpleLazyObject(lambda: list_posts(request, self, selection, group)),
                "listing_address": selection.address_asked,
            }
        )

    def follow_renames(self, selection: Selection) -> Selection:
        """Return `selection` with the present slugs of terms that were renamed or merged. Blocks."""
        present = {one: find_present_slug(slug, TERMS[one]) for one, slug in selection.values.items() if one in TERMS}
        return replace(selection, values={**selection.values, **present})

    def answer_route(self, request: HttpRequest, template: str = "", **context: Any) -> HttpResponseBase:
        """Return the response of `page_or_partial` with `template` and `context`."""
        return self.answer_async(request, partial(page_or_partial, template=template, **context))

    @re_path(r"^archive/$")
    def archive(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page of all years and months."""
        return self.answer_route(request, "pages/blog_archive.html", archive=list_archive(self, request))

    @re_path(r"^(?P<year>[0-9]{4})/(?:(?P<month>0[1-9]|1[0-2])/)?$")
    def period(self, request: HttpRequest, year: str, month: str | None = None) -> HttpResponseBase:
        """Return the posts of a year or a month."""
        group = find_period(self, request, int(year), int(month) if month else None)
        return self.answer_route(request, group=group)

    @re_path(rf"^{SEGMENT}/$")
    def terms(self, request: HttpRequest, segment: str) -> HttpResponseBase:
        """Return all tags, authors, categories or series."""
        terms = list_terms(self, request, BY_SEGMENT[segment].filter.parameter)
        return self.answer_route(request, "pages/blog_terms.html", terms=terms)

    @re_path(rf"^{SEGMENT}/(?P<slug>[^/]+)/$")
    def term(self, request: HttpRequest, segment: str, slug: str) -> HttpResponseBase:
        """Return the posts with a tag, author, category or series."""
        parameter = BY_SEGMENT[segment].filter.parameter
        return self.answer_route(request, group=describe_term(self, request, parameter, get_term(parameter, slug)))


def find_term_urls_by_blog(parameter: str, term: Any) -> dict[int, str]:
    """Return the URL of the posts with `term` in each blog where somebody can read such a post. Blocks."""
    condition = {TAXONOMIES[parameter].filter.value.removesuffix("__slug"): term.pk}
    blogs = (blog for blog in BlogIndexPage.objects.live() if blog.readable_posts().filter(**condition).exists())
    return {blog.pk: term_url(blog.url, parameter, term.slug) for blog in blogs}


for name, model in TERMS.items():
    redirect_former_urls(model, partial(find_term_urls_by_blog, name))

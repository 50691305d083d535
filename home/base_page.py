"""The base class of every page type, and mixins with common fields."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.coreutils import camelcase_to_underscore
from wagtail.models import Page, PageViewRestriction, Revision
from wagtail.search import index

from galley.async_pages import ThreadSafeStreamField
from galley.desk.copying import FreeSlugCopyForm
from galley.history.autosave import can_overwrite
from galley.markdown import limit_time
from home.blocks import BodyBlock
from home.page_form import PageForm


class BasePage(Page):
    """The base of every page type. The template of a type is `pages/<type_name>.html`.

    A type may define more attributes, such as `schema_type`: `docs/reference/page-attributes.md`.
    """

    share_image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        verbose_name="picture for sharing",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Shown where somebody shares this page. Best 1200 × 630 pixels or larger.",
    )
    canonical_url = models.URLField(
        "original address",
        blank=True,
        help_text="Only if this text first appeared elsewhere: its address there. Search engines credit that page.",
    )

    base_form_class = PageForm
    copy_form_class = FreeSlugCopyForm
    write_label = ""
    """The text of the dashboard's link that begins a page of this type, such as "Write a post"; none if empty."""

    # A copy is a plain draft: it isn't scheduled, so it doesn't show dates as if it were.
    exclude_fields_in_copy = ["go_live_at", "expire_at"]

    promote_panels = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
            heading="For search engines",
        ),
        MultiFieldPanel([FieldPanel("share_image"), FieldPanel("canonical_url")], heading="Sharing"),
        MultiFieldPanel([FieldPanel("show_in_menus")], heading="Menu"),
    ]

    is_known_public = False
    """Whether page routing (`galley.page_cache.page_routing`) has found that the page has no view restriction."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the page. An alias that goes live has the first publication of its source, which Wagtail leaves out."""
        if self.live and self.alias_of_id and not self.first_published_at:  # type: ignore[has-type]
            self.first_published_at = self.alias_of.first_published_at
        super().save(*args, **kwargs)

    def save_revision(
        self, user: Any = None, *args: Any, overwrite_revision: Revision | None = None, **kwargs: Any
    ) -> Revision:
        """Save a revision. Autosave overwrites its own last one, unless that should stay in the history.

        Raises PermissionDenied if `overwrite_revision` is of somebody else, or isn't the latest.
        """
        if overwrite_revision and overwrite_revision == self.latest_revision:
            is_own = overwrite_revision.user_id == (user and user.pk)
            if is_own and not can_overwrite(overwrite_revision, self):
                overwrite_revision = None
        return super().save_revision(user, *args, overwrite_revision=overwrite_revision, **kwargs)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Return the draft as a page. A Markdown text that takes long shows as it is, so that it holds up nobody."""
        with limit_time():
            response = super().serve_preview(request, mode_name)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    def get_route_paths(self) -> list[str]:
        """Return the routes for which a rename or a move leaves redirects: none before the first publication.

        Otherwise the redirect would tell visitors the new address of a draft.
        """
        return super().get_route_paths() if self.live or self.first_published_at else []

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Return Wagtail's sitemap entry; none if the original of the text is at another address."""
        return [] if self.canonical_url or self.alias_of_id else super().get_sitemap_urls(request)

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        """Return the view restrictions of the page and of pages above it, without a query if there are none."""
        return PageViewRestriction.objects.none() if self.is_known_public else super().get_view_restrictions()

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """Return the template's name, which follows from the name of the class."""
        return f"pages/{camelcase_to_underscore(type(self).__name__)}.html"


class IntroductionMixin(models.Model):
    """A short text under the title."""

    introduction = models.TextField(
        blank=True,
        max_length=600,
        help_text="One to three sentences under the title that say what this page is about.",
    )

    introduction_panels = [FieldPanel("introduction")]
    introduction_search_fields = [index.SearchField("introduction")]

    class Meta:
        abstract = True


class LeadImageMixin(models.Model):
    """The image of the page, shown at its head and in lists."""

    lead_image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The large picture at the head of the page, also shown in lists.",
    )
    lead_image_alt = models.CharField(
        "lead image alt text",
        max_length=255,
        blank=True,
        help_text="What the picture shows, for people who can't see it. Leave empty if it is only decoration.",
    )
    lead_image_caption = models.CharField(
        max_length=255,
        blank=True,
        help_text="Printed beside the picture. Leave empty for none.",
    )

    lead_image_panels = [
        MultiFieldPanel(
            [FieldPanel("lead_image"), FieldPanel("lead_image_alt"), FieldPanel("lead_image_caption")],
            heading="Lead image",
        )
    ]

    class Meta:
        abstract = True


class BodyMixin(models.Model):
    """The body of the page, a stream of blocks."""

    body: Any = ThreadSafeStreamField(
        BodyBlock(),
        blank=True,
        help_text="The text of the page. Press + to add a paragraph, Markdown, a picture and more, in any order.",
    )

    body_panels = [FieldPanel("body")]
    body_search_fields = [index.SearchField("body")]

    class Meta:
        abstract = True

"""The portfolio and its projects."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from galley.async_pages import AsyncViewMixin
from galley.async_pages.redirects import find_present_urls
from galley.desk.renaming import redirect_former_urls
from galley.desk.terms import TagTerm
from galley.listings import (
    Link,
    ListedPageMixin,
    find_list_position,
    lazy_context,
    page_or_partial,
    readable_children,
    set_addresses,
)
from galley.writing.several import PicturesPanel
from home.base_page import BasePage, BodyMixin, IntroductionMixin, LeadImageMixin
from portfolio.listing import list_projects, select_projects


class PortfolioIndexPage(AsyncViewMixin, IntroductionMixin, BasePage):
    """The list of projects."""

    content_panels = [*BasePage.content_panels, *IntroductionMixin.introduction_panels]
    subpage_types = ["portfolio.ProjectPage"]
    page_description = "The list of your projects. Projects are added under it."

    schema_type = "CollectionPage"

    async_view = staticmethod(page_or_partial)

    class Meta:
        verbose_name = "portfolio"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context and the requested `listing`, which is read when the template first uses it."""
        selection = select_projects(request, self)
        return super().get_context(request, *args, **kwargs) | {
            "listing": SimpleLazyObject(lambda: list_projects(request, self.readable_projects(), selection)),
            "listing_address": selection.address_asked,
        }

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return the list. The address of a skill that was renamed leads to its present one."""
        address = request.get_full_path()
        present = find_present_urls([address]).get(address) if "skill" in request.GET else None
        return redirect(present, permanent=True) if present else super().serve(request, *args, **kwargs)

    def readable_projects(self) -> QuerySet[Any]:
        """Return the projects of this portfolio that its readers may read."""
        return readable_children(ProjectPage, self)


class Skill(TagTerm):
    """A skill by which projects are grouped, such as 'typesetting'."""

    class Meta(TagTerm.Meta):
        verbose_name = "skill"


class ProjectSkill(ItemBase):
    """A skill of a project."""

    tag = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="project_skills")
    content_object = ParentalKey("portfolio.ProjectPage", on_delete=models.CASCADE, related_name="project_skills")


class ProjectPageQuerySet(PageQuerySet):
    """Projects."""

    def with_skills(self) -> "ProjectPageQuerySet":
        """Fetch the picture and the skills of all projects with two queries."""
        skills = Prefetch("project_skills", queryset=ProjectSkill.objects.select_related("tag"))
        return self.select_related("lead_image").prefetch_related(skills)


class ProjectPage(ListedPageMixin, LeadImageMixin, IntroductionMixin, BodyMixin, BasePage):
    """A project with its case study."""

    client = models.CharField(max_length=120, blank=True, help_text="For whom the work was done.")
    year = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
        help_text="The year in which the work was finished, with four digits.",
    )
    role = models.CharField(max_length=120, blank=True, help_text="What you did in it, for example 'Art direction'.")
    skills = ClusterTaggableManager(
        through=ProjectSkill,
        blank=True,
        help_text="The crafts that this project shows. Type a word and press Enter; visitors can filter by them.",
    )
    featured = models.BooleanField(default=False, help_text="Tick this to show the project on the home page.")

    content_panels = [
        *BasePage.content_panels,
        *IntroductionMixin.introduction_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("client"), FieldPanel("year")]),
                FieldPanel("role"),
                FieldPanel("skills"),
                FieldPanel("featured"),
            ],
            heading="The project",
        ),
        *LeadImageMixin.lead_image_panels,
        *BodyMixin.body_panels,
        PicturesPanel(
            "gallery",
            chooser_field_name="image",
            heading="Gallery",
            label="picture",
            help_text="Pictures at the end of the case study.",
        ),
        InlinePanel("links", heading="Links", label="link", help_text="Where the work can be seen."),
    ]
    search_fields = [
        *BasePage.search_fields,
        *BodyMixin.body_search_fields,
        index.SearchField("introduction"),
        index.SearchField("client"),
        index.FilterField("year"),
        index.FilterField("featured"),
        index.RelatedFields("skills", [index.SearchField("name")]),
    ]
    objects = PageManager.from_queryset(ProjectPageQuerySet)()

    parent_page_types = ["portfolio.PortfolioIndexPage"]
    subpage_types: list[str] = []
    page_description = "A piece of work: what it was, for whom, and how it was done."
    write_label = "Add a project"
    list_filter = ["skills", "year"]

    time_field = "year"
    year_lookup = "year"
    tag_lookup = "project_skills__tag"
    schema_type = "CreativeWork"

    class Meta:
        verbose_name = "project"
        indexes = [
            models.Index(fields=["-year", "-page_ptr"], name="project_newest_first"),
            models.Index(fields=["-year"], name="project_featured", condition=models.Q(featured=True)),
        ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context with the project's skills, sequence number and neighbours."""
        names = ("skill_links", "sequence_number", "previous_project", "next_project")
        return super().get_context(request, *args, **kwargs) | lazy_context(names, lambda: self._describe(request))

    def _describe(self, request: HttpRequest) -> dict[str, Any]:
        if self.pk is not None:
            prefetch_related_objects([self], "gallery__image", "project_skills__tag")
        set_addresses([self], request)
        position = find_list_position(self, request)
        return {
            "skill_links": self.skill_links,
            "sequence_number": position.number,
            "previous_project": position.previous,
            "next_project": position.next,
        }

    @property
    def share_line(self) -> str:
        """The client and the year of the project."""
        return ", ".join(filter(None, [self.client, str(self.year)]))

    @property
    def skill_links(self) -> list[Link]:
        """Links to the lists of projects with each skill."""
        return [Link(item.tag.name, self.list_url("skill", item.tag.slug)) for item in self.project_skills.all()]


class ProjectPicture(Orderable):
    """A picture in a project's gallery."""

    page = ParentalKey(ProjectPage, on_delete=models.CASCADE, related_name="gallery")
    image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Choose a picture from the library, or upload one.",
    )
    alt_text = models.CharField(
        max_length=255,
        blank=True,
        help_text="What the picture shows, for people who can't see it. Leave empty if it is only decoration.",
    )
    caption = models.CharField(max_length=255, blank=True, help_text="Printed under the picture.")

    panels = [FieldPanel("image"), FieldPanel("alt_text"), FieldPanel("caption")]


class ProjectLink(Orderable):
    """A link to the work."""

    page = ParentalKey(ProjectPage, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=120, help_text="The words that are shown.")
    url = models.URLField("address", help_text="Where the link leads, starting with https://")

    panels = [FieldPanel("label"), FieldPanel("url")]


def find_skill_urls(skill: Skill) -> dict[int, str]:
    """Return the URL of the projects with `skill` in each portfolio where somebody can read one. Blocks."""
    portfolios = PortfolioIndexPage.objects.live()
    return {
        index.pk: f"{index.url}?{urlencode({'skill': skill.slug})}"
        for index in portfolios
        if index.readable_projects().filter(project_skills__tag=skill).exists()
    }


redirect_former_urls(Skill, find_skill_urls)

"""One factory per page type, and the small site that they build: one page of every type.

Numbers have four digits, so that no title, name or slug is a part of another: a test may ask whether one is in a page.
"""

from dataclasses import dataclass, fields
from functools import cache

import factory
import wagtail_factories
from django.contrib.auth import get_user_model
from wagtail.models import Page, Site

from blog.models import Author, BlogIndexPage, BlogPostPage
from forms.models import ContactPage
from home.models import HomePage, SiteImage, StandardPage
from portfolio.models import PortfolioIndexPage, ProjectPage


class EditorFactory(factory.django.DjangoModelFactory):
    username = factory.Sequence(lambda number: f"editor-{number:04}")
    email = factory.LazyAttribute(lambda editor: f"{editor.username}@example.org")
    password = factory.django.Password("proof-reading")
    is_superuser = True

    class Meta:
        model = get_user_model()


class SiteImageFactory(wagtail_factories.ImageFactory):
    description = "A compositor's stick"

    class Meta:
        model = SiteImage


class HomePageFactory(wagtail_factories.PageFactory):
    title = "Galley"

    class Meta:
        model = HomePage


class StandardPageFactory(wagtail_factories.PageFactory):
    title = "About us"

    class Meta:
        model = StandardPage


class ContactPageFactory(wagtail_factories.PageFactory):
    title = "Contact"

    class Meta:
        model = ContactPage


class PortfolioIndexPageFactory(wagtail_factories.PageFactory):
    title = "Portfolio"

    class Meta:
        model = PortfolioIndexPage


class ProjectPageFactory(wagtail_factories.PageFactory):
    title = factory.Sequence(lambda number: f"Project {number:04}")
    year = 2024

    class Meta:
        model = ProjectPage


class BlogIndexPageFactory(wagtail_factories.PageFactory):
    title = "Blog"

    class Meta:
        model = BlogIndexPage


class BlogPostPageFactory(wagtail_factories.PageFactory):
    title = factory.Sequence(lambda number: f"Post {number:04}")
    body = [("markdown", "A *galley proof* is made to be corrected.")]

    class Meta:
        model = BlogPostPage


class AuthorFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda number: f"Author {number:04}")
    slug = factory.Sequence(lambda number: f"author-{number:04}")

    class Meta:
        model = Author


@dataclass
class SmallSite:
    """One page of every type."""

    home: HomePage
    about: StandardPage
    blog: BlogIndexPage
    post: BlogPostPage
    portfolio: PortfolioIndexPage
    project: ProjectPage
    contact: ContactPage

    def pages(self) -> list[Page]:
        return list(vars(self).values())


def add_small_site(hostname: str) -> None:
    """Replace Wagtail's welcome page by one page of every type."""
    Site.objects.all().delete()
    home = HomePageFactory(parent=Page.objects.get(depth=1))
    Site.objects.create(hostname=hostname, root_page=home, is_default_site=True)
    blog = BlogIndexPageFactory(parent=home)
    portfolio = PortfolioIndexPageFactory(parent=home)
    StandardPageFactory(parent=home)
    BlogPostPageFactory(parent=blog)
    ProjectPageFactory(parent=portfolio)
    ContactPageFactory(parent=home)


def load_small_site() -> SmallSite:
    """Return the first page of each type: those that `add_small_site` has added."""
    return SmallSite(**{field.name: field.type.objects.raw(_first_of(field.type))[0] for field in fields(SmallSite)})


@cache
def _first_of(kind: type[Page]) -> str:
    """Return the SQL of the first page of a type: to make it takes longer than to run it, and most tests run it."""
    return str(kind.objects.order_by("pk")[:1].query)

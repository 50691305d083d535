"""A small site that tests share: one page of every kind, and an editor."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AbstractUser
from django.http import HttpResponse
from django.test import AsyncClient
from wagtail import hooks
from wagtail.models import Page, Site

from blog.models import BlogIndexPage, BlogPostPage
from forms.models import ContactPage
from home.models import HomePage, StandardPage
from portfolio.models import PortfolioIndexPage, ProjectPage
from tests.factories import (
    BlogIndexPageFactory,
    BlogPostPageFactory,
    ContactPageFactory,
    EditorFactory,
    HomePageFactory,
    PortfolioIndexPageFactory,
    ProjectPageFactory,
    StandardPageFactory,
)

pytest_plugins = ["tests.skips", "tests.services", "tests.processes"]


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


def build_small_site(hostname: str) -> SmallSite:
    """Replace Wagtail's welcome page by one page of every type."""
    Site.objects.all().delete()
    home = HomePageFactory(parent=Page.objects.get(depth=1))
    Site.objects.create(hostname=hostname, root_page=home, is_default_site=True)
    blog = BlogIndexPageFactory(parent=home)
    portfolio = PortfolioIndexPageFactory(parent=home)
    return SmallSite(
        home=home,
        about=StandardPageFactory(parent=home),
        blog=blog,
        post=BlogPostPageFactory(parent=blog),
        portfolio=portfolio,
        project=ProjectPageFactory(parent=portfolio),
        contact=ContactPageFactory(parent=home),
    )


@pytest.fixture
def small_site(db: None) -> SmallSite:
    return build_small_site(hostname="testserver")


@pytest.fixture
def editor(db: None) -> AbstractUser:
    return EditorFactory()


@pytest.fixture
def asgi_get(async_client: AsyncClient) -> Callable[..., HttpResponse]:
    """GET through Django's ASGI handler; `async_to_sync` keeps sync parts on the test's own thread and connection."""
    return async_to_sync(async_client.get)


@pytest.fixture
def asgi_post(async_client: AsyncClient) -> Callable[..., HttpResponse]:
    """POST through Django's ASGI handler, as `asgi_get` does."""
    return async_to_sync(async_client.post)


@pytest.fixture
def register_hook() -> Iterator[Callable[[str, Callable], None]]:
    """Register Wagtail hooks for the length of the test."""
    with ExitStack() as registered:

        def register(name: str, hook: Callable) -> None:
            registered.enter_context(hooks.register_temporarily(name, hook))

        yield register

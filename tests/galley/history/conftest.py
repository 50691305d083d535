"""A post that two people edit."""

import pytest
from django.contrib.auth import get_user_model

from blog.models import BlogPostPage
from tests.conftest import SmallSite
from tests.databases import AddToSmallSite
from tests.factories import EditorFactory
from tests.galley.history.desks import Window

# What the form says that both have opened: loading Wagtail's editor takes long, so it is done once for many tests.
OPENED: dict[str, str] = {}


def open_twice(small_site: SmallSite) -> None:
    """Let Anna and Ben open the post."""
    small_site.post.body = [{"type": "markdown", "value": "Opened", "id": "block-0"}]
    small_site.post.save_revision().publish()
    post = BlogPostPage.objects.get()
    for editor in (
        EditorFactory(username="anna", first_name="Anna", last_name="Berg"),
        EditorFactory(username="ben"),
    ):
        OPENED.update(Window(post, editor).loaded)


@pytest.fixture
def add_to_small_site() -> AddToSmallSite:
    return open_twice


@pytest.fixture
def post(added_to_small_site: None) -> BlogPostPage:
    return BlogPostPage.objects.get()


@pytest.fixture
def anna(post: BlogPostPage) -> Window:
    return Window(post, get_user_model().objects.get(username="anna"), dict(OPENED))


@pytest.fixture
def ben(post: BlogPostPage, anna: Window) -> Window:
    """Has opened the page when Anna had, too."""
    return Window(post, get_user_model().objects.get(username="ben"), dict(OPENED))

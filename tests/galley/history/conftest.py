"""A post that two people edit."""

import pytest

from blog.models import BlogPostPage
from tests.conftest import SmallSite
from tests.factories import EditorFactory
from tests.galley.history.desks import Window


@pytest.fixture
def post(small_site: SmallSite) -> BlogPostPage:
    small_site.post.body = [{"type": "markdown", "value": "Opened", "id": "block-0"}]
    small_site.post.save_revision().publish()
    return BlogPostPage.objects.get()


@pytest.fixture
def anna(post: BlogPostPage) -> Window:
    return Window(post, EditorFactory(first_name="Anna", last_name="Berg"))


@pytest.fixture
def ben(post: BlogPostPage, anna: Window) -> Window:
    """Has opened the page when Anna had, too."""
    return Window(post)

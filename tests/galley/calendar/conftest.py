"""Posts at times."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from blog.models import BlogPostPage
from tests.factories import BlogPostPageFactory, SmallSite


@pytest.fixture
def schedule(small_site: SmallSite) -> Callable[..., BlogPostPage]:
    """Schedule a post for a time."""

    def schedule(title: str, time: datetime.datetime, **fields: Any) -> BlogPostPage:
        post = BlogPostPageFactory(parent=small_site.blog, title=title, live=False, go_live_at=time, **fields)
        post.save_revision().publish()
        return post

    return schedule

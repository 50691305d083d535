"""Posts at times, and people who may do some things with them."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from wagtail.models import GroupPagePermission

from blog.models import BlogPostPage
from tests.factories import BlogPostPageFactory, EditorFactory, SmallSite


@pytest.fixture
def schedule(small_site: SmallSite) -> Callable[..., BlogPostPage]:
    """Schedule a post for a time."""

    def schedule(title: str, time: datetime.datetime, **fields: Any) -> BlogPostPage:
        post = BlogPostPageFactory(parent=small_site.blog, title=title, live=False, go_live_at=time, **fields)
        post.save_revision().publish()
        return post

    return schedule


@pytest.fixture
def member(small_site: SmallSite) -> Callable[..., Any]:
    """Return somebody who may enter the admin, and has these permissions on the blog."""

    def member(*codenames: str) -> Any:
        group = Group.objects.create(name="-".join(codenames))
        group.permissions.set(Group.objects.get(name="Editors").permissions.all())
        for codename in codenames:
            GroupPagePermission.objects.create(group=group, page=small_site.blog, permission_type=codename)
        user = EditorFactory(is_superuser=False)
        user.groups.add(group)
        return user

    return member

"""People who may do some things with the pages of the blog."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models.signals import post_save
from wagtail.models import GroupPagePermission

from galley.page_lists.apps import READ_NEWEST
from galley.page_lists.newest import request_reading
from tests.factories import EditorFactory, SmallSite


@pytest.fixture(autouse=True)
def reading() -> Iterator[None]:
    """Read the newest versions, which all other tests do without."""
    post_save.connect(request_reading, dispatch_uid=READ_NEWEST)
    yield
    post_save.disconnect(dispatch_uid=READ_NEWEST)


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

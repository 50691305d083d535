"""People who come to the admin, for the tests of all parts."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tests.factories import EditorFactory, SmallSite


@pytest.fixture
def client_of(small_site: SmallSite) -> Callable[..., Client]:
    """Return a client for a new member of a group, with the user as `client.user`."""

    def make(*groups: str) -> Client:
        user = EditorFactory(is_superuser=False)
        user.groups.set(Group.objects.filter(name__in=groups))
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return make

"""The settings of the small site."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from home.models import SiteSettings
from tests.factories import EditorFactory, SmallSite


@pytest.fixture
def change_settings(small_site: SmallSite):
    """Change the settings as a program does."""

    def change(**fields: Any) -> SiteSettings:
        found = SiteSettings.for_site(small_site.home.get_site())
        for name, value in fields.items():
            setattr(found, name, value)
        found.save()
        return found

    return change


def client_in(role: str, **fields: Any) -> Client:
    """Return the client of somebody who has only this role."""
    user = EditorFactory(is_superuser=False, **fields)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def chief(small_site: SmallSite) -> Client:
    return client_in("Chief editors", username="chief", email="chief@example.org")

"""Only its own user is given the key of what the browser stores."""

import base64

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.factories import EditorFactory


def keys(client: Client) -> list[str]:
    response = client.get(reverse("unsaved_form_keys"))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.json()["keys"]


@pytest.mark.django_db
def test_each_user_has_a_key(client: Client, editor: AbstractUser) -> None:
    client.force_login(editor)
    (own,) = keys(client)
    assert len(base64.b64decode(own)) == 32
    client.logout()
    client.force_login(EditorFactory(username="another"))
    assert keys(client) != [own]
    client.logout()
    client.force_login(editor)
    assert keys(client) == [own]


@pytest.mark.django_db
def test_a_new_secret_key_adds_one(client: Client, editor: AbstractUser, settings: Settings) -> None:
    client.force_login(editor)
    (old,) = keys(client)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret of the site"
    client.force_login(editor)
    new, still = keys(client)
    assert still == old
    assert new != old


@pytest.mark.django_db
def test_nobody_else_is_given_one(client: Client) -> None:
    assert client.get(reverse("unsaved_form_keys")).status_code == 302

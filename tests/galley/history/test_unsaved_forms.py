"""Only its own user is given the key of what the browser stores."""

import base64

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from galley.history.models import UnsavedFormKey
from tests.factories import EditorFactory, SmallSite


def key_of(client: Client, user: AbstractUser) -> str:
    client.force_login(user)
    response = client.get(reverse("unsaved_form_key"))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.json()["key"]


@pytest.mark.django_db
def test_each_user_has_a_key(client: Client, editor: AbstractUser) -> None:
    own = key_of(client, editor)
    assert len(base64.b64decode(own)) == 32
    assert key_of(client, EditorFactory(username="another")) != own
    client.logout()
    assert key_of(client, editor) == own


@pytest.mark.django_db
def test_it_stays_the_same_with_a_new_secret_key(client: Client, editor: AbstractUser, settings: Settings) -> None:
    own = key_of(client, editor)
    settings.SECRET_KEY = "another secret of the site"
    assert key_of(client, editor) == own


@pytest.mark.django_db
def test_it_stays_the_same_with_a_new_password(client: Client, editor: AbstractUser) -> None:
    own = key_of(client, editor)
    editor.set_password("another password")
    editor.save()
    assert key_of(client, editor) == own


@pytest.mark.django_db
def test_nobody_else_is_given_one(client: Client) -> None:
    assert client.get(reverse("unsaved_form_key")).status_code == 302
    assert not UnsavedFormKey.objects.exists()


@pytest.mark.django_db
def test_it_says_from_which_forms_pages_were_created(
    client: Client, editor: AbstractUser, small_site: SmallSite
) -> None:
    client.force_login(editor)
    address = reverse("wagtailadmin_pages:add", args=["blog", "blogpostpage", small_site.blog.pk])
    form = {"title": "", "slug": "", "body-count": "0", "unsaved_form": "a"}
    rows = {"post_authors-TOTAL_FORMS": "0", "post_authors-INITIAL_FORMS": "0"}
    # Without a title, nothing is published.
    assert client.post(address, form | rows | {"action-publish": "1"}).status_code == 200
    assert client.get(reverse("unsaved_form_key")).json()["saved"] == []
    assert client.post(address, form | rows | {"title": "New", "unsaved_form": "b"}).status_code == 302
    assert client.get(reverse("unsaved_form_key")).json()["saved"] == ["b"]

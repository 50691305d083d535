"""The address at which the page editor learns who is signed in, and gets a new CSRF token."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import EditorFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/session/"
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def editor() -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(EditorFactory(username="wilhelmina"))
    return client


def test_it_names_the_user_and_gives_a_token_that_works(editor: Client) -> None:
    answer = editor.get(ADDRESS, headers=SCRIPT)
    user = get_user_model().objects.get(username="wilhelmina")
    assert (answer.json()["user"], answer.json()["name"]) == (str(user.pk), "wilhelmina")
    refused = editor.post(ADDRESS, headers=SCRIPT)
    assert refused.status_code == 403
    accepted = editor.post(ADDRESS, headers=SCRIPT | {"X-CSRFToken": answer.json()["token"]})
    assert accepted.json()["name"] == "wilhelmina"


def test_a_token_from_before_another_sign_in_is_refused(editor: Client) -> None:
    """A page that was opened by one person isn't taken for another's."""
    token = editor.get(ADDRESS, headers=SCRIPT).json()["token"]
    EditorFactory(username="somebody-else", password="proof-reading")
    del editor.cookies["sessionid"]
    assert editor.get("/admin/login/").status_code == 200
    fields = {"username": "somebody-else", "password": "proof-reading", "csrfmiddlewaretoken": token}
    assert editor.post("/admin/login/", fields).status_code == 302
    assert editor.get(ADDRESS, headers=SCRIPT).json()["name"] == "somebody-else"
    assert editor.post(ADDRESS, headers=SCRIPT | {"X-CSRFToken": token}).status_code == 403


def test_nothing_of_it_is_stored(editor: Client) -> None:
    for headers in (SCRIPT, {}):
        cache_control = editor.get(ADDRESS, headers=headers)["Cache-Control"]
        assert {"no-store", "private"} <= set(cache_control.split(", "))


def test_a_page_of_another_origin_gets_nothing(editor: Client) -> None:
    for site in ("cross-site", "same-site"):
        answer = editor.get(ADDRESS, headers=SCRIPT | {"Sec-Fetch-Site": site})
        assert answer.status_code == 403
        assert b"token" not in answer.content
    answer = editor.options(ADDRESS, headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_a_scripts_header_there_is_no_token(editor: Client) -> None:
    """An address that is opened in a tab, or named in a <script> of another site."""
    answer = editor.get(ADDRESS)
    assert b"You are signed in" in answer.content
    assert not answer.cookies.get("csrftoken")


def test_nobody_is_told_anything_without_a_session(client: Client) -> None:
    answer = client.get(ADDRESS, headers=SCRIPT)
    assert (answer.status_code, answer.cookies.get("csrftoken")) == (403, None)
    assert client.get(ADDRESS).headers["Location"] == f"/admin/login/?next={ADDRESS}"


def test_another_secret_key_of_the_site_ends_the_session_and_lets_the_user_log_in_again(
    editor: Client, settings: Settings
) -> None:
    EditorFactory(username="theodora", password="proof-reading")
    settings.SECRET_KEY = "another secret of the site"
    assert editor.get(ADDRESS, headers=SCRIPT).status_code == 403
    editor.get("/admin/login/")
    fields = {"username": "theodora", "password": "proof-reading"}
    token = editor.cookies["csrftoken"].value
    assert editor.post("/admin/login/", fields | {"csrfmiddlewaretoken": token}).status_code == 302
    assert editor.get(ADDRESS, headers=SCRIPT).json()["name"] == "theodora"


def test_a_user_without_access_to_the_admin_is_told_only_that(client: Client) -> None:
    """Somebody may be writing while a chief editor takes the right away. It isn't the session that has ended."""
    client.force_login(EditorFactory(is_superuser=False))
    answer = client.get(ADDRESS, headers=SCRIPT)
    assert answer.status_code == 403
    assert list(answer.json()) == ["cause"]
    assert "may not use the admin any more. Your text is still here" in answer.json()["cause"]
    assert client.get(ADDRESS).headers["Location"].startswith("/admin/login/")


def test_the_sign_in_may_stand_in_a_frame_of_this_site_only(client: Client) -> None:
    assert client.get("/admin/login/").headers["X-Frame-Options"] == "SAMEORIGIN"

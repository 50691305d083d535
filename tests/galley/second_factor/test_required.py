"""Where a second factor is required, nobody works without one, and everybody can set it up."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction
from django.http import HttpRequest
from django.test import Client

from tests.galley.second_factor.conftest import PASSWORD, SECOND_STEP, Phone, code_for, is_signed_in

INDEX = "/admin/account/second-factor/"
ACTIVATE = f"{INDEX}totp/activate/"
SESSION = "/admin/session/"
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
DEACTIVATE = f"{INDEX}totp/deactivate/"


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = ["*"]


def user_of(client: Client) -> Any:
    request = HttpRequest()
    request.session = client.session
    return get_user(request)


def set_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    secret = re.search(r'id="authenticator_secret"[^>]*value="(\w+)"', client.get(ACTIVATE).content.decode())
    assert secret
    # The test's own transaction is never committed.
    monkeypatch.setattr(transaction, "on_commit", lambda function, **kwargs: function())
    return client.post(ACTIVATE, {"code": code_for(secret[1])})


def test_without_one_nothing_is_open_but_setting_it_up(
    client: Client, enter_password, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert enter_password(next="/admin/reports/locked/").url == INDEX
    assert not is_signed_in(client)
    assert client.get("/admin/login/").url == INDEX
    user = user_of(client)
    # What pages, drafts and sockets ask.
    assert (user.pk, user.has_perm("wagtailadmin.access_admin")) == (editor.pk, False)
    editor.refresh_from_db()
    assert editor.is_active
    page = client.get(INDEX).content.decode()
    assert ACTIVATE in page
    assert "wagtail-sidebar" not in page

    response = set_up(client, monkeypatch)
    assert response.url == f"{INDEX}recovery-codes/"
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    page = client.get(response.url).content.decode()
    assert all(code in page for code in codes)
    assert is_signed_in(client)
    assert "wagtail-sidebar" in page


def test_in_the_dialog_over_an_editor_it_is_set_up_and_the_text_saved(
    client: Client, enter_password, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dialog stays open for whom the server takes for signed out. A `cause` would end it, with its frame."""
    assert enter_password(next=SESSION).url == INDEX
    answer = client.get(SESSION, headers=SCRIPT)
    assert (answer.status_code, answer.content) == (403, Client().get(SESSION, headers=SCRIPT).content)
    frame = client.get(SESSION, follow=True)
    assert (frame.redirect_chain[-1][0], frame["X-Frame-Options"]) == (INDEX, "SAMEORIGIN")
    assert client.get(ACTIVATE)["X-Frame-Options"] == "SAMEORIGIN"
    set_up(client, monkeypatch)
    assert client.get(SESSION, headers=SCRIPT).json()["user"] == str(editor.pk)


def test_with_one_nothing_is_different(client: Client, enter_password, phone: Phone) -> None:
    enter_password()
    assert client.post(SECOND_STEP, {"code": phone.code()}).url == "/admin/"
    assert is_signed_in(client)


def test_the_last_one_can_not_be_removed(client: Client, enter_password, phone: Phone, settings: Any) -> None:
    enter_password()
    client.post(SECOND_STEP, {"code": phone.code()})
    confirm = client.get(DEACTIVATE).url
    assert client.post(confirm, {"password": "wrong"}).status_code == 200
    assert client.post(confirm, {"password": PASSWORD}).url == DEACTIVATE
    page = client.post(DEACTIVATE)
    assert b"You cannot deactivate two-factor authentication." in page.content
    assert Authenticator.objects.filter(type="totp").exists()
    settings.SECOND_FACTOR_REQUIRED = []
    assert client.post(DEACTIVATE).url == INDEX
    assert not Authenticator.objects.exists()


def test_groups_of_whom_it_is_required(client: Client, enter_password, editor: Any, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = ["Chief editors"]
    enter_password()
    assert is_signed_in(client)
    client.logout()
    editor.groups.add(Group.objects.get(name="Chief editors"))
    enter_password()
    assert not is_signed_in(client)


def test_sessions_from_before_are_ended_by_a_command(client: Client, enter_password, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = []
    enter_password()
    settings.SECOND_FACTOR_REQUIRED = ["*"]
    assert is_signed_in(client)
    call_command("end_sessions", verbosity=0)
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert enter_password().url == INDEX
    assert not is_signed_in(client)


@pytest.mark.parametrize("path", [ACTIVATE, f"{INDEX}webauthn/add/"])
def test_the_password_is_asked_for_again_before_a_change(
    client: Client, enter_password, settings: Any, path: str
) -> None:
    settings.SECOND_FACTOR_REQUIRED = []
    enter_password()
    confirm = client.get(path).url
    assert confirm.startswith("/admin/account/confirm/")
    for _ in range(settings.PASSWORD_ATTEMPTS):
        assert client.post(confirm, {"password": "wrong"}).status_code == 200
    # The limits on passwords hold here too.
    assert client.post(confirm, {"password": PASSWORD}).status_code == 200
    assert client.get(path).status_code == 302

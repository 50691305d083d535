"""The way to the provider and back, and everything on it that can be wrong."""

import logging
import threading
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.views import OAuth2LoginView
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import HttpResponse
from django.test import Client
from wagtail.models import PageViewRestriction

from tests.conftest import SmallSite
from tests.galley.single_sign_on.conftest import BEGIN, CALLBACK, NAME, SIGN_IN, read_refusal, user_id
from tests.galley.single_sign_on.provider import Provider, query_of, send_to

READERS = "/_util/login/"
BUTTON = f"Sign in with {NAME}"


def policy_of(response: Any) -> str:
    [form_action] = [part for part in response["Content-Security-Policy"].split("; ") if "form-action" in part]
    return form_action


def test_who_is_signed_in_there_comes_in_here(client: Client, editor: Any, provider: Provider, caplog) -> None:
    page = client.get(SIGN_IN, {"next": "/admin/reports/locked/"})
    assert BUTTON in page.content.decode()
    assert policy_of(page) == f"form-action 'self' {provider.issuer}"
    away = client.post(BEGIN, {"next": "/admin/reports/locked/"})
    asked = query_of(away.url)
    assert asked["redirect_uri"] == f"http://testserver{CALLBACK}"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 16
    assert user_id(client) is None
    with caplog.at_level(logging.INFO, "galley.sign_in"):
        back = client.get(send_to(away.url))
    assert back.url == "/admin/reports/locked/"
    assert user_id(client) == str(editor.pk)
    assert client.session.get_expire_at_browser_close()
    assert f"{editor.get_username()} has signed in from 127.0.0.1." in caplog.text
    editor_before = editor.password
    editor.refresh_from_db()
    assert (editor.password, SocialAccount.objects.count()) == (editor_before, 0)


def test_readers_of_private_pages_have_the_button_and_come_back_to_the_page(
    client: Client, editor: Any, provider: Provider, small_site: SmallSite
) -> None:
    about = small_site.about
    PageViewRestriction.objects.create(page=about, restriction_type="login")
    page = client.get(about.url, follow=True)
    assert page.redirect_chain[0][0].startswith(READERS)
    assert BUTTON in page.content.decode()
    assert f'name="next" value="{about.url}"' in page.content.decode()
    assert policy_of(page) == f"form-action 'self' {provider.issuer}"
    provider.answers = {"token": {"error": "invalid_client"}}
    refused = client.get(send_to(client.post(BEGIN, {"next": about.url}).url), follow=True)
    assert refused.redirect_chain[0][0] == f"{READERS}?{urlencode({'next': about.url})}"
    assert f"The answer of {NAME} isn’t valid" in refused.content.decode()
    provider.answers = {}
    back = client.get(send_to(client.post(BEGIN, {"next": about.url}).url), follow=True)
    assert back.redirect_chain[-1][0] == about.url
    assert about.title in back.content.decode()


def test_without_a_provider_there_is_nothing(client: Client, db: None) -> None:
    page = client.get(SIGN_IN)
    assert b"oidc" not in page.content
    assert b"oidc" not in client.get(READERS).content
    assert policy_of(page) == "form-action 'self'"
    assert [client.post(BEGIN).status_code, client.get(CALLBACK).status_code] == [404, 404]


def test_in_the_dialog_over_an_editor_the_provider_opens_in_a_tab(client: Client, db: None, provider: Provider) -> None:
    opens_tab = 'target="_blank" rel="noopener"'
    assert opens_tab not in client.get(SIGN_IN).content.decode()
    framed = client.get(SIGN_IN, {"next": "/admin/session/"}, headers={"sec-fetch-dest": "iframe"})
    assert opens_tab in framed.content.decode()


def test_it_leads_to_no_other_site_and_to_nothing_else_of_allauth(client: Client, editor: Any, sign_in) -> None:
    assert sign_in(next="https://evil.example/", process="connect").url == "/admin/"
    assert SocialAccount.objects.count() == 0
    asked = query_of(client.post(f"{BEGIN}?auth_params=prompt%3Dnone&scope=admin").url)
    assert "prompt" not in asked
    assert "admin" not in asked["scope"]


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 5},
        {"sub": "1816"},
    ],
    ids=["nonce", "no nonce", "audience", "issuer", "expired", "another person"],
)
def test_a_wrong_token_signs_nobody_in(
    client: Client, editor: Any, provider: Provider, sign_in, claims, caplog
) -> None:
    provider.wrong_claims = claims
    response = sign_in(next="/admin/reports/locked/")
    assert f"The answer of {NAME} isn’t valid" in read_refusal(client, response)
    assert query_of(response.url) == {"next": "/admin/reports/locked/"}
    assert f"Nobody was signed in by {NAME}" in caplog.text
    # The next one is right.
    provider.wrong_claims = {}
    sign_in()
    assert user_id(client) == str(editor.pk)


def test_a_token_that_another_has_signed_signs_nobody_in(client: Client, editor, provider: Provider, sign_in) -> None:
    provider.signing_key = ec.generate_private_key(ec.SECP256R1())
    assert "isn’t valid" in read_refusal(client, sign_in())


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("token", {"access_token": "the-access-token"}),
        ("token", {"error": "invalid_client"}),
        ("token", b"<html>"),
        ("keys", {"keys": [{"kty": "EC"}]}),
        ("keys", b"[]"),
        ("person_of", b"<html>"),
        ("describe", {"issuer": "x"}),
        ("describe", b"[]"),
    ],
)
def test_a_broken_answer_is_explained(client: Client, editor, provider: Provider, name: str, answer: object) -> None:
    away = client.post(BEGIN).url
    path = send_to(away)
    provider.answers = {name: answer}
    text = read_refusal(client, client.get(path))
    assert NAME in text


def test_a_provider_that_is_away_is_named_and_passwords_go_on(client: Client, editor, provider: Provider) -> None:
    path = send_to(client.post(BEGIN).url)
    provider.stop()
    assert f"{NAME} doesn’t answer" in read_refusal(client, client.get(path))
    assert f"{NAME} doesn’t answer" in read_refusal(client, client.post(BEGIN))
    client.post(SIGN_IN, {"username": editor.get_username(), "password": "proof-reading"})
    assert user_id(client) == str(editor.pk)


def test_who_turns_back_at_the_provider_is_led_to_the_sign_in(
    client: Client, editor, provider: Provider, caplog
) -> None:
    state = query_of(client.post(BEGIN, {"next": "/admin/pages/"}).url)["state"]
    response = client.get(CALLBACK, {"error": "access_denied", "state": state})
    assert query_of(response.url) == {"next": "/admin/pages/"}
    assert f"You didn’t sign in at {NAME}" in read_refusal(client, response)
    assert caplog.text == ""
    state = query_of(client.post(BEGIN).url)["state"]
    refused = client.get(CALLBACK, {"error": "invalid_scope", "state": state})
    assert "isn’t valid" in read_refusal(client, refused)
    assert "invalid_scope" in caplog.text


def test_a_way_back_is_for_one_browser_and_for_one_time(client: Client, editor, provider: Provider, sign_in) -> None:
    path = send_to(client.post(BEGIN).url)
    stranger = Client()
    assert "begun in another browser" in read_refusal(stranger, stranger.get(path))
    client.get(path)
    assert user_id(client) == str(editor.pk)
    client.logout()
    assert "begun in another browser" in read_refusal(client, client.get(path))
    assert "begun in another browser" in read_refusal(client, client.get(CALLBACK, {"code": "guessed", "state": "x"}))


def test_it_begins_with_a_form_of_the_site(editor: Any, provider: Provider) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(BEGIN).status_code == 403
    assert strict.get(BEGIN).status_code == 405


def test_a_slow_provider_holds_up_no_thread_of_requests(asgi_post, monkeypatch: pytest.MonkeyPatch) -> None:
    def name_thread(request: Any) -> HttpResponse:
        return HttpResponse(threading.current_thread().name)

    monkeypatch.setattr(OAuth2LoginView, "adapter_view", lambda adapter: name_thread)
    assert asgi_post(BEGIN).content.startswith(b"single-sign-on")

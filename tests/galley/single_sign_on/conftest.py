"""A provider, and people who sign in with it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from galley.single_sign_on.conf import make_provider
from tests.factories import EditorFactory
from tests.galley.single_sign_on.provider import CLIENT_ID, CLIENT_SECRET, Provider, run_provider, send_to

SIGN_IN = "/admin/login/"
BEGIN = f"{SIGN_IN}oidc/"
CALLBACK = f"{BEGIN}callback/"
NAME = "The Printers’ Guild"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A provider that the site knows."""
    with run_provider() as provider:
        scopes = ["openid", "profile", "email"]
        settings.SOCIALACCOUNT_PROVIDERS = make_provider(provider.issuer, CLIENT_ID, CLIENT_SECRET, NAME, scopes)
        yield provider


@pytest.fixture
def editor(db: None, provider: Provider) -> Any:
    """An account whose owner is the person at the provider."""
    user = EditorFactory(is_superuser=False)
    provider.person["email"] = user.email
    return user


@pytest.fixture
def sign_in(client: Client, provider: Provider) -> Callable[..., Any]:
    """Return a function that goes to the provider and comes back, and returns the last answer."""

    def sign_in(client: Client = client, **fields: str) -> Any:
        return client.get(send_to(client.post(BEGIN, fields).url))

    return sign_in


def user_id(client: Client) -> str | None:
    """Return the number of who is signed in."""
    return client.session.get("_auth_user_id")


def read_refusal(client: Client, response: Any) -> str:
    """Return what the sign-in page says to which `response` leads, after checking that nobody is signed in."""
    assert (response.status_code, response.url.partition("?")[0]) == (302, SIGN_IN)
    assert user_id(client) is None
    [message] = client.get(response.url).context["messages"]
    return str(message)

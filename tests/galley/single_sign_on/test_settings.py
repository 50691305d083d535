"""What the environment says, and what is refused."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from galley.single_sign_on.conf import single_sign_on_settings

GIVEN = {"OIDC_ISSUER": "https://id.example.org/realm/", "OIDC_CLIENT_ID": "galley", "OIDC_CLIENT_SECRET": "secret"}


def settings_for(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return single_sign_on_settings(Env(), ["wagtail.admin"], ["account"])


def test_without_an_issuer_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_for(monkeypatch) == {}
    assert settings_for(monkeypatch, OIDC_ISSUER="", OIDC_CLIENT_ID="galley") == {}


def test_three_variables_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(monkeypatch, **GIVEN)
    assert settings["INSTALLED_APPS"] == ["galley.single_sign_on", "wagtail.admin", "allauth.socialaccount"]
    assert settings["PAGE_CACHE_PRIVATE_MODELS"] == ["account", "socialaccount"]
    [app] = settings["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]
    assert (app["name"], app["settings"]["server_url"]) == ("id.example.org", "https://id.example.org/realm")
    assert app["settings"]["oauth_pkce_enabled"]
    assert (settings["OIDC_NEW_ACCOUNTS_GROUP"], settings["OIDC_SECOND_FACTOR_COUNTS"]) == ("", False)


def test_groups_are_named_in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(monkeypatch, **GIVEN, OIDC_GROUPS="desk=Editors, chiefs=Chief editors")
    assert settings["OIDC_GROUPS"] == {"desk": "Editors", "chiefs": "Chief editors"}


@pytest.mark.parametrize("left_out", ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, left_out: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=left_out):
        settings_for(monkeypatch, **{name: value for name, value in GIVEN.items() if name != left_out})


@pytest.mark.parametrize(("issuer", "is_refused"), [("http://id.example.org", True), ("http://localhost:8090", False)])
def test_a_connection_that_is_not_encrypted_is_refused(monkeypatch, issuer: str, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(ImproperlyConfigured, match="https://"):
            settings_for(monkeypatch, **GIVEN | {"OIDC_ISSUER": issuer})
    else:
        assert settings_for(monkeypatch, **GIVEN | {"OIDC_ISSUER": issuer})

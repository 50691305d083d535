"""The settings of single sign-on. Settings import this module: it imports no model."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from environs import Env

PROVIDER_ID = "oidc"
THIS_COMPUTER = {"localhost", "127.0.0.1", "::1"}


def single_sign_on_settings(env: Env, installed_apps: list[str], private_models: list[str]) -> dict[str, Any]:
    """Return the settings for the provider that `OIDC_ISSUER` in the environment names; without it, none.

    Raises ImproperlyConfigured if something is missing, or if the connection to the provider isn't encrypted.
    """
    issuer = env.str("OIDC_ISSUER", "").strip().rstrip("/")
    if not issuer:
        return {}
    client_id, secret = env.str("OIDC_CLIENT_ID", ""), env.str("OIDC_CLIENT_SECRET", "")
    if not (client_id and secret):
        raise ImproperlyConfigured("OIDC_ISSUER also needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in THIS_COMPUTER:
        raise ImproperlyConfigured(f"OIDC_ISSUER is {issuer}. It has to begin with https://: the site trusts it.")
    return install(installed_apps, private_models) | {
        "SOCIALACCOUNT_PROVIDERS": make_provider(
            issuer,
            client_id,
            secret,
            name=env.str("OIDC_NAME", "") or parts.hostname or "",
            scopes=env.str("OIDC_SCOPES", "openid profile email").split(),
        ),
        "OIDC_NEW_ACCOUNTS_GROUP": env.str("OIDC_NEW_ACCOUNTS_GROUP", ""),
        "OIDC_GROUPS_CLAIM": env.str("OIDC_GROUPS_CLAIM", "groups"),
        "OIDC_GROUPS": env.dict("OIDC_GROUPS", {}),
        "OIDC_SECOND_FACTOR_COUNTS": env.bool("OIDC_SECOND_FACTOR_COUNTS", False),
        # Who has the address signs in. So only those who may change people change addresses.
        "WAGTAIL_EMAIL_MANAGEMENT_ENABLED": False,
    }


def install(installed_apps: list[str], private_models: list[str]) -> dict[str, Any]:
    """Return the settings that a site has with any provider."""
    return {
        # Its sign-in page is found before Wagtail's.
        "INSTALLED_APPS": ["galley.single_sign_on", *installed_apps, "allauth.socialaccount"],
        "PAGE_CACHE_PRIVATE_MODELS": [*private_models, "socialaccount"],
        "SOCIALACCOUNT_ADAPTER": "galley.single_sign_on.adapters.SingleSignOnAdapter",
    }


def make_provider(issuer: str, client_id: str, secret: str, name: str, scopes: list[str]) -> dict[str, Any]:
    """Return the setting `SOCIALACCOUNT_PROVIDERS`."""
    options = {"server_url": issuer, "scope": scopes, "oauth_pkce_enabled": True}
    app = {"provider_id": PROVIDER_ID, "name": name, "client_id": client_id, "secret": secret, "settings": options}
    return {"openid_connect": {"APPS": [app]}}


def get_provider() -> dict[str, Any] | None:
    """Return what `make_provider` has been given, or None."""
    providers = getattr(settings, "SOCIALACCOUNT_PROVIDERS", {})
    return next(iter(providers.get("openid_connect", {}).get("APPS", [])), None)

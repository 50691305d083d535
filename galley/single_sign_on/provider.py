"""allauth's provider for OpenID Connect, with a nonce, and with the signature of each ID token checked."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string


class SignedTokens(OpenIDConnectOAuth2Adapter):
    """allauth's steps after the provider has sent somebody back."""

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what the provider has given for the code."""
        data: dict[str, Any] = super().get_access_token_data(*args, **kwargs)
        # With a token that came from the provider itself, allauth doesn't look at the signature.
        self.did_fetch_access_token = False
        return data


class Provider(OpenIDConnectProvider):
    """Begins a sign-in. What allauth would take from the address, such as more parameters, is left out."""

    oauth2_adapter_class = SignedTokens

    def redirect_from_request(self, request: HttpRequest) -> HttpResponse:
        """Return the redirect to the provider, with a nonce that its ID token has to repeat."""
        nonce = get_random_string(32)
        next_url = get_next_redirect_url(request) or reverse("wagtailadmin_home")
        return self.redirect(request, AuthProcess.LOGIN, next_url, auth_params={"nonce": nonce}, nonce=nonce)


provider_classes = [Provider]

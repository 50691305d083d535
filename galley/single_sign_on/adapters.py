"""What allauth asks a site about single sign-on: who comes in, and what is said to who doesn't."""

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from requests import RequestException

from galley.single_sign_on.accounts import WRONG_ANSWER, Refused, enter
from galley.single_sign_on.conf import get_provider

logger = logging.getLogger("galley.sign_in")

AWAY = _("%(name)s doesn’t answer, so nobody was signed in. Try again in a minute, or sign in with your password.")
CANCELLED = _("You didn’t sign in at %(name)s. Nothing has changed.")
UNKNOWN = _("This sign-in was begun in another browser, or more than ten minutes ago. Please begin it here.")


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Accounts are found by their verified e-mail address."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Choose the account. Raises ImmediateHttpResponse, which leads back, for who may not come in."""
        try:
            sociallogin.user = enter(sociallogin)
        except Refused as refused:
            next_url = sociallogin.state.get("next", "")
            raise ImmediateHttpResponse(
                refuse(request, refused.text, refused, next_url=next_url, email=refused.email)
            ) from refused
        # `galley.second_factor` asks for no other.
        request.second_factor_counts = getattr(settings, "OIDC_SECOND_FACTOR_COUNTS", False)  # type: ignore[attr-defined]

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Raise ImmediateHttpResponse, which leads back to the sign-in: it says what has happened."""
        state = (extra_context or {}).get("state")
        next_url = (state or {}).get("next", "")
        if error == AuthError.CANCELLED:
            response = refuse(request, CANCELLED, next_url=next_url)
        elif state is None:
            response = refuse(request, UNKNOWN)
        else:
            response = refuse_answer(request, exception or request.GET.get("error", "there is no code"), next_url)
        raise ImmediateHttpResponse(response)


def refuse_answer(request: HttpRequest, cause: object, next_url: str = "") -> HttpResponse:
    """Return the way back to the sign-in after no answer of the provider, or one that isn't valid."""
    return refuse(request, AWAY if isinstance(cause, RequestException) else WRONG_ANSWER, cause, next_url=next_url)


def refuse(
    request: HttpRequest, text: Promise, cause: object = None, *, next_url: str = "", email: str = ""
) -> HttpResponse:
    """Return the redirect to the sign-in where it was begun, which shows `text`. A `cause` is logged."""
    name = (get_provider() or {}).get("name", "")
    if cause is not None:
        logger.warning("Nobody was signed in by %s: %.500r", name, cause)
    messages.error(request, text % {"name": name, "email": email})
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    is_reader = next_url and not next_url.startswith(reverse("wagtailadmin_home"))
    return redirect(reverse("wagtailcore_login" if is_reader else "wagtailadmin_login") + query)

"""The two steps of a sign-in at the provider: to it, and back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from itertools import cycle
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from galley.async_pages.threads import in_own_thread
from galley.single_sign_on.adapters import refuse_answer
from galley.single_sign_on.conf import PROVIDER_ID
from galley.single_sign_on.provider import SignedTokens

View = Callable[..., HttpResponse]

# A provider that is slow holds up nobody but those who sign in with it.
_threads = cycle(ThreadPoolExecutor(max_workers=1, thread_name_prefix="single-sign-on") for _ in range(4))
in_threads = in_own_thread(lambda request: next(_threads), methods=("GET", "POST"))

# What allauth raises for an answer that lacks something, beside its own errors.
INVALID = (OAuth2Error, RequestException, LookupError, TypeError, ValueError, AttributeError)


def _explain_failures(view: View) -> View:
    @wraps(view)
    def explained(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request)
        except SocialApp.DoesNotExist:
            raise Http404 from None
        except INVALID as error:
            return refuse_answer(request, error)

    return explained


@in_threads
@require_POST
@_explain_failures
def sign_in(request: HttpRequest) -> Any:
    """Return the redirect to the provider, or to the sign-in if it is away."""
    return OAuth2LoginView.adapter_view(SignedTokens(request, PROVIDER_ID))(request)


@in_threads
@require_GET
@_explain_failures
def come_back(request: HttpRequest) -> Any:
    """Sign in who the provider has sent back, or say why not."""
    return OAuth2CallbackView.adapter_view(SignedTokens(request, PROVIDER_ID))(request)


def end_with_browser(request: HttpRequest, sociallogin: Any = None, **kwargs: Any) -> None:
    """Let the session end with the browser, as without *Remember me*: a receiver of allauth's `user_logged_in`."""
    if sociallogin:
        request.session.set_expiry(0)

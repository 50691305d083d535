"""Where `static/js/sign-in-again.js` asks who is signed in, when the session has ended while somebody writes."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods
from wagtail.admin.utils import get_user_display_name

from galley.async_pages.fetch_metadata import SAME_ORIGIN_VALUES


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """Return who is signed in, with a new CSRF token: to a script as JSON, to a person as a sentence.

    Wagtail makes every view of its admin private: without access, a script gets 403, and a person a redirect to the
    sign-in, which leads back to here. A page of another origin can't send a script's header.

    A POST with a page's token succeeds only for the user who has loaded the page: signing in replaces the secret.
    """
    if request.headers.get("X-Requested-With") != "XMLHttpRequest":
        return TemplateResponse(request, "desk/signed_in.html")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in SAME_ORIGIN_VALUES:
        raise PermissionDenied
    user = request.user
    return JsonResponse({"user": str(user.pk), "name": get_user_display_name(user), "token": get_token(request)})


# Below the address of Wagtail's admin.
urlpatterns: list[URLPattern] = [path("session/", session, name="session")]

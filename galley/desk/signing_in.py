"""Where `static/js/sign-in-again.js` asks who is signed in, when the session has ended while somebody writes."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.admin.auth import require_admin_access
from wagtail.admin.utils import get_user_display_name

from galley.async_pages.fetch_metadata import SAME_ORIGIN_VALUES


@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """Return who is signed in, with a new CSRF token: to a script as JSON, to a person as a sentence.

    A script gets 403 without access, with the `cause` if somebody is signed in who may not use the admin any more. A
    person is redirected to the sign-in, which leads back to here. A page of another origin can't send such a header.
    Who must set up a second factor first isn't active: as if signed out, the dialog shows the sign-in, and that leads
    there.

    A POST with a page's token succeeds only for the user who has loaded the page: signing in replaces the secret.
    """
    user = request.user
    if _is_script(request) and user.is_active and not user.has_perm("wagtailadmin.access_admin"):
        text = _(
            "You are signed in, but your account may not use the admin any more. Your text is still here: copy it "
            "before you leave, and ask a chief editor."
        )
        return JsonResponse({"cause": text}, status=403)
    response: HttpResponse = _session(request)
    return response


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


@require_admin_access
def _session(request: HttpRequest) -> HttpResponse:
    if not _is_script(request):
        return TemplateResponse(request, "desk/signed_in.html")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in SAME_ORIGIN_VALUES:
        raise PermissionDenied
    user = request.user
    return JsonResponse({"user": str(user.pk), "name": get_user_display_name(user), "token": get_token(request)})


# Below the address of Wagtail's admin, before its own: it would answer for everybody without access.
urlpatterns: list[URLPattern] = [path("session/", session, name="session")]

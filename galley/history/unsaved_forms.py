"""The key with which an author's browser encrypts what the server doesn't have yet: `static/js/unsaved/`."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from wagtail.models import Page

from galley.history.models import UnsavedFormKey

SAVED_FORMS = "saved_forms"
MAX_SAVED_FORMS = 20  # no browser stores more
ID_LENGTH = 36


@never_cache
def unsaved_form_key(request: HttpRequest) -> JsonResponse:
    """Return `{"key": …, "saved": […]}`: the user's own key of 256 bits in Base64, and what `note_saved_form` notes.

    It stays the same, so that words are found again that were written before a session ended, or before the SECRET_KEY
    changed. Nobody else who uses the browser is given it. For users of the admin only.
    """
    found, _is_new = UnsavedFormKey.objects.get_or_create(user=request.user)  # type: ignore[misc]
    return JsonResponse({"key": found.key, "saved": request.session.get(SAVED_FORMS, [])})


def note_saved_form(request: HttpRequest, page: Page) -> None:
    """Note in the session that a page has been created from the form that a browser has stored: a Wagtail hook.

    Its words stand at the page's address now. At the address where pages are created, they would be offered as lost.
    """
    if stored := request.POST.get("unsaved_form", "")[:ID_LENGTH]:
        request.session[SAVED_FORMS] = [*request.session.get(SAVED_FORMS, []), stored][-MAX_SAVED_FORMS:]

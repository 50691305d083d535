"""The key with which an author's browser encrypts what the server doesn't have yet: `static/js/unsaved/`."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from galley.history.models import UnsavedFormKey


@never_cache
def unsaved_form_key(request: HttpRequest) -> JsonResponse:
    """Return `{"key": …}`: the user's own key of 256 bits in Base64.

    It stays the same, so that words are found again that were written before a session ended, or before the SECRET_KEY
    changed. Nobody else who uses the browser is given it. For users of the admin only.
    """
    found, _is_new = UnsavedFormKey.objects.get_or_create(user=request.user)  # type: ignore[misc]
    return JsonResponse({"key": found.key})

"""Keys with which an author's browser encrypts what the server doesn't have yet: `static/js/unsaved/`."""

import base64

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache


@never_cache
def unsaved_form_keys(request: HttpRequest) -> JsonResponse:
    """Return `{"keys": […]}`: the user's own keys of 256 bits in Base64, the one of the present SECRET_KEY first.

    The same after each login, so that words are found again that were written in a session that has ended. Nobody else
    who uses the browser is given them. For users of the admin only.
    """
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = (salted_hmac(__name__, str(request.user.pk), secret, algorithm="sha256").digest() for secret in secrets)
    return JsonResponse({"keys": [base64.b64encode(key).decode() for key in keys]})

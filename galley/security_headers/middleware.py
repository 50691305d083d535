"""The headers of Django's responses."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from galley.async_pages.middleware import AsyncMiddlewareMixin
from galley.security_headers.policies import CSP, build_headers, is_admin, widen


class SecurityHeadersMiddleware(AsyncMiddlewareMixin):
    """Gives each response the headers of its kind that it lacks: of the admin, of a file, else of a public page.

    Wagtail renders the preview of a draft by a request of its own, which has the path of the page and passes all
    middleware. So a draft has the policy of public pages, although it is shown below the admin's path.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, with the headers."""
        if settings.DEBUG and response.status_code in (404, 500) and b"<style" in getattr(response, "content", b""):
            return response  # Django's page for developers has its styles and scripts in itself
        for name, value in find_headers(request.path, response.get("Content-Type", "")).items():
            response.setdefault(name, value)
        if sources := getattr(request, "csp_sources", None):
            response[CSP] = widen(response[CSP], sources)
        # A cache may store a 404 or 410 as it likes if nothing is said (RFC 9111, 4.2.2).
        if response.status_code >= 400:
            response.setdefault("Cache-Control", "no-store")
        return response


def find_headers(path: str, content_type: str) -> dict[str, str]:
    """Return the headers for what is at `path`."""
    kinds = build_headers()
    in_admin = is_admin(path)
    if content_type.startswith("image/"):
        return kinds.file if in_admin else kinds.picture
    if path.startswith((str(settings.STATIC_URL), str(settings.MEDIA_URL))):
        return kinds.file
    return kinds.admin if in_admin else kinds.public

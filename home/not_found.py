"""The 404 page.

Django calls `handler404` in a thread of its own (`django.core.handlers.exception.convert_exception_to_response`, with
`thread_sensitive=False`). The page needs the database for its menu. In that thread it would open a second connection,
which is never closed. So the handler returns an empty response, and the middleware renders the page in the request's
own thread. It does so after `RedirectMiddleware`, which may replace the response by a redirect.
"""

from django.http import HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from galley.async_pages.middleware import AsyncMiddlewareMixin
from galley.languages.alternates import find_home
from galley.page_cache.versioned import use_version_of
from home.models import find_home_sections


class NotFoundPage(HttpResponseNotFound):
    """Django's `handler404`: a 404 response whose page isn't rendered yet."""

    def __init__(self, request: HttpRequest, exception: Exception) -> None:
        super().__init__()
        self._request = request

    def render_page(self) -> None:
        """Render the page with the sections that apps add. Blocks."""
        with use_version_of(self._request):
            home = find_home(self._request)
            sections = find_home_sections(self._request, home, "not_found_sections") if home else []
            self.content = render_to_string("404.html", {"sections": sections}, self._request)


class NotFoundPageMiddleware(AsyncMiddlewareMixin):
    """Renders the page of a `NotFoundPage`, in the request's thread."""

    def response_blocks(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Return whether there is a page to render."""
        return isinstance(response, NotFoundPage)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, with its page."""
        if isinstance(response, NotFoundPage):
            response.render_page()
        return response

"""The time zone of requests."""

from collections.abc import Callable
from functools import cache
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from galley.async_pages.middleware import AsyncMiddlewareMixin
from galley.site_settings.active_zone import read_site_zone, use_site_zone_by_default


class TimeZoneMiddleware(AsyncMiddlewareMixin):
    """Ends each request in the time zone in which it began, and gives the admin the site's.

    Public pages read the site's zone in their own thread, when `galley.page_cache` sends `serving_started`. Previews
    read it here: they show what visitors see, whatever zone the editor has.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        if self.async_mode:
            self.process_view = self._process_view_async  # type: ignore[method-assign,assignment]

    def __call__(self, request: HttpRequest) -> Any:
        """Return the response. What is activated meanwhile ends with it."""
        if self.async_mode:
            return self.__acall__(request)
        is_preview = getattr(request, "is_dummy", False)  # Wagtail's `make_preview_request`
        with timezone.override(read_site_zone(request) if is_preview else None):
            return super().__call__(request)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response, as `__call__` does."""
        with timezone.override(None):
            return await super().__acall__(request)

    def process_view(self, request: HttpRequest, view: Any, *arguments: Any) -> None:
        """Prepare the user of the admin."""
        if _is_admin(request, view):
            use_site_zone_by_default(request)

    async def _process_view_async(self, request: HttpRequest, view: Any, *arguments: Any) -> None:
        if _is_admin(request, view):
            await sync_to_async(use_site_zone_by_default)(request)


def _is_admin(request: HttpRequest, view: Any) -> bool:
    """Return whether the view is at an address of the admin, or says with `is_admin_view` that it belongs to it."""
    path = _admin_path()
    return getattr(view, "is_admin_view", False) or (path is not None and request.path.startswith(path))


@cache
def _admin_path() -> str | None:
    try:
        return reverse("wagtailadmin_home")
    except NoReverseMatch:
        return None

"""Says in `Cache-Control` whether a page is public: for this cache, browsers and CDNs alike."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.module_loading import import_string
from wagtail.models import Page

from galley.async_pages.middleware import AsyncMiddlewareMixin
from galley.page_cache.conf import get_setting
from galley.page_cache.queries import seconds_left


class CacheControlMiddleware(AsyncMiddlewareMixin):
    """Gives Wagtail pages a `Cache-Control` header where nothing else has set one.

    Wagtail sets it for pages with view restrictions, and views set their own. This middleware comes first, so that it
    sees the final response.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response. If it is a page without `Cache-Control`, it is given one: public or private."""
        if getattr(request, "is_page_request", False) and not response.has_header("Cache-Control"):
            if is_public(request, response):
                max_age = int(max(0, min(get_setting("PAGE_CACHE_SHARED_MAX_AGE"), seconds_left())))
                shared = {"s_maxage": max_age} if max_age else {}
                patch_cache_control(response, public=True, max_age=0, must_revalidate=True, **shared)
            else:
                patch_cache_control(response, private=True)
        return response


def mark_as_page(page: Page, request: HttpRequest, serve_args: list[Any], serve_kwargs: dict[str, Any]) -> None:
    """Mark `request` as one for a Wagtail page: not for a draft, the admin or a file. Wagtail's `before_serve_page`."""
    request.is_page_request = True  # type: ignore[attr-defined]


def is_public(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether every visitor would get the same response: the request is anonymous, and no cookie is set."""
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code == 200
        and not response.streaming
        and request.COOKIES.keys().isdisjoint(get_setting("PAGE_CACHE_PERSONAL_COOKIES"))
        and "HTTP_AUTHORIZATION" not in request.META
        # Set as soon as the CSRF token is used.
        and "CSRF_COOKIE" not in request.META
        and not response.cookies
        and not getattr(request, "is_preview", False)
    )


def check_middleware(**kwargs: Any) -> list[CheckMessage]:
    """Warn if the middleware is missing: no page is public then, so none is cached."""
    for path in settings.MIDDLEWARE:
        middleware = import_string(path)
        if isinstance(middleware, type) and issubclass(middleware, CacheControlMiddleware):
            return []
    return [
        Warning(
            "No page will be cached, because none gets a Cache-Control.",
            hint=f"Put {__name__}.{CacheControlMiddleware.__name__} first in MIDDLEWARE.",
            id="page_cache.W001",
        )
    ]


def check_personal_cookies(**kwargs: Any) -> list[CheckMessage]:
    """Warn if the setting lacks the session's cookie, since it replaces the default: a CDN may store users' pages."""
    if settings.SESSION_COOKIE_NAME in get_setting("PAGE_CACHE_PERSONAL_COOKIES"):
        return []
    text = "Pages that Django makes for users who are signed in count as public."
    hint = f"Add {settings.SESSION_COOKIE_NAME!r}, the cookie of the session, to PAGE_CACHE_PERSONAL_COOKIES."
    return [Warning(text, hint=hint, id="page_cache.W002")]

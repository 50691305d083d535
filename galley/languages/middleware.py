"""The language of a request is that of its path, and of nothing else: a cached response has one language."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from galley.async_pages.middleware import AsyncMiddlewareMixin
from galley.languages.conf import has_several_languages


class LanguageMiddleware(AsyncMiddlewareMixin):
    """Activates the language that begins the path, or else the first one, until the response is made.

    Unlike Django's `LocaleMiddleware`, it looks at no cookie and no `Accept-Language`, by which responses would vary.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        if not has_several_languages():
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def __call__(self, request: HttpRequest) -> Any:
        """Return the response, which names its language."""
        if self.async_mode:
            return self.__acall__(request)
        with translation.override(language_of_path(request.path_info)):
            return super().__call__(request)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response, as `__call__` does."""
        with translation.override(language_of_path(request.path_info)):
            return await super().__acall__(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response with the language that it was made in."""
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


def language_of_path(path: str) -> str:
    """Return the code with which `path` begins, as `/de/…` does, or else that of the first language."""
    first = path.lstrip("/").partition("/")[0]
    is_code = has_several_languages() and first in dict(settings.LANGUAGES)
    return first if is_code and path.startswith(f"/{first}/") else settings.LANGUAGE_CODE


def in_language_of_path(handler: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return a handler of errors that answers in the language of the path, also where the middleware hasn't run."""

    @wraps(handler)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(language_of_path(request.path_info)):
            return handler(request, *args, **kwargs)

    return answer

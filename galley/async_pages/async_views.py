"""Mixins for Wagtail pages that an async view answers, without a change to Wagtail's routing.

Wagtail calls `page.serve()` in a thread, and needs a response from it. Later, Django's handler awaits `response.render`
if it is a coroutine function (`BaseHandler._get_response_async`). So `serve()` returns a placeholder. Routing, view
restrictions and hooks have run by then, and the view runs on the event loop. Previews don't call `serve()`.
"""

from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from functools import partial
from typing import Any, ClassVar

from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import Resolver404
from django.utils.cache import patch_vary_headers
from django.utils.module_loading import import_string
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page
from wagtail.url_routing import RouteResult

AsyncPageView = Callable[[HttpRequest, Any], Awaitable[HttpResponseBase]]


class AsyncViewResponse(HttpResponse):
    """A placeholder for the response of an async view, until Django's handler awaits `render`.

    Its content is empty. `on_serve_page` hooks may set headers and cookies on it.
    """

    def __init__(self, view: AsyncPageView, request: HttpRequest, page: Page) -> None:
        super().__init__()
        del self.headers["Content-Type"]  # the view sets it
        self._respond = partial(view, request, page)

    async def render(self) -> HttpResponseBase:
        """Return the view's response, with the headers and cookies that were set on the placeholder."""
        response = await self._respond()
        for name, value in self.headers.items():
            if name.lower() == "vary":
                patch_vary_headers(response, [field.strip() for field in value.split(",")])
            else:
                response.headers[name] = value
        response.cookies.update(self.cookies)
        return response


class AsyncViewMixin:
    """For page types that an async view answers: `async_view`, called with `(request, page)`.

    A model names its view by its dotted path, `async_view = "blog.views.post_list"`, so that it needn't import it.
    Together with `RoutablePageMixin`, which has to come before it in the list of bases, a route returns
    `self.answer_async(request, view)`.
    """

    async_view: ClassVar["staticmethod[[HttpRequest, Any], Awaitable[HttpResponseBase]] | str"]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return the response of `async_view`."""
        return self.answer_async(request, type(self).async_view)

    def answer_async(self, request: HttpRequest, view: AsyncPageView | str) -> HttpResponseBase:
        """Return the response of `view`: under ASGI a placeholder that Django awaits, under WSGI the response itself.

        `view` is an async view or the dotted path of one.
        """
        request.is_preview = getattr(request, "is_preview", False)  # type: ignore[attr-defined]
        response = AsyncViewResponse(import_string(view) if isinstance(view, str) else view, request, self)
        if isinstance(request, ASGIRequest) or getattr(request, "is_question", False):
            return response
        return async_to_sync(response.render)()


class AsyncRoutablePageMixin(RoutablePageMixin, AsyncViewMixin):
    """For page types with routes (`wagtail.contrib.routable_page.models.path`) that async views answer.

    A child page takes precedence over a route: a post may have the slug '2024' or 'archive'. So page routing can find
    child pages without asking the routes. `async_view` answers the page's own URL; a preview renders its template.
    """

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Return the child page at this path or else the matching route. Raises Http404 if there is neither."""
        try:
            return Page.route(self, request, path_components)
        except Http404:
            return super().route(request, path_components)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Return a preview as other pages do, without a route."""
        return super(RoutablePageMixin, self).serve_preview(request, mode_name)

    def has_answer(self, request: HttpRequest, path: str) -> bool:
        """Return whether a route answers `path`, which begins with a slash, without a 404. Renders nothing. Blocks."""
        question = copy(request)
        question.GET = QueryDict()
        question.is_question = True  # type: ignore[attr-defined]
        try:
            view, args, kwargs = self.resolve_subpage(path)
            view(question, *args, **kwargs)
        except Http404:
            return False
        return True

    @classmethod
    def has_route(cls, path_components: Sequence[str]) -> bool:
        """Return whether a route matches this path. Makes no query."""
        try:
            cls.get_resolver().resolve(f"/{'/'.join(path_components)}/")
        except Resolver404:
            return False
        return True

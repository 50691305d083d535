"""Pages with addresses of their own beneath them, such as the archive of a blog, answered by async views."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from galley.async_pages.async_views import AsyncViewMixin


class RoutesMixin(RoutablePageMixin, AsyncViewMixin):
    """For page types with routes (`wagtail.contrib.routable_page.models.path`).

    A page beneath keeps its address, whatever routes there are: a post may be called '2024' or 'Archive'. So a page is
    found as beneath any other, and `serving` needn't ask for routes where there is one. The page's own address is
    answered by `async_view`, and a preview is Wagtail's.
    """

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Return where an address beneath this page leads: to a page, or to one of the routes."""
        try:
            return Page.route(self, request, path_components)
        except Http404:
            return super().route(request, path_components)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """Answer as any page is previewed: with its own template, not with a route."""
        return Page.serve_preview(self, request, mode_name)

    @classmethod
    def has_route(cls, path_components: Sequence[str]) -> bool:
        """Return whether one of the routes takes an address beneath such a page. It is asked of no database."""
        try:
            cls.get_resolver().resolve(f"/{'/'.join(path_components)}/")
        except Resolver404:
            return False
        return True

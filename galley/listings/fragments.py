"""Answers HTMX with the part of a page that it exchanges. The whole page and its part are one template."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from wagtail.models import Page

from galley.page_cache.versioned import use_version_of


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether HTMX asks for a part. When it restores a page of the browser's history, it needs the whole."""
    htmx = getattr(request, "htmx", None)  # a request made up for a preview may not have been through the middleware
    return bool(htmx and not htmx.history_restore_request)


def render_page_or_fragment(
    request: HttpRequest, page: Page, fragment: str, template: str = "", **extra_context: Any
) -> HttpResponse:
    """Return `page`, rendered, or for HTMX its template's partial named `fragment`. Blocks: queries and templates.

    What `page.get_context` is to know beside the request is passed on to it, for the addresses beneath the page.
    """
    with use_version_of(request):
        context = page.get_context(request, **extra_context)
        return render_whole_or_fragment(request, template or page.get_template(request), context, fragment)


def render_whole_or_fragment(
    request: HttpRequest, template: str, context: dict[str, Any], fragment: str
) -> HttpResponse:
    """Return `template`, rendered, or for HTMX its partial named `fragment`. Blocks: queries and templates."""
    if wants_fragment(request):
        template = f"{template}#{fragment}"
    response = TemplateResponse(request, template, context).render()
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response

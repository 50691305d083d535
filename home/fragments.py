"""Answers HTMX with the part of a page that it exchanges. The whole page and its part are one template."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from wagtail.models import Page

from home.kept import keeping_for


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether HTMX asks for a part. When it restores a page of the browser's history, it needs the whole."""
    htmx = getattr(request, "htmx", None)  # a request made up for a preview may not have been through the middleware
    return bool(htmx and not htmx.history_restore_request)


def render_page_or_fragment(request: HttpRequest, page: Page, fragment: str) -> HttpResponse:
    """Return `page`, rendered, or for HTMX its template's partial named `fragment`. Blocks: queries and templates."""
    template = page.get_template(request)
    if wants_fragment(request):
        template = f"{template}#{fragment}"
    with keeping_for(request):
        response = TemplateResponse(request, template, page.get_context(request)).render()
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response

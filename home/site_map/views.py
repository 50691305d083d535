"""Answers with the site map."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from galley.page_cache.cacheable_views import cacheable_view, require_site
from home.site_map.parts import describe_part, find_parts


@cacheable_view
def site_map_index(request: HttpRequest) -> HttpResponse:
    """Answer with the parts of the site map. Raises Http404 where no page is public."""
    site = require_site(request)
    return _render(request, "site/site_map_index.xml", {"root_url": site.root_url, "parts": find_parts(site)}, "parts")


@cacheable_view
def site_map_part(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with a part of the site map. Raises Http404 where it holds no public page."""
    entries = describe_part(request, require_site(request), number)
    return _render(request, "site/site_map_part.xml", {"entries": entries}, "entries")


def _render(request: HttpRequest, template: str, context: dict[str, Any], required: str) -> HttpResponse:
    if not context[required]:  # the schema knows no empty site map
        raise Http404
    response = render(request, template, context, content_type="application/xml; charset=utf-8")
    response.headers["X-Robots-Tag"] = "noindex"  # the site map itself is nothing to be found
    return response

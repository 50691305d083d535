"""Answers with a feed."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.http import http_date

from blog.feeds.building import build_feed
from blog.feeds.channels import find_channel, find_new_address
from galley.page_cache.cacheable_views import cacheable_view, require_site


@cacheable_view
def feed(
    request: HttpRequest, blog: str, format_name: str, kind: str | None = None, slug: str | None = None
) -> HttpResponse:
    """Answer with the newest posts of the blog at the path `blog`, or of one of its groups, in the format asked for.

    A blog that was moved takes its feeds along. Raises Http404 if there is nothing that everybody may read.
    """
    site = require_site(request)
    channel = find_channel(request, site, blog, kind, slug)
    if channel is None:
        if new_address := find_new_address(request, site, blog):
            return HttpResponsePermanentRedirect(f"{new_address}{request.path.removeprefix(f'/{blog}')}")
        raise Http404
    written = build_feed(request, channel, format_name)
    return HttpResponse(
        written.writeString("utf-8").encode(),
        content_type=written.content_type,
        headers={"Last-Modified": http_date(written.latest_post_date().timestamp())},
    )

"""Answers with the share image of a page that everybody may read."""

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from wagtail.models import Page

from galley.images.share_images.storing import read_or_draw
from galley.images.share_images.words import ShareWords
from galley.page_cache.cacheable_views import make_cacheable, require_site
from galley.page_cache.versioned import use_current_version


@require_safe
async def share_image(request: HttpRequest, pk: int, digest: str) -> HttpResponseBase:
    """Answer with the image of the page `pk`; an older one's address leads to that of today.

    Raises Http404 unless the page is published and open to everybody.
    """
    words = await sync_to_async(find_words)(request, pk)
    if words.digest != digest:
        return redirect("share_image", pk=pk, digest=words.digest)
    return make_cacheable(request, HttpResponse(await read_or_draw(pk, words), content_type="image/png"))


def find_words(request: HttpRequest, pk: int) -> ShareWords:
    """Return what stands on the image of the page `pk`. Raises Http404 unless everybody may read it. Blocks."""
    with use_current_version(request):
        site = require_site(request)
        readable = Page.objects.live().public().descendant_of(site.root_page, inclusive=True)
        page = readable.filter(pk=pk).defer_streamfields().specific().first()
        if page is None:
            raise Http404
        return ShareWords.of(page, site)

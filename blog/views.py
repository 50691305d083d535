"""The list of posts, answered on the event loop."""

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse

from home.fragments import render_page_or_fragment

if TYPE_CHECKING:
    from blog.models import BlogIndexPage


async def post_list(request: HttpRequest, page: "BlogIndexPage") -> HttpResponse:
    """Answer with the posts under `page`: the whole page, or for HTMX only the list."""
    return await sync_to_async(render_page_or_fragment)(request, page, "listing")

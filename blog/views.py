"""The list of posts, answered on the event loop."""

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

if TYPE_CHECKING:
    from blog.models import BlogIndexPage


async def post_list(request: HttpRequest, page: "BlogIndexPage") -> HttpResponse:
    """Answer with the posts under `page`."""
    return await sync_to_async(_render_post_list)(request, page)


def _render_post_list(request: HttpRequest, page: "BlogIndexPage") -> HttpResponse:
    return TemplateResponse(request, page.get_template(request), page.get_context(request)).render()

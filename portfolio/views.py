"""The list of projects, answered on the event loop."""

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse

from galley.listings.fragments import render_page_or_fragment

if TYPE_CHECKING:
    from portfolio.models import PortfolioIndexPage


async def project_list(request: HttpRequest, page: "PortfolioIndexPage") -> HttpResponse:
    """Answer with the projects under `page`: the whole page, or for HTMX only the list."""
    return await sync_to_async(render_page_or_fragment)(request, page, "listing")

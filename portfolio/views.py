"""The list of projects, answered on the event loop."""

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

if TYPE_CHECKING:
    from portfolio.models import PortfolioIndexPage


async def project_list(request: HttpRequest, page: "PortfolioIndexPage") -> HttpResponse:
    """Answer with the projects under `page`."""
    return await sync_to_async(_render_project_list)(request, page)


def _render_project_list(request: HttpRequest, page: "PortfolioIndexPage") -> HttpResponse:
    return TemplateResponse(request, page.get_template(request), page.get_context(request)).render()

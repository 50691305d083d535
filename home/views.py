"""The home page, answered on the event loop."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from wagtail import hooks
from wagtail.models import Page

from galley.page_cache.kept import keeping_for

if TYPE_CHECKING:
    from home.models import HomePage


@dataclass(frozen=True)
class HomeSection:
    """A part of the home page that another app brings: its template, and what the template needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


async def home_page(request: HttpRequest, page: "HomePage") -> HttpResponse:
    """Answer with the home page. Queries and templates are sync: they cross to a thread once, together."""
    return await sync_to_async(_render_home_page)(request, page)


def _render_home_page(request: HttpRequest, page: "HomePage") -> HttpResponse:
    with keeping_for(request):
        return TemplateResponse(request, page.get_template(request), page.get_context(request)).render()


def find_home_sections(request: HttpRequest, page: Page, hook: str = "home_sections") -> list[HomeSection]:
    """Return what apps add to the home page `page` through the `home_sections` hook, in the order of the hooks.

    A hook takes `(request, page)` and returns a `HomeSection`, or None if it has nothing to show. What stands on the
    page of an address that leads nowhere is added through `not_found_sections`. Blocks.
    """
    sections = (build_section(request, page) for build_section in hooks.get_hooks(hook))
    return [section for section in sections if section is not None]

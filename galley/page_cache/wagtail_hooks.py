"""Tells Wagtail's pages from everything else that Django answers."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page

from galley.page_cache.middleware import mark_as_page


@hooks.register("before_serve_page")
def note_page(page: Page, request: HttpRequest, serve_args: list[Any], serve_kwargs: dict[str, Any]) -> None:
    """Note that a page is being served; not a draft, a form of the admin or a file."""
    mark_as_page(request)

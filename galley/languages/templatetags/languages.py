"""Template tags: the home page, the alternates and the language switch of a page."""

from typing import Any

from django import template
from django.http import HttpRequest
from wagtail.models import Page

from galley.languages import alternates

register = template.Library()


@register.simple_tag
def find_home(request: HttpRequest) -> Page | None:
    """Return the home page in the language of the request."""
    return alternates.find_home(request)


@register.simple_tag
def find_alternates(page: Any, request: HttpRequest) -> list[alternates.Alternate]:
    """Return the translations of `page`, for `hreflang`: none for another URL than that of the page itself."""
    if not isinstance(page, Page) or request.get_full_path() != page.get_url(request):
        return []
    return alternates.find_alternates([page], request).get(page.get_full_url(request), [])


@register.simple_tag
def find_language_links(page: Any, request: HttpRequest) -> list[alternates.LanguageLink]:
    """Return the links of the language switch."""
    return alternates.find_language_links(page, request)

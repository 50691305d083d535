"""Sections that apps add to the home page and to the 404 page, through hooks."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page


@dataclass(frozen=True)
class HomeSection:
    """A section that an app adds: a template and the context for it."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


def find_home_sections(request: HttpRequest, page: Page, hook: str = "home_sections") -> list[HomeSection]:
    """Return the sections that apps add to the home page `page`, in the order of their hooks. Blocks.

    A hook takes `(request, page)`. It returns a `HomeSection`, or None if it has nothing to show. Sections of the 404
    page are registered with the hook `not_found_sections`.
    """
    sections = (build_section(request, page) for build_section in hooks.get_hooks(hook))
    return [section for section in sections if section is not None]

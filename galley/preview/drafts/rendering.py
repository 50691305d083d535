"""A page in memory to HTML, cut at its regions, so that a change travels as the few characters that changed.

A region is an element with a `data-region` attribute, whose value is unique on the page. What lies between the regions
is the skeleton. A page whose templates mark no region is all skeleton.
"""

import re
from typing import NamedTuple

from wagtail.models import Page


class RenderingFailed(Exception):
    """The page's template or view can't show this state of the draft."""


def render_page(page: Page) -> str:
    """Return the whole HTML document of `page`, as an anonymous visitor would see it.

    Wagtail's own preview request is used, without an original request: no cookie, token or name of the editor gets
    into what is sent to other screens. Raises `RenderingFailed`.
    """
    attributes = {"is_secure": lambda: True}  # else SecurityMiddleware may redirect it to HTTPS
    response = page.make_preview_request(preview_mode=page.default_preview_mode, extra_request_attrs=attributes)
    if response.status_code != 200:
        raise RenderingFailed(f"{type(page).__name__} answered its preview with status {response.status_code}")
    return response.content.decode(response.charset)


OPENING = re.compile(r"<([a-z][a-z0-9-]*)\b[^<>]*?\sdata-region=\"([^\"]+)\"[^>]*>", re.IGNORECASE)


class CutPage(NamedTuple):
    """A page in parts.

    `skeleton` holds markup and names of regions in turn: markup, name, markup, name, …, markup.
    `regions` holds the inner HTML of each region by its name.
    """

    skeleton: tuple[str, ...]
    regions: dict[str, str]

    @property
    def html(self) -> str:
        """The whole page."""
        return "".join(self.regions[part] if i % 2 else part for i, part in enumerate(self.skeleton))


def cut_page(html: str) -> CutPage:
    """Cut `html` at its outermost regions. A region that isn't closed, or whose name comes again, stays skeleton."""
    skeleton: list[str] = []
    regions: dict[str, str] = {}
    position = 0
    for match in OPENING.finditer(html):
        tag, name = match.groups()
        if match.start() < position or name in regions:
            continue
        end = _end_of_content(html, tag, match.end())
        if end is not None:
            skeleton += [html[position : match.end()], name]
            regions[name] = html[match.end() : end]
            position = end
    return CutPage((*skeleton, html[position:]), regions)


def _end_of_content(html: str, tag: str, start: int) -> int | None:
    """Return where the content of the element `tag`, opened just before `start`, ends."""
    depth = 1
    for match in re.compile(rf"<(/?){tag}\b[^>]*>", re.IGNORECASE).finditer(html, start):
        depth += -1 if match[1] else 1
        if depth == 0:
            return match.start()
    return None

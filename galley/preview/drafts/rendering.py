"""A page in memory to the HTML that a visitor would get."""

from wagtail.models import Page


class RenderingFailed(Exception):
    """The page's template or view can't show this state of the draft."""


def render_page(page: Page) -> str:
    """Return the whole HTML document of `page`, as an anonymous visitor would see it.

    Wagtail's own preview request is used, without an original request: no cookie, token or name of the editor gets
    into what is sent to other screens. Raises `RenderingFailed`.
    """
    response = page.make_preview_request(preview_mode=page.default_preview_mode)
    if response.status_code != 200:
        raise RenderingFailed(f"{type(page).__name__} answered its preview with status {response.status_code}")
    return response.content.decode(response.charset)

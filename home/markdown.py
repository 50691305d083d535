"""Markdown to HTML that is safe to print."""

from django.utils.safestring import SafeString
from wagtailmarkdown.utils import render_markdown as render_wagtail_markdown


def render_markdown(text: str) -> SafeString:
    """Return the sanitised HTML of the Markdown `text`."""
    return render_wagtail_markdown(text)

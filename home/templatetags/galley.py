"""Filters that the site's templates use."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight as highlight_code
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from home.markdown import render_markdown

register = template.Library()

register.filter("markdown", render_markdown)


@register.filter
def highlight(code: str, language: str) -> SafeString:
    """Return `code` as HTML with Pygments' classes; as plain text where Pygments doesn't know the `language`."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return escape(code)
    return mark_safe(highlight_code(code, lexer, HtmlFormatter(nowrap=True)))

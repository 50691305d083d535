"""Filters that the site's templates use."""

from django import template

from home.markdown import highlight_code, render_markdown

register = template.Library()

register.filter("markdown", render_markdown)
register.filter("highlight", highlight_code)

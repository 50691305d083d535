"""Filters that the site's templates use."""

from django import template

from home.markdown import render_markdown

register = template.Library()

register.filter("markdown", render_markdown)

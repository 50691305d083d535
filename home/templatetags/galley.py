"""Template filters and tags of the site."""

from typing import Any, cast

from django import template
from django.template.context import Context
from wagtail.blocks.stream_block import StreamValue

from galley.images import find_largest_url, render_picture, render_preload
from galley.markdown import highlight_code, name_language, render_formula, render_markdown
from galley.markdown.headings import anchor_headings
from galley.markdown.typesetting import Text, typeset
from home.page_metadata import page_metadata
from home.structured_data import structured_data

register = template.Library()

register.filter("markdown", render_markdown)
register.filter("highlight", highlight_code)
register.simple_tag(render_picture, name="site_picture")
register.simple_tag(render_preload, name="preload_picture")
register.filter("largest_url", find_largest_url)
register.filter("language_name", name_language)
register.filter("formula", render_formula)
register.filter("anchor_headings", anchor_headings)
register.simple_tag(page_metadata)
register.simple_tag(structured_data)


@register.simple_tag(takes_context=True, name="typeset")
def typeset_body(context: Context, body: StreamValue) -> Text:
    """Return the rendered `body` with its table of contents: `{% typeset page.body as text %}`."""
    return typeset(body, cast(dict[str, Any], context.flatten()))

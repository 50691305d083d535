"""Template filters and tags of the site."""

from typing import Any, cast

from django import template
from django.template.context import Context
from wagtail.blocks.stream_block import StreamValue

from galley.images import largest_image_url, render_picture, render_preload
from galley.markdown import (
    RenderedBody,
    anchor_headings,
    language_name,
    render_body,
    render_code,
    render_formula_block,
    render_markdown,
)
from home.page_metadata import page_metadata, structured_data

register = template.Library()

register.filter("markdown", render_markdown)
register.filter("highlight", render_code)
register.simple_tag(render_picture, name="site_picture")
register.simple_tag(render_preload, name="preload_picture")
register.filter("largest_url", largest_image_url)
register.filter("language_name", language_name)
register.filter("formula", render_formula_block)
register.filter("anchor_headings", anchor_headings)
register.simple_tag(page_metadata)
register.simple_tag(structured_data)


@register.simple_tag(takes_context=True, name="render_body")
def render_body_tag(context: Context, body: StreamValue) -> RenderedBody:
    """Return the rendered `body` with its table of contents: `{% render_body page.body as body %}`."""
    return render_body(body, cast(dict[str, Any], context.flatten()))

"""Filters and tags that the site's templates use."""

from typing import Any, cast

from django import template
from django.http import HttpRequest
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from wagtail.blocks.stream_block import StreamValue
from wagtail.models import Page, Site

from galley.images import find_largest_url, render_picture, render_preload
from galley.markdown import highlight_code, name_language, render_formula, render_markdown
from galley.markdown.headings import anchor_headings
from galley.markdown.typesetting import Text, typeset
from galley.page_cache.versioned import cached, is_caching
from home.page_metadata import PageMetadata, page_metadata
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


@register.simple_tag(takes_context=True, name="typeset")
def typeset_body(context: Context, body: StreamValue) -> Text:
    """Return the stream `body` as HTML, with its table of contents: `{% typeset page.body as text %}`."""
    return typeset(body, cast(dict[str, Any], context.flatten()))


register.simple_tag(page_metadata)


@register.simple_tag(name="structured_data")
def structured_data_of(page: Any, meta: PageMetadata, request: HttpRequest | None) -> SafeString:
    """Print what programs are told about `page`; nothing about what is no page."""
    return structured_data(page, meta, request) if request and isinstance(page, Page) else SafeString()


@register.tag("cached")
def cached_part(parser: Parser, token: Token) -> "CachedNode":
    """Print the part of a template up to `endcached`, rendered once for each version of the content.

    `{% cached "name" page.pk … %}`: the name, and all that the part depends on besides content, site and language.
    It is not cached in previews, nor where one of these values is missing. It must not depend on the visitor.
    """
    _, *arguments = token.split_contents()
    nodelist = parser.parse(["endcached"])
    parser.delete_first_token()
    return CachedNode(nodelist, [parser.compile_filter(argument) for argument in arguments])


class CachedNode(Node):
    """A part of a template that is cached for one version of the content."""

    def __init__(self, nodelist: NodeList, arguments: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.arguments = arguments

    def render(self, context: Context) -> SafeString:
        """Return the HTML of the part."""
        key = self._find_key(context)
        return cached(key, lambda: self.nodelist.render(context)) if key else self.nodelist.render(context)

    def _find_key(self, context: Context) -> tuple[Any, ...] | None:
        request = context.get("request")
        if request is None or not is_caching() or getattr(request, "is_preview", False):
            return None
        values = [argument.resolve(context, ignore_failures=True) for argument in self.arguments]
        if any(value in (None, "") for value in values):
            return None
        site = Site.find_for_request(request)
        return "part", site and site.pk, get_language(), *values

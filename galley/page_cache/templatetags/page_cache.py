"""The template tag `{% cached %}`, which caches a part of a template."""

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from wagtail.models import Site

from galley.page_cache.versioned import cached, is_caching

register = template.Library()


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
        if key is None:
            return self.nodelist.render(context)
        # Encoded, it takes half of the memory: Python has two bytes for each character of a text with a dash.
        return SafeString(cached(key, lambda: self.nodelist.render(context).encode()).decode())

    def _find_key(self, context: Context) -> tuple[Any, ...] | None:
        request = context.get("request")
        if request is None or not is_caching() or getattr(request, "is_preview", False):
            return None
        values = [argument.resolve(context, ignore_failures=True) for argument in self.arguments]
        if any(value in (None, "") for value in values):
            return None
        site = Site.find_for_request(request)
        return "part", site and site.pk, *values

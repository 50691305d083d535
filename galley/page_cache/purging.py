"""Tells a CDN or a Varnish in front which addresses it must not show any more.

Wagtail's `frontend_cache` does the asking, in the background worker. It knows which page was published; this cache
knows in addition which other addresses showed it.
"""

from collections.abc import Iterable

from django.conf import settings
from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

from galley.page_cache.requests import Key, RequestRules
from galley.page_cache.threads import in_edge_thread


def is_wanted() -> bool:
    """Return whether there is anybody to tell."""
    return bool(getattr(settings, "WAGTAILFRONTENDCACHE", None))


async def purge(keys: Iterable[Key], rules: RequestRules) -> None:
    """Have the addresses of `keys` purged."""
    urls = sorted({rules.address(key) for key in keys})
    if urls:
        await in_edge_thread(purge_urls_from_cache, urls)

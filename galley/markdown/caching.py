"""Caches for HTML, bounded by the memory that they take."""

from collections.abc import Hashable
from sys import getsizeof

from cachetools import LRUCache

# What a key and its places in the dictionaries of a cache take. Of short texts, it is the larger part.
ENTRY_BYTES = 500


def make_html_cache(max_bytes: int) -> LRUCache[Hashable, str]:
    """Return a cache of about `max_bytes`, which forgets first what wasn't used for longest."""
    return LRUCache(max_bytes, getsizeof=lambda html: ENTRY_BYTES + getsizeof(html))

"""Caches for HTML, bounded by the memory that they take."""

from collections.abc import Hashable
from sys import getsizeof

from cachetools import LRUCache

# What a key and its places in the dictionaries of a cache take. Of short texts, it is the larger part.
ENTRY_BYTES = 500


def make_html_cache(max_bytes: int, max_texts: int | None = None) -> LRUCache[Hashable, str]:
    """Return a cache of about `max_bytes` and at most `max_texts`, which forgets first what wasn't used for longest."""
    least = max_bytes // max_texts if max_texts else 0
    return LRUCache(max_bytes, getsizeof=lambda html: max(least, ENTRY_BYTES + getsizeof(html)))

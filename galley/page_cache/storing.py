"""Which answers may be kept, and for how long: what their own headers say (RFC 9111, section 3)."""

import re
from collections.abc import Iterable

from galley.page_cache.requests import Headers

LARGEST_BODY = 2 * 1024 * 1024
# Nobody has to trust that every query is noted: what a page has from elsewhere is made anew after this time.
LONGEST_SECONDS = 10 * 60
# Old in years, an answer is shown this long while a new one is made; changes in the database never wait for that.
STALE_SECONDS = 60

_NEVER = frozenset({"private", "no-store", "no-cache"})
_SECONDS = re.compile(r"(s-maxage|max-age)=\"?(\d+)")


def is_storable(status: int, headers: Headers, keyed_headers: Iterable[bytes]) -> bool:
    """Return whether an answer is everybody's: it has to say so itself, and to be the same for all with one key."""
    directives = {directive.partition("=")[0] for directive in _list(headers.get(b"cache-control", b""))}
    return (
        status == 200
        and "public" in directives
        and not directives & _NEVER
        and b"set-cookie" not in headers
        and b"content-encoding" not in headers
        and 0 <= _length(headers) <= LARGEST_BODY
        and varies_by_key_only(headers, keyed_headers)
    )


def varies_by_key_only(headers: Headers, keyed_headers: Iterable[bytes]) -> bool:
    """Return whether the answer depends on nothing of the request but what is in its key.

    Cookies are no exception: an answer that is kept was made for somebody who has none.
    """
    known = {"cookie", "accept-encoding", *(name.decode() for name in keyed_headers)}
    return known.issuperset(_list(headers.get(b"vary", b"")))


def seconds_fresh(headers: Headers) -> int:
    """Return how long the answer may be shown without being made anew."""
    ages = {name: int(age) for name, age in _SECONDS.findall(headers.get(b"cache-control", b"").decode("latin-1"))}
    # `max-age=0` asks browsers to come back each time: they ask us.
    wished = ages.get("s-maxage") or ages.get("max-age") or LONGEST_SECONDS
    return min(wished, LONGEST_SECONDS)


def _list(value: bytes) -> list[str]:
    return [part.strip() for part in value.decode("latin-1").lower().split(",") if part.strip()]


def _length(headers: Headers) -> int:
    """Return the announced length of the body; -1 where there is none, as with streams."""
    value = headers.get(b"content-length", b"")
    return int(value) if value.isdigit() else -1

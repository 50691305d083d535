"""Which requests and responses the cache may handle (RFC 9111, sections 3 and 4), and the cache key.

Functions that refuse return the reason as text, which is logged; an empty text stands for consent.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from django.conf import settings

from galley.page_cache.conf import get_setting

Scope = dict[str, Any]
Headers = dict[bytes, bytes]
Key = tuple[Any, ...]

SAFE_METHODS = frozenset({"GET", "HEAD"})
FORWARDED_SCHEME = b"x-forwarded-proto"
MAX_QUERY_LENGTH = 1_000
MAX_BODY_BYTES = 2 * 1024 * 1024
# Content that comes from elsewhere than the database, such as a file, is updated after this time at the latest.
MAX_AGE_SECONDS = 10 * 60
# How long an expired response may be served while it is revalidated. Changes in the database don't wait for that.
STALE_SECONDS = 60

_FORBIDDING = {"private", "no-store", "no-cache"}
_MAX_AGE = re.compile(r"(s-maxage|max-age)=\"?(\d+)")


class CacheRequest(NamedTuple):
    """A request that the cache may answer."""

    scope: Scope
    headers: Headers
    key: Key


def read_headers(scope: Scope) -> Headers:
    """Return the request's headers by name. A client may send its cookies in several (RFC 9113, 8.2.3)."""
    headers: Headers = dict(scope["headers"])
    if len(headers) != len(scope["headers"]) and b"cookie" in headers:
        headers[b"cookie"] = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return headers


class RequestRules:
    """Which requests may be answered from the cache, according to the settings."""

    def __init__(self) -> None:
        header, value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
        self.scheme_header = header.removeprefix("HTTP_").replace("_", "-").lower().encode()
        self.secure_value = value.encode()
        keyed = [name.lower().encode() for name in get_setting("PAGE_CACHE_KEYED_HEADERS")]
        # A response may vary by these headers. Django doesn't even see the others when it makes a response to store.
        self.keyed_headers = tuple(filter(None, [b"host", self.scheme_header, *keyed]))
        self._personal_cookie_names = frozenset(get_setting("PAGE_CACHE_PERSONAL_COOKIES"))
        self._excluded_paths = tuple(get_setting("PAGE_CACHE_EXCLUDED_PATHS"))

    def key(self, scope: Scope, headers: Headers) -> Key:
        """Return the cache key of a request: everything that a stored response may depend on."""
        query = scope["query_string"]
        return (
            # Behind a proxy that sends the scheme in a header, Django trusts that header alone.
            "" if self.scheme_header in headers else scope["scheme"],
            scope["path"],
            normalise_query(query) if query else b"",
            *map(headers.get, self.keyed_headers),
        )

    def knows_scheme(self, headers: Headers) -> bool:
        """Return whether the scheme in the key is final, even before uvicorn has read `X-Forwarded-Proto`.

        uvicorn takes the scheme from that header after it has called its HTTP protocol.
        """
        return FORWARDED_SCHEME not in headers or self.scheme_header == FORWARDED_SCHEME

    def url(self, key: Key) -> str:
        """Return the full URL that `key` stands for."""
        scheme, path, query, host, *rest = key
        if not scheme:
            scheme = "https" if rest[0] == self.secure_value else "http"
        return f"{scheme}://{(host or b'').decode()}{quote(path)}{f'?{query.decode()}' if query else ''}"

    def is_anonymous(self, headers: Headers) -> bool:
        """Return whether the request has no credentials, and no cookie that the site reads."""
        return b"authorization" not in headers and not self._personal_cookies(headers)

    def is_excluded(self, scope: Scope) -> bool:
        """Return whether the cache leaves this path alone."""
        return scope["path"].startswith(self._excluded_paths)

    def why_bypassed(self, scope: Scope, headers: Headers) -> str:
        """Return why Django itself has to answer a GET request; empty text if the cache may."""
        if b"authorization" in headers:
            return "the request has an Authorization header"
        if cookies := self._personal_cookies(headers):
            return f"the request has the cookie {min(cookies)}"
        if self.is_excluded(scope):
            return "the path is excluded by PAGE_CACHE_EXCLUDED_PATHS"
        if len(scope["query_string"]) > MAX_QUERY_LENGTH:
            return f"the query string has more than {MAX_QUERY_LENGTH} bytes"
        if b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0":
            return "the request has a body"
        return ""

    def _personal_cookies(self, headers: Headers) -> set[str]:
        if b"cookie" not in headers:
            return set()
        cookies = headers[b"cookie"].decode("latin-1").split(";")
        return {cookie.partition("=")[0].strip() for cookie in cookies} & self._personal_cookie_names

    def anonymous_scope(self, request: CacheRequest) -> Scope:
        """Return the scope of a GET request that has what is in the key, and nothing else of the client's."""
        headers = [(name, request.headers[name]) for name in self.keyed_headers if name in request.headers]
        own = {"method": "GET", "query_string": request.key[2], "headers": headers, "client": None, "extensions": {}}
        scope = {**request.scope, **own}
        scope.pop("raw_path", None)
        return scope


@lru_cache(maxsize=1024)
def normalise_query(query: bytes) -> bytes:
    """Return `query` sorted by name, without ignored parameters: one page has one key."""
    if len(query) > MAX_QUERY_LENGTH:
        return query
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    wanted = sorted((pair for pair in pairs if not _is_ignored(pair[0])), key=lambda pair: pair[0])
    return urlencode(wanted, encoding="latin-1").encode()


def _is_ignored(parameter: str) -> bool:
    ignored: Iterable[str] = get_setting("PAGE_CACHE_IGNORED_PARAMETERS")
    return any(parameter.startswith(name[:-1]) if name.endswith("*") else parameter == name for name in ignored)


def why_not_storable(status: int, headers: Headers, keyed_headers: Iterable[bytes]) -> str:
    """Return why a response may not be stored; empty text if it may. It has to say itself that it is public."""
    directives = {directive.partition("=")[0] for directive in _list(headers.get(b"cache-control", b""))}
    if status != 200:
        return f"its status is {status}"
    if forbidding := directives & _FORBIDDING:
        return f"its Cache-Control says {min(forbidding)}"
    if "public" not in directives:
        return "its Cache-Control doesn't say public"
    for name in (b"set-cookie", b"content-encoding"):
        if name in headers:
            return f"it has the header {name.decode()}"
    length = headers.get(b"content-length", b"")  # a stream has none
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return f"its Content-Length is missing or above {MAX_BODY_BYTES}"
    if not varies_by_key_only(headers, keyed_headers):
        return "it varies by a header that isn't in the cache key"
    return ""


def varies_by_key_only(headers: Headers, keyed_headers: Iterable[bytes]) -> bool:
    """Return whether the response depends on no other request headers than those in the cache key.

    Cookies are no exception: a response is only stored if its request was made without any.
    """
    known = {"cookie", "accept-encoding", *(name.decode() for name in keyed_headers)}
    return known.issuperset(_list(headers.get(b"vary", b"")))


def seconds_fresh(headers: Headers) -> int:
    """Return how long the response may be served without revalidation."""
    ages = {name: int(age) for name, age in _MAX_AGE.findall(headers.get(b"cache-control", b"").decode("latin-1"))}
    # `max-age=0` tells browsers to revalidate each time. They revalidate with this cache.
    return min(ages.get("s-maxage") or ages.get("max-age") or MAX_AGE_SECONDS, MAX_AGE_SECONDS)


def _list(value: bytes) -> list[str]:
    return [part.strip() for part in value.decode("latin-1").lower().split(",") if part.strip()]

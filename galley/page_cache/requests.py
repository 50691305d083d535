"""What the cache makes of a request: whose answer it may be, and the key that the answer is kept under."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.conf import settings

Scope = dict[str, Any]
Headers = dict[bytes, bytes]
Key = tuple[Any, ...]

READING_METHODS = frozenset({"GET", "HEAD"})
LONGEST_QUERY = 1_000
FORWARDED_SCHEME = b"x-forwarded-proto"


class RequestRules:
    """Which requests may be answered from the cache, as the settings have it."""

    def __init__(self) -> None:
        header, value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
        self._scheme_header = header.removeprefix("HTTP_").replace("_", "-").lower().encode()
        self._secure_value = value.encode()
        named = [b"host", self._scheme_header, *(name.lower().encode() for name in settings.PAGE_CACHE_KEYED_HEADERS)]
        # An answer may depend on these headers. Any other isn't even shown to Django when an answer is made to be kept.
        self.keyed_headers = tuple(filter(None, named))
        self.ignored_cookies = frozenset(settings.PAGE_CACHE_IGNORED_COOKIES)

    def key(self, scope: Scope, headers: Headers) -> Key:
        """Return the key of the answer to a request: all that an answer that is kept may depend on."""
        query = scope["query_string"]
        return (
            # Where a proxy tells whether the visitor came by HTTPS, that header is what Django believes.
            "" if self._scheme_header in headers else scope["scheme"],
            scope["path"],
            tidy_query(query) if query else b"",
            *map(headers.get, self.keyed_headers),
        )

    def has_certain_scheme(self, headers: Headers) -> bool:
        """Return whether the key holds the scheme, however early it is asked for.

        uvicorn takes the scheme of `X-Forwarded-Proto`, where a proxy may say so, only after it has asked its protocol.
        """
        return FORWARDED_SCHEME not in headers or self._scheme_header == FORWARDED_SCHEME

    def address(self, key: Key) -> str:
        """Return the full address that `key` stands for."""
        scheme, path, query, host, *rest = key
        if not scheme:
            scheme = "https" if rest[0] == self._secure_value else "http"
        return f"{scheme}://{(host or b'').decode()}{quote(path)}{f'?{query.decode()}' if query else ''}"

    def is_anonymous(self, headers: Headers) -> bool:
        """Return whether the request comes from nobody in particular: no password, and no cookie that matters."""
        if b"authorization" in headers:
            return False
        cookies = headers.get(b"cookie")
        return cookies is None or self._names(cookies) <= self.ignored_cookies

    @staticmethod
    def _names(cookies: bytes) -> set[str]:
        return {cookie.partition("=")[0].strip() for cookie in cookies.decode("latin-1").split(";")}

    def bare_scope(self, scope: Scope, headers: Headers, key: Key) -> Scope:
        """Return the scope of a GET request that holds what is in the key, and nothing else of the visitor's."""
        kept = [(name, headers[name]) for name in self.keyed_headers if name in headers]
        bare = {**scope, "method": "GET", "query_string": key[2], "headers": kept, "client": None, "extensions": {}}
        bare.pop("raw_path", None)
        return bare


def has_body(headers: Headers) -> bool:
    """Return whether the request brings a body, strange as that is with GET."""
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


@lru_cache(maxsize=1024)
def tidy_query(query: bytes) -> bytes:
    """Return `query` sorted by name and without what advertisers add: one page, one key."""
    if len(query) > LONGEST_QUERY:
        return query
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    kept = sorted((pair for pair in pairs if not _is_ignored(pair[0])), key=lambda pair: pair[0])
    return urlencode(kept, encoding="latin-1").encode()


def _is_ignored(parameter: str) -> bool:
    ignored: Iterable[str] = settings.PAGE_CACHE_IGNORED_PARAMETERS
    return any(parameter.startswith(name[:-1]) if name.endswith("*") else parameter == name for name in ignored)

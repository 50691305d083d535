"""Refuses what another site sends in a visitor's name, without a cookie and without a token.

A token in each form would make the page its visitor's own: it couldn't be kept for others, and reading it would leave a
cookie. Browsers say where a request comes from, in `Sec-Fetch-Site` (Fetch Metadata Request Headers, W3C), or
in `Origin` (RFC 6454) where they are older. Whoever sends neither is no browser, and acts in nobody's name.
"""

from django.http import HttpRequest

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# From a page of this site; or by the visitor's own hand, as after a reload.
OWN = frozenset({"same-origin", "none"})


def is_cross_origin_write(request: HttpRequest) -> bool:
    """Return whether `request` would change something here and comes from a page that isn't this site's."""
    if request.method in SAFE_METHODS:
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in OWN
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"{request.scheme}://{request.get_host()}"

"""Who sends: the network address of a request, as far as it can be trusted."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# A household or a server has a whole network of this size to itself.
IPV6_PREFIX = 64


def identify_sender(request: HttpRequest) -> str:
    """Return a text that stands for whoever sent `request`: an IPv4 address, an IPv6 network, or nothing if unknown.

    `X-Forwarded-For` is believed only as far as `TRUSTED_PROXY_COUNT` proxies have written it: anybody can send
    the rest of it.
    """
    peer = _parse_address(request.META.get("REMOTE_ADDR", ""))
    sender = _forwarded_address(request) or peer
    if isinstance(sender, IPv6Address):
        return str(ip_network((sender, IPV6_PREFIX), strict=False))
    return str(sender or "")


def _forwarded_address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    proxies: int = settings.TRUSTED_PROXY_COUNT
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not 0 < proxies <= len(forwarded):
        return None
    return _parse_address(forwarded[-proxies].strip())


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, with or without a port."""
    host = text.rpartition(":")[0] if text.count(":") == 1 or text.startswith("[") else text
    if text.endswith("]"):
        host = text
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

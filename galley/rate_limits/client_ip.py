"""The address of a client, as far as it can be trusted."""

import logging
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from python_ipware import IpWare

logger = logging.getLogger(__name__)

# A household or a server usually has a whole IPv6 network of this size.
IPV6_PREFIX_LENGTH = 64


def get_client_ip(request: HttpRequest) -> str:
    """Return the IPv4 address or the IPv6 network of the client; an empty string if it is unknown.

    Of `X-Forwarded-For`, only the entries of the `TRUSTED_PROXY_COUNT` last proxies count. Clients can forge the rest.
    """
    proxies: int = getattr(settings, "TRUSTED_PROXY_COUNT", 0)
    entries = [entry for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    address = None
    if proxies > 0:
        trusted = {"HTTP_X_FORWARDED_FOR": ",".join(entries[-proxies:])}
        address, _ = IpWare(proxy_count=proxies - 1).get_client_ip(trusted, strict=True)
    if address is None:
        address, _ = IpWare(("REMOTE_ADDR",)).get_client_ip(request.META)
    client = _name_client(address) if address else ""
    if len(entries) != proxies and may_be_a_proxy(client):
        _log_proxies(client, min(len(entries), 10), proxies)
    return client


# Logged once for each, however many visitors come.
@lru_cache(maxsize=100)
def _log_proxies(client: str, got: int, expected: int) -> None:
    logger.warning(
        "Visitors count as one client, %s, and share its limits of messages and passwords: TRUSTED_PROXY_COUNT is %s, "
        "and X-Forwarded-For has %s addresses. The setting should be the number of proxies, each of which has to pass "
        "that header.",
        client or "unknown",
        expected,
        got,
    )


def parse_client_ip(text: str) -> str:
    """Return what `get_client_ip` returns for a client with the address `text`; an empty string if it is none."""
    try:
        return _name_client(ip_address(text.strip().partition("/")[0]))
    except ValueError:
        return ""


def _name_client(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX_LENGTH), strict=False))
    return str(address)


def may_be_a_proxy(address: str) -> bool:
    """Return whether a result of `get_client_ip` may stand for many clients: it is unknown, or of a private network."""
    return not address or ip_network(address).network_address.is_private

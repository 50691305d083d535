"""The site's address is one setting, `WAGTAILADMIN_BASE_URL`. Wagtail's record of the site follows it."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError
from django.http.request import split_domain_port, validate_host
from django.utils.encoding import punycode
from wagtail.models import Site

SITE_ADDRESS = "site_address"
PORTS = {"http": 80, "https": 443}


def read_address() -> dict[str, Any] | None:
    """Return the address in the settings as fields of Wagtail's `Site`, the host as browsers send it.

    None if the setting isn't the address of a whole site.
    """
    with suppress(ValueError):
        url = urlsplit(_setting())
        hostname, port = split_domain_port(punycode(url.netloc))
        number = int(port or PORTS.get(url.scheme, 0))
        is_whole = url.path in ("", "/") and not (url.query or url.fragment)
        if url.scheme in PORTS and hostname and is_whole and 0 < number < 65536:
            return {"hostname": hostname, "port": number}
    return None


def _setting() -> str:
    return str(getattr(settings, "WAGTAILADMIN_BASE_URL", None) or "")


def update_site(**kwargs: Any) -> None:
    """Write the address into the record of the only site: a receiver of `post_migrate`.

    Several sites were set up by hand and stay as they are. So does a host name while the setting has its default,
    `localhost`. Before the first migration nothing happens.
    """
    address = read_address()
    with suppress(DatabaseError):
        if address is None:
            return
        hosts = list(Site.objects.values_list("hostname", flat=True))
        is_followed = len(hosts) == 1 and (address["hostname"] != "localhost" or hosts == ["localhost"])
        if is_followed and not Site.objects.filter(**address).exists():
            Site.objects.update_or_create(hostname=hosts[0], defaults=address)


@register(SITE_ADDRESS, Tags.database)
def check_address(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse what is no address. Warn of one that no site has, that Wagtail writes otherwise, or that isn't allowed."""
    url, address = _setting(), read_address()
    if address is None:
        hint = "Write it like https://example.org or http://localhost:8080, without a path."
        return [
            Error(f"WAGTAILADMIN_BASE_URL is {url!r}, not the address of a site.", hint=hint, id="site_settings.E001")
        ]
    if not databases:
        return []
    messages: list[CheckMessage] = []
    with suppress(DatabaseError):
        if not Site.objects.filter(**address).exists():
            text = f"No site in Wagtail has the address {url} of WAGTAILADMIN_BASE_URL."
            hint = "`manage.py migrate` writes it into the only site. One of several is changed in the admin."
            messages.append(Warning(text, hint=hint, id="site_settings.W001"))
    if (address["port"] == 443) != url.lower().startswith("https:"):
        text = f"Wagtail writes links of the site as {Site(**address).root_url}, and the setting says {url}."
        messages.append(Warning(text, hint="Serve HTTPS at port 443, and HTTP at any other.", id="site_settings.W002"))
    if not (settings.DEBUG or validate_host(address["hostname"], settings.ALLOWED_HOSTS)):
        text = f"ALLOWED_HOSTS doesn't contain the host of {url}: the site answers 400 at its own address."
        messages.append(Warning(text, hint=f"Add {address['hostname']!r} to ALLOWED_HOSTS.", id="site_settings.W003"))
    return messages

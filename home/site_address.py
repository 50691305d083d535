"""The site's address is one setting, `WAGTAILADMIN_BASE_URL`. Wagtail's record of the site follows it."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError
from wagtail.models import Site

SITE_ADDRESS = "site_address"


def read_address() -> dict[str, Any]:
    """Return the address in the settings as fields of Wagtail's `Site`."""
    url = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return {"hostname": url.hostname or "localhost", "port": url.port or (443 if url.scheme == "https" else 80)}


def update_site(**kwargs: Any) -> None:
    """Write the address into the record of the only site: a receiver of `post_migrate`.

    Several sites were set up by hand and stay as they are. So does a host name while the setting has its default,
    `localhost`. Before the first migration nothing happens.
    """
    address = read_address()
    with suppress(DatabaseError):
        hosts = list(Site.objects.values_list("hostname", flat=True))
        is_followed = len(hosts) == 1 and (address["hostname"] != "localhost" or hosts == ["localhost"])
        if is_followed and not Site.objects.filter(**address).exists():
            Site.objects.update_or_create(hostname=hosts[0], defaults=address)


@register(SITE_ADDRESS, Tags.database)
def check_address(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn if no site has the address in the settings, and of HTTPS at a port for which Wagtail writes `http`."""
    if not databases:
        return []
    url, address = settings.WAGTAILADMIN_BASE_URL, read_address()
    messages: list[CheckMessage] = []
    with suppress(DatabaseError):
        if not Site.objects.filter(**address).exists():
            text = f"No site in Wagtail has the address {url} of WAGTAILADMIN_BASE_URL."
            hint = "`manage.py migrate` writes it into the only site. One of several is changed in the admin."
            messages.append(Warning(text, hint=hint, id="home.W001"))
    if (address["port"] == 443) != url.startswith("https:"):
        text = f"Wagtail writes links of the site as {Site(**address).root_url}, and the setting says {url}."
        messages.append(Warning(text, hint="Serve HTTPS at port 443, and HTTP at any other.", id="home.W002"))
    return messages

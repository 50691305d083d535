"""The settings of the page cache with their defaults."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULTS: dict[str, Any] = {
    # How much memory the responses of one process may take. With 0, there is no cache.
    "PAGE_CACHE_MAX_BYTES": 48 * 1024 * 1024,
    # Paths below these go to Django as they are, without a Cache-Status.
    "PAGE_CACHE_EXCLUDED_PATHS": ["/static/", "/media/", "/admin/", "/documents/"],
    # Request headers that a response may vary by, besides Accept-Encoding and Cookie.
    "PAGE_CACHE_KEYED_HEADERS": [],
    # Cookies that the site's code reads. Others, such as those of statistics, make no request personal.
    "PAGE_CACHE_PERSONAL_COOKIES": [settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages"],
    # Query parameters of advertisers, which no page reads. An asterisk stands for any ending.
    "PAGE_CACHE_IGNORED_PARAMETERS": (
        "utm_*",
        "mtm_*",
        "pk_*",
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "mc_cid",
        "mc_eid",
        "igshid",
        "gad_*",
        "gbraid",
        "wbraid",
        "srsltid",
        "_gl",
        "ttclid",
        "twclid",
        "li_fat_id",
        "yclid",
        "_hsenc",
        "_hsmi",
        "mkt_tok",
    ),
    # How many seconds a CDN may serve a page without revalidating it. It has to take purges to do so.
    "PAGE_CACHE_SHARED_MAX_AGE": 0,
    # Models, or whole apps, whose rows no visitor sees.
    "PAGE_CACHE_PRIVATE_MODELS": [],
}


def get_setting(name: str) -> Any:
    """Return the setting `name`, or its default. Raises ImproperlyConfigured for a text in place of a list."""
    value = getattr(settings, name, DEFAULTS[name])
    if isinstance(value, str):
        raise ImproperlyConfigured(f"{name} has to be a {type(DEFAULTS[name]).__name__}, not {value!r}.")
    return value

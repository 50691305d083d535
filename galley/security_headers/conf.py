"""The settings of the security headers with their defaults."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULTS: dict[str, Any] = {
    # Templates with a script that stands in the page itself. It may run, by its hash.
    "CSP_INLINE_SCRIPTS": [],
    # What the public pages and previews may load besides, as it stands in the header: "img-src https://a.example; …".
    "CSP_SOURCES": "",
    # The same for the admin.
    "CSP_ADMIN_SOURCES": "",
    # Dotted paths of functions that return more of it for public pages, such as the players of embedded videos.
    "CSP_SOURCE_FUNCTIONS": [],
    # Where browsers report what a policy has stopped. Empty: nowhere.
    "CSP_REPORT_PATH": "/policy-reports/",
    # The features that no page uses, nor a frame in it.
    "PERMISSIONS_POLICY_DENIED": [
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    ],
}


def get_setting(name: str) -> Any:
    """Return the setting `name`, or its default. Raises ImproperlyConfigured for a value of another type."""
    value, kind = getattr(settings, name, DEFAULTS[name]), type(DEFAULTS[name])
    if isinstance(value, str) is not (kind is str):
        raise ImproperlyConfigured(f"{name} has to be a {kind.__name__}, not {value!r}.")
    return value

"""The settings for mail that the worker sends."""

from typing import Any

import dj_email_url
from django.core.exceptions import ImproperlyConfigured

TIMEOUT = 15  # seconds


def mail_settings(url: str) -> dict[str, Any]:
    """Return Django's settings for the mail server at `url`, and the one for the queue in front of it.

    Raises ImproperlyConfigured if the URL begins with a name that isn't known. Without an error, Django would send by
    SMTP and without TLS.
    """
    # The name by which other programs know it.
    config = dj_email_url.parse(url.replace("smtp+tls:", "submission:", 1) or "console:")
    if "EMAIL_BACKEND" not in config:
        raise ImproperlyConfigured(
            f"EMAIL_URL begins with {url.partition(':')[0]!r}, which isn't known. For a server with STARTTLS, it is "
            "submission://user:password@mail.example.org:587, for TLS from the beginning "
            "smtp://user:password@mail.example.org:465/?ssl=True."
        )
    return config | {
        "EMAIL_BACKEND": "galley.tasks.mail.QueueingBackend",
        "TASKS_EMAIL_BACKEND": config["EMAIL_BACKEND"],
        "EMAIL_TIMEOUT": config["EMAIL_TIMEOUT"] or TIMEOUT,
    }

"""Leaves tokens that open something by themselves out of logs, reports and traces."""

import logging
import re
from typing import Any

# Where Django and uvicorn write down addresses.
LOGGERS = ("django.request", "django.server", "django.security.csrf", "uvicorn.access", "uvicorn.error")
# Of shared drafts and calendars, and of links that reset a password.
TOKEN = re.compile(r"(/shared/|/password_reset/confirm/[^/]+/)[\w.%~:-]+")


def redact_logs() -> None:
    """Redact what is logged about requests and sockets."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(redact_record)


def redact_record(record: logging.LogRecord) -> bool:
    """Redact `record`. Return True: every record is logged."""
    record.msg = redact(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(redact(value) for value in record.args)
    return True


def redact(value: Any) -> Any:
    """Return text with a sign of omission in the place of each token. Any other value is returned as it is."""
    return TOKEN.sub(r"\1…", value) if isinstance(value, str) else value

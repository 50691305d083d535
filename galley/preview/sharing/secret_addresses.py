"""The address of a shared draft is all that it takes to read it: logs only say that there was one."""

import logging
import re
from typing import Any

# Where Django and uvicorn write down addresses.
LOGGERS = ("django.request", "django.server", "django.security.csrf", "uvicorn.access", "uvicorn.error")
SECRET = re.compile(r"(/shared/)[\w.%~-]+")


def keep_out_of_logs() -> None:
    """Leave the tokens of shared drafts out of what is logged about requests and sockets."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(hide_secrets)


def hide_secrets(record: logging.LogRecord) -> bool:
    """Put a sign of omission in the place of each token in `record`. Return True: every record is kept."""
    record.msg = _hidden(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(_hidden(value) for value in record.args)
    return True


def _hidden(value: Any) -> Any:
    return SECRET.sub(r"\1…", value) if isinstance(value, str) else value

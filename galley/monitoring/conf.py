"""The setting `LOGGING`. Settings import this module: it imports nothing but Python's own."""

import logging
from typing import Any

# What uvicorn, and the library beneath it, log of each WebSocket.
ABOUT_SOCKETS = ('%s - "WebSocket %s"', "connection open", "connection closed", "connection rejected")
# A traceback, if a socket's text isn't valid UTF-8. With that, any client could fill the log.
INVALID_TEXT = "Invalid UTF-8 sequence received"


def logging_settings(level: str, style: str) -> dict[str, Any]:
    """Return `LOGGING`: lines from `level` on, such as `WARNING`, for readers if `style` is `plain`, or as `json`."""
    formatters: dict[str, dict[str, str]] = {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "galley.monitoring.logs.make_json_formatter"},
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        # Only this one: structlog, which makes the other, takes time to import.
        "formatters": {style: formatters[style]},
        "filters": {"not_of_visitors": {"()": "django.utils.log.CallbackFilter", "callback": is_not_of_visitors}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": style}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # By default, Django only mails errors to ADMINS when DEBUG is off.
            "django": {"handlers": ["console"], "level": level, "propagate": False},
            # Answers such as 404 and 429, and those to other hosts: anybody could fill the log with them. Of such
            # hosts, `galley.async_pages.refused_hosts` logs each once.
            "django.request": {"level": "ERROR" if level == "WARNING" else level},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "galley.sign_in": {"level": "INFO"},
            "uvicorn.error": {"filters": ["not_of_visitors"]},
            # It warns of each signal to stop.
            "django_tasks_db": {"level": "ERROR"},
        },
    }


def is_not_of_visitors(record: logging.LogRecord) -> bool:
    """Return whether a record of uvicorn's says something of the server, or if not, whether every request is logged."""
    text = str(record.msg)
    if text.startswith(ABOUT_SOCKETS):
        # Without `--access-log`, uvicorn has taken all handlers from this one.
        return logging.getLogger("uvicorn.access").hasHandlers()
    return not text.startswith(INVALID_TEXT)

"""The setting `LOGGING`. Settings import this module: it imports nothing but Python's own."""

import logging
from collections.abc import Iterator
from copy import copy
from typing import Any

# What uvicorn, and the library beneath it, log of each WebSocket.
ABOUT_SOCKETS = ('%s - "WebSocket %s"', "connection open", "connection closed", "connection rejected")
# A traceback, if a socket's text isn't valid UTF-8. With that, any client could fill the log.
INVALID_TEXT = "Invalid UTF-8 sequence received"

# What is away fails for each visitor, probe and thread. That is logged once in so many seconds.
OUTAGE_SECONDS = 60.0
# Django's and psycopg's, and that of `galley.files`. Settings can't import them.
OUTAGE_ERRORS = {"OperationalError", "InterfaceError", "StorageError"}
OUTAGE_LOGGERS = ("psycopg.pool", "galley.health.views")
MOST_KINDS = 100


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
        "handlers": {"console": {"class": "galley.monitoring.conf.ConsoleHandler", "formatter": style}},
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


class ConsoleHandler(logging.StreamHandler):
    """Writes a line a minute about each outage, and not one for each visitor. It says how many it has left out."""

    def __init__(self) -> None:
        super().__init__()
        # By kind: when its last line was written, and how many were left out since then.
        self._outages: dict[tuple[str, str], tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it. The caller holds the lock of the handler."""
        if (kind := find_outage(record)) is None:
            super().emit(record)
            return
        written, left_out = self._outages.get(kind, (0.0, 0))
        if record.created - written < OUTAGE_SECONDS:
            self._outages[kind] = written, left_out + 1
            return
        if len(self._outages) > MOST_KINDS:
            self._outages.clear()
        self._outages[kind] = record.created, 0
        super().emit(shorten(record, f" ({left_out} more of them since the line before)" if left_out else ""))


def find_outage(record: logging.LogRecord) -> tuple[str, str] | None:
    """Return which outage a record is about: of the database, or of the place where files are. None if of no such."""
    for error in _chain(record):
        if OUTAGE_ERRORS.intersection(kind.__name__ for kind in type(error).__mro__):
            # What is behind the beginning differs, such as the name of a file.
            return type(error).__name__, str(error)[:50]
    # The status is that of the answer to a load balancer, each few seconds.
    is_outage = record.name in OUTAGE_LOGGERS or getattr(record, "status_code", 0) == 503
    return (record.name, str(record.msg)) if is_outage else None


def shorten(record: logging.LogRecord, end: str) -> logging.LogRecord:
    """Return a copy with `end`. The reason replaces a traceback that only says where an answer was awaited."""
    record = copy(record)
    text = record.getMessage()
    if any(_is_about_connection(error) for error in _chain(record)):
        reason = next(str(error) for error in _chain(record))
        text = f"{text}: {' '.join(reason.split())}"
        record.exc_info = record.exc_text = None
    record.msg, record.args = text + end, ()
    return record


def _is_about_connection(error: BaseException) -> bool:
    """Return whether psycopg has no connection (no code, or one of these), or the storage of files fails."""
    code = getattr(error, "sqlstate", "none") or "08"
    return code.startswith(("08", "57P")) or "StorageError" in [kind.__name__ for kind in type(error).__mro__]


def _chain(record: logging.LogRecord) -> Iterator[BaseException]:
    error = record.exc_info[1] if record.exc_info else None
    while error:
        yield error
        error = error.__cause__

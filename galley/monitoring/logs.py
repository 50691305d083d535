"""Logs that machines read: a JSON object in each line, with the ids of the request and the task.

Python's own loggers are used everywhere. `structlog` formats what they say.
"""

import logging
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from galley.monitoring.request_ids import request_id, task_id


def make_json_formatter() -> logging.Formatter:
    """Return the formatter, for `"()"` in `LOGGING`."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            add_origin,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def add_origin(logger: WrappedLogger, method_name: str, event: EventDict) -> EventDict:
    """Add to `event` the ids of request and task, and of Django's records the status and the user: a processor.

    The user is only named if the request has loaded it: a log line makes no query.
    """
    record = event["_record"]
    user = getattr(getattr(record, "request", None), "_cached_user", None)
    found: dict[str, Any] = {
        "request_id": request_id.get(),
        "task_id": task_id.get(),
        "status": getattr(record, "status_code", None),
        "user_id": user.pk if user else getattr(record, "user_id", None),
    }
    event.update({name: value for name, value in found.items() if value})
    return event

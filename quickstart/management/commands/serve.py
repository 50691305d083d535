"""`manage.py serve`: runs the site's server. Its options stand here and nowhere else."""

import resource
from argparse import ArgumentParser
from contextvars import Context
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand
from uvicorn.config import LOGGING_CONFIG

from galley.preview.checks import TAG
from galley.preview.conf import MAX_MESSAGE_BYTES
from galley.site_settings.site_address import SITE_ADDRESS

SERVER_OPTIONS: dict[str, Any] = {
    # Sends cached pages as soon as a request is parsed.
    "http": "galley.page_cache.protocol:PageCacheProtocol",
    # The preview itself closes the socket for a message that is too large, with a reason. So the server takes more.
    "ws_max_size": MAX_MESSAGE_BYTES * 9 // 8,
    # The preview's messages are small: compression costs memory for each socket and saves little.
    "ws_per_message_deflate": False,
}


class Command(BaseCommand):
    """Runs the site's server until it is stopped."""

    help = "Runs the site: its pages, the admin and the live preview. SIGTERM or Ctrl-C stops it."
    # Several processes without Redis are refused before they are started.
    requires_system_checks = [TAG, SITE_ADDRESS]

    def get_check_kwargs(self, options: Any) -> Any:
        """Let the checks read the database."""
        kwargs: Any = super().get_check_kwargs(options)
        return {**kwargs, "databases": ["default"]}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, and options that differ between installations."""
        parser.add_argument("--host", default="127.0.0.1", help="Default: 127.0.0.1.")
        parser.add_argument("--port", type=int, default=8080, help="Default: 8080.")
        parser.add_argument("--fd", type=int, help="The descriptor of a listening socket, instead of host and port.")
        parser.add_argument("--workers", type=int, help="Number of processes; several need REDIS_URL. Default: 1.")
        parser.add_argument("--reload", action="store_true", help="Restart when a Python file changes.")
        parser.add_argument("--access-log", action="store_true", help="Log every request.")
        parser.add_argument(
            "--graceful-seconds", type=int, default=5, help="How long open requests may take after SIGTERM. Default: 5."
        )
        parser.add_argument("--application", help="An ASGI application as MODULE:NAME, instead of ASGI_APPLICATION.")

    def handle(self, *, application: str | None, graceful_seconds: int, verbosity: int, **options: Any) -> None:
        """Serve until stopped."""
        raise_descriptor_limit()
        # In a context of its own: what the checks have left in that of the command would be copied with each request.
        Context().run(
            uvicorn.run,
            application or ":".join(settings.ASGI_APPLICATION.rsplit(".", 1)),
            timeout_graceful_shutdown=graceful_seconds,
            log_level="info" if verbosity else "warning",
            # For programs, the server's lines are JSON too: those of the settings' root logger.
            log_config=None if settings.LOG_FORMAT == "json" else LOGGING_CONFIG,
            **{name: options[name] for name in ("host", "port", "fd", "workers", "reload", "access_log")},
            **SERVER_OPTIONS,
        )


def raise_descriptor_limit() -> None:
    """Raise the limit of open files and sockets as far as it is allowed. Beyond it, connections are closed."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

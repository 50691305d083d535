"""The site with a leak, to show that it would be seen: every request leaves some memory and an open descriptor behind.

`manage.py serve --application benchmarks.soak.leaking:application`
"""

import os
from typing import Any

from config.asgi import application as site

BYTES_A_REQUEST = 16 * 1024
leaked: list[tuple[bytes, int]] = []


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer as the site does, and lose something."""
    if scope["type"] == "http":
        leaked.append((os.urandom(BYTES_A_REQUEST), os.dup(0)))
    await site(scope, receive, send)

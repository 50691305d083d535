"""A bare ASGI application that sends one and the same answer: what uvicorn can do at the most.

`FIXED_ANSWER=FILE uvicorn benchmarks.pages.fixed:application` sends the headers and the body in FILE (JSON).
"""

import json
import os
from base64 import b64decode
from pathlib import Path
from typing import Any

_result = json.loads(Path(os.environ["FIXED_ANSWER"]).read_text())
_start = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(name.encode(), value.encode()) for name, value in _result["headers"]],
}
_body = {"type": "http.response.body", "body": b64decode(_result["body"])}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Send the answer."""
    await send(_start)
    await send(_body)

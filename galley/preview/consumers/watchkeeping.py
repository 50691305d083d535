"""Many sockets ask the same question at their regular checks, such as the thousand screens of one draft.

It is answered once for all of them.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from galley.preview.threads import in_preview_thread

T = TypeVar("T")

# Younger answers are shared. With a check every 1.5 seconds, rights that are lost are noticed within two.
SHARED_SECONDS = 0.3

_answers: dict[tuple[Any, ...], tuple[float, asyncio.Task[Any]]] = {}


async def shared_check(check: Callable[..., T], *args: Any) -> T:
    """Return `check(*args)`, called in a preview thread, or what it returned to another socket just now.

    `args` must be hashable. What the check raises is raised for everybody who asks. Only for checks on a timer: what
    somebody does is checked for itself.
    """
    key = (asyncio.get_running_loop(), check, *args)
    now = time.monotonic()
    asked_at, answer = _answers.get(key, (0.0, None))
    if answer is None or now - asked_at > SHARED_SECONDS:
        _forget_old_answers(now)
        answer = asyncio.create_task(in_preview_thread(check, *args))
        _answers[key] = (now, answer)
    # A socket that is closed meanwhile must not take the answer away from the others.
    return await asyncio.shield(answer)


def _forget_old_answers(now: float) -> None:
    for key, (asked_at, _) in list(_answers.items()):
        if now - asked_at > SHARED_SECONDS:
            del _answers[key]

"""The threads in which the synchronous part of requests runs: a few that stay, instead of a new one for each request.

Django gives every request a thread of its own under ASGI. A thousand requests are then a thousand threads, which fight
for the interpreter's lock, and each opens a database connection that it closes at once. Here a request is given to one
of a few threads, which keep their connections: what waits for the processor waits in a queue, where it costs nothing.
"""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler


class RequestThread:
    """A thread, and how many requests have been given to it and aren't finished."""

    def __init__(self) -> None:
        self.executor: Executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")
        self.requests = 0


class RequestThreads:
    """So many threads as `size` says. Each request keeps to one of them, as asgiref asks for."""

    def __init__(self, size: int) -> None:
        self._threads = [RequestThread() for _ in range(size)]

    @contextmanager
    def acquire(self) -> Iterator[Executor]:
        """Lend the thread that has the fewest requests. Called on the event loop alone, and so without a lock."""
        thread = min(self._threads, key=lambda one: one.requests)
        thread.requests += 1
        try:
            yield thread.executor
        finally:
            thread.requests -= 1


class PooledASGIHandler(ASGIHandler):
    """Django's handler, with the synchronous part of each request in one of `threads`."""

    def __init__(self, threads: RequestThreads) -> None:
        super().__init__()
        self._threads = threads

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request, as `ASGIHandler.__call__` does."""
        with self._threads.acquire() as executor:
            async with ThreadSensitiveContext(executor=executor):
                await self.handle(scope, receive, send)


def get_pooled_asgi_application(size: int) -> PooledASGIHandler:
    """Return the application, set up as `django.core.asgi.get_asgi_application` does it, with so many threads."""
    import django

    django.setup(set_prefix=False)
    return PooledASGIHandler(RequestThreads(size))

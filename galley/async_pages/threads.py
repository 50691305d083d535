"""Threads for blocking work under ASGI: a fixed number for requests, and pools beside them.

Django gives every request a thread of its own under ASGI. A thousand concurrent requests are a thousand threads, which
compete for the interpreter's lock, and each opens a database connection only to close it at once. Here requests share a
few threads that hold their connections open. The others wait in a queue, where they cost nothing.
"""

import asyncio
import functools
import io
from collections.abc import Callable, Container, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.db import close_old_connections, connections
from django.http import HttpRequest

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[..., Any]


class BodyNotStored(Exception):
    """There is no room for a large body, which is buffered in the folder for temporary files."""


class MissingBody(io.RawIOBase):
    """The body of a request that couldn't be buffered.

    It raises no OSError, which Django's protection against forged requests would take for a form without a token.
    """

    def __init__(self, cause: OSError) -> None:
        self._cause = cause

    def read(self, size: int = -1) -> bytes:
        """Raise `BodyNotStored`."""
        raise BodyNotStored from self._cause


class PooledASGIHandler(ASGIHandler):
    """Django's ASGI application. `size` threads share the synchronous part of requests.

    Each request stays in one of them, as asgiref requires.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        # The number of unfinished requests in each thread.
        self._requests = {ThreadPoolExecutor(max_workers=1, thread_name_prefix="request"): 0 for _ in range(size)}

    @contextmanager
    def acquire(self) -> Iterator[Executor]:
        """Yield the thread with the fewest requests. Needs no lock, since only the event loop calls it."""
        thread = min(self._requests, key=lambda one: self._requests[one])
        self._requests[thread] += 1
        try:
            yield thread
        finally:
            self._requests[thread] -= 1

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request, as `ASGIHandler.__call__` does."""
        with self.acquire() as executor:
            async with ThreadSensitiveContext(executor=executor):
                await self.handle(scope, receive, send)

    async def read_body(self, receive: Any) -> Any:
        """Return the body as a file, as upstream does; where the disk is full, one that says so when it is read."""
        is_complete = False

        async def receive_next() -> Any:
            nonlocal is_complete
            message = await receive()
            is_complete = not message.get("more_body", False)
            return message

        try:
            return await super().read_body(receive_next)
        except OSError as error:
            while not is_complete:
                await receive_next()
            return MissingBody(error)


class WorkerThreads:
    """At most `size` threads for blocking work that must not hold up requests. Not for work in a request's context."""

    def __init__(self, size: int, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `function(*args, **kwargs)`, called in one of the threads, outside the caller's context."""
        call = functools.partial(_call, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    finally:
        # Only broken connections are closed: opening one takes longer than most queries.
        for connection in connections.all(initialized_only=True):
            if connection.errors_occurred:
                connection.close()


def in_own_thread(
    choose_thread: Callable[[HttpRequest], Executor], methods: Container[str] = ("POST",)
) -> Callable[[View], View]:
    """Return a decorator for sync views: under ASGI, these methods run in the executor for their request.

    The executor has one thread. So slow requests of one kind wait for each other, and not in the threads of all
    requests. `choose_thread` is called on the event loop.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        async def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method not in methods or not isinstance(request, ASGIRequest):
                return await sync_to_async(view)(request, *args, **kwargs)
            async with ThreadSensitiveContext(executor=choose_thread(request)):
                return await sync_to_async(_call_view)(view, request, *args, **kwargs)

        return run

    return decorate


def _call_view(view: View, *args: Any, **kwargs: Any) -> Any:
    try:
        return view(*args, **kwargs)
    finally:
        # As Django does after each request, in the threads of requests.
        close_old_connections()

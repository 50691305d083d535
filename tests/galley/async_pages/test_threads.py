"""Requests share a few threads; other blocking work has pools of its own."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.http import HttpResponse

from blog.models import BlogIndexPage
from galley.async_pages.threads import PooledASGIHandler, WorkerThreads
from tests.conftest import SmallSite
from tests.galley.async_pages.test_event_loop import Request, send

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_requests_share_so_many_threads(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    used = set()
    together = threading.Barrier(2)

    def meet() -> None:
        used.add(threading.get_ident())
        together.wait(60)

    async def view(request, page):
        await sync_to_async(meet)()
        return HttpResponse()

    monkeypatch.setattr(BlogIndexPage, "async_view", staticmethod(view))
    monkeypatch.setattr("config.asgi.django_application._requests", PooledASGIHandler(2)._requests)

    async def send_six() -> list[int]:
        return await asyncio.gather(*(send(Request("/blog/")) for _ in range(6)))

    assert asyncio.run(send_six()) == [200] * 6
    assert len(used) == 2


def test_a_thread_that_has_less_to_do_is_taken_first() -> None:
    threads = PooledASGIHandler(2)
    with threads.acquire() as first, threads.acquire() as second:
        assert first is not second
    with threads.acquire() as third, threads.acquire() as fourth, threads.acquire() as fifth:
        assert fifth in (third, fourth)


def test_the_site_is_served_so() -> None:
    from config.asgi import django_application

    assert isinstance(django_application, PooledASGIHandler)


async def test_blocking_work_runs_in_threads_of_its_own() -> None:
    workers = WorkerThreads(1, "only-for-tests")
    name = await workers.run(lambda: threading.current_thread().name)
    assert name.startswith("only-for-tests")


@pytest.mark.parametrize("is_broken", [False, True])
async def test_only_a_broken_connection_is_closed(is_broken: bool) -> None:
    workers = WorkerThreads(1, "only-for-tests")

    def connect():
        connection.ensure_connection()
        connection.errors_occurred = is_broken
        return connections["default"]

    used = await workers.run(connect)
    assert (used.connection is None) == is_broken
    await workers.run(lambda: connection.close())

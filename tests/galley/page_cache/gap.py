"""Drives the moment between a change and its invalidation record: `python -m tests.galley.page_cache.gap`.

A page is made from the rows before the change, and stored while the record is still to be written.
"""

import asyncio
import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection

from tests.galley.page_cache.press import PUBLIC
from tests.galley.page_cache.visitors import PATIENCE, ask


def update() -> None:
    from taggit.models import Tag

    Tag.objects.filter(slug="gap").update(name="changed")


def create() -> None:
    from taggit.models import Tag

    Tag.objects.create(name="created", slug="gap-created")


def execute_many() -> None:
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE taggit_tag SET name = %s WHERE slug = %s", [("one", "gap"), ("two", "gap")])


CHANGES = {change.__name__: change for change in (update, create, execute_many)}


class Gap:
    """An application that shows all tags; while it answers for the first time, another thread changes them."""

    def __init__(self, change: Callable[[], None]) -> None:
        self._change = change
        self._is_in_gap = threading.Event()
        self._may_record = threading.Event()
        self._thread = threading.Thread(target=self._change_and_wait)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await sync_to_async(self._read)()).encode()
        if not self._thread.ident:
            self._thread.start()
            assert await asyncio.to_thread(self._is_in_gap.wait, PATIENCE)
        headers = {b"cache-control": PUBLIC.encode(), b"content-length": str(len(body)).encode()}
        await send({"type": "http.response.start", "status": 200, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": body})

    def leave(self) -> None:
        """Let the record be written."""
        self._may_record.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _read(self) -> str:
        from taggit.models import Tag

        return " ".join(Tag.objects.order_by("slug").values_list("name", flat=True))

    def _change_and_wait(self) -> None:
        with connection.execute_wrapper(self._wait_before_record):
            self._change()
        connection.close()

    def _wait_before_record(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and "changes_change" in sql:
            self._is_in_gap.set()
            self._may_record.wait(PATIENCE)
        return execute(sql, params, many, context)


def drive(change: str) -> tuple[str, str, str]:
    """Return the tags that the cache shows during the change and after it, and those that the database holds.

    At first there is one tag.
    """
    from taggit.models import Tag

    from galley.page_cache.application import PageCache
    from galley.page_cache.version_tracker import VersionTracker

    Tag.objects.all().delete()
    Tag.objects.create(name="before", slug="gap")
    gap = Gap(CHANGES[change])

    async def visit() -> tuple[str, str]:
        cache = PageCache(gap, 2**20, VersionTracker(stale_seconds=0))
        during = await ask(cache, "/")
        await asyncio.to_thread(gap.leave)
        cache.tracker.invalidate()
        after = await ask(cache, "/")
        return during.body.decode(), after.body.decode()

    return *asyncio.run(visit()), gap._read()


if __name__ == "__main__":
    import django

    django.setup()
    json.dump({change: drive(change) for change in CHANGES}, sys.stdout)

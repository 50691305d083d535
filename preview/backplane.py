"""How the processes of one site tell one another of new drafts.

Only the name of a topic and a version travel as messages; the newest state itself is kept where any process can fetch
it. A message that is lost, or overtaken by the next, does no harm: whoever hears of any later version fetches the
newest.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Protocol

from django.conf import settings
from redis import RedisError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from preview.frames import Frame

logger = logging.getLogger(__name__)

Show = Callable[[Frame], None]

# A process that is killed can't tidy up: what it kept goes by itself.
KEEP_SECONDS = 60 * 60
RECONNECT_SECONDS = 1.0


class Backplane(Protocol):
    """The five things that a hub asks of other processes."""

    async def publish(self, topic: str, frame: Frame) -> None:
        """Keep `frame` as the newest state of `topic` and announce it."""

    async def fetch(self, topic: str) -> Frame | None:
        """Return the newest state that is kept, or None."""

    async def discard(self, topic: str, version: str) -> None:
        """Keep nothing of `topic` any longer, unless a newer state than `version` has come from elsewhere."""

    async def subscribe(self, topic: str, show: Show) -> None:
        """Call `show` with the newest state whenever another process announces one."""

    async def unsubscribe(self, topic: str) -> None:
        """Stop that."""


class SingleProcess:
    """For a site that runs in one process: there is nobody else to tell."""

    async def publish(self, topic: str, frame: Frame) -> None:
        """Do nothing: the hub has shown it already."""

    async def fetch(self, topic: str) -> Frame | None:
        """Return None: what there is, the hub has."""
        return None

    async def discard(self, topic: str, version: str) -> None:
        """Do nothing."""

    async def subscribe(self, topic: str, show: Show) -> None:
        """Do nothing."""

    async def unsubscribe(self, topic: str) -> None:
        """Do nothing."""


class RedisBackplane:
    """For a site of several processes. While Redis is away, each process goes on by itself."""

    def __init__(self, url: str) -> None:
        # redis-py's default socket timeout would end the quiet connection that listens.
        self._redis = Redis.from_url(url, decode_responses=True, socket_timeout=None)
        self._pubsub: PubSub = self._redis.pubsub(ignore_subscribe_messages=True)
        self._shows: dict[str, Show] = {}
        self._shown: dict[str, str] = {}
        self._listener: asyncio.Task[None] | None = None

    async def publish(self, topic: str, frame: Frame) -> None:
        """Keep `frame` as the newest state of `topic` and announce it."""
        self._shown[topic] = frame.version
        with _redis_may_be_away():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.set(_key(topic), frame.to_json(), ex=KEEP_SECONDS)
                pipeline.publish(_key(topic), frame.version)
                await pipeline.execute()

    async def fetch(self, topic: str) -> Frame | None:
        """Return the newest state that is kept, or None."""
        with _redis_may_be_away():
            text = await self._redis.get(_key(topic))
            return Frame.from_json(str(text)) if text else None
        return None

    async def discard(self, topic: str, version: str) -> None:
        """Keep nothing of `topic` any longer, unless a newer state than `version` has come from elsewhere."""
        if topic not in self._shows:
            self._shown.pop(topic, None)
        frame = await self.fetch(topic)
        if frame and frame.version == version:
            with _redis_may_be_away():
                await self._redis.delete(_key(topic))

    async def subscribe(self, topic: str, show: Show) -> None:
        """Call `show` with the newest state whenever another process announces one."""
        self._shows[topic] = show
        with _redis_may_be_away():
            await self._pubsub.subscribe(_key(topic))
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen(), name="preview backplane")

    async def unsubscribe(self, topic: str) -> None:
        """Stop that."""
        self._shows.pop(topic, None)
        self._shown.pop(topic, None)
        with _redis_may_be_away():
            await self._pubsub.unsubscribe(_key(topic))

    async def close(self) -> None:
        """End the connections and the task that listens."""
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        with _redis_may_be_away():
            await self._pubsub.aclose()  # type: ignore[no-untyped-call]
            await self._redis.aclose()

    async def _listen(self) -> None:
        while True:
            try:
                if not self._pubsub.subscribed:
                    await asyncio.sleep(RECONNECT_SECONDS)
                    continue
                message = await self._pubsub.get_message(timeout=None)
                if message:
                    await self._show_newest(message["channel"].removeprefix(_key("")), message["data"])
            except Exception:
                # Whatever it was, the screens of this process depend on this one task.
                logger.warning("Drafts from other processes can't be heard of now; trying again.", exc_info=True)
                await asyncio.sleep(RECONNECT_SECONDS)
                await self._catch_up()

    async def _catch_up(self) -> None:
        with _redis_may_be_away():
            for topic in tuple(self._shows):
                await self._pubsub.subscribe(_key(topic))
                await self._show_newest(topic, version="")

    async def _show_newest(self, topic: str, version: str) -> None:
        if topic not in self._shows or version == self._shown.get(topic):
            return
        frame = await self.fetch(topic)
        if frame and topic in self._shows:
            self._shown[topic] = frame.version
            self._shows[topic](frame)


def make_backplane() -> Backplane:
    """Return the backplane that the settings ask for: Redis if `PREVIEW_REDIS_URL` is set."""
    url = getattr(settings, "PREVIEW_REDIS_URL", "")
    return RedisBackplane(url) if url else SingleProcess()


def _key(topic: str) -> str:
    return f"preview:{topic}"


@contextlib.contextmanager
def _redis_may_be_away() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        logger.warning("Redis is away (%s): only screens connected to this process see the draft now.", error)

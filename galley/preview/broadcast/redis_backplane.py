"""The backplane of a site of several processes: one Redis that all of them reach.

One task does all the writing and fetching. Whatever has come up while a round trip was under way goes with the next,
each topic in its newest state only: a Redis that is slow holds up nobody and piles up nothing.
"""

import asyncio
import contextlib
import json
import logging
import time
import uuid
from typing import Any

from redis import RedisError
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline, PubSub

from galley.preview.broadcast.backplane import Listener
from galley.preview.broadcast.channels import Frame
from galley.preview.broadcast.presence import People

logger = logging.getLogger(__name__)

CHANNEL = "preview"
PROCESSES = "preview:processes"
BEAT_SECONDS = 1.0
# A process that is killed can't tidy up: its people are gone after this long, and its drafts go by themselves.
SILENT_SECONDS = 3.5
KEEP_SECONDS = 60 * 60
RECONNECT_SECONDS = 0.5

# The editor may have come back through another process, whose state is newer.
DISCARD = "if redis.call('hget', KEYS[1], 'version') == ARGV[1] then return redis.call('del', KEYS[1]) end"


class RedisBackplane:
    """While Redis is away, each process goes on by itself, and catches up when it is back."""

    def __init__(self, url: str) -> None:
        # redis-py's default socket timeout would end the quiet connection that listens.
        self._redis = Redis.from_url(url, decode_responses=True, socket_timeout=None)
        self._process = uuid.uuid4().hex
        self._listener: Listener | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._begun = asyncio.Event()
        self._something_to_do = asyncio.Event()
        self._frames: dict[str, Frame] = {}
        self._discards: dict[str, str] = {}
        self._requests: set[str] = set()
        self._people = People().to_json()
        self._next_beat = 0.0
        self._heard_at: dict[str, float] = {}

    async def start(self, listener: Listener) -> None:
        """Begin to tell `listener` of other processes; return when it knows who is there now."""
        if self._listener is None:
            self._listener = listener
            self._tasks = [asyncio.create_task(work, name="preview backplane") for work in (self._hear(), self._talk())]
        await self._begun.wait()

    def publish(self, topic: str, frame: Frame) -> None:
        """Keep `frame` as the newest state of `topic` and announce it."""
        self._frames[topic] = frame
        self._something_to_do.set()

    def discard(self, topic: str, version: str) -> None:
        """Keep nothing of `topic` any longer, unless a newer state than `version` has come from elsewhere."""
        self._frames.pop(topic, None)
        self._discards[topic] = version
        self._something_to_do.set()

    def request(self, topic: str) -> None:
        """Ask for the newest state that is kept: the listener is told."""
        self._requests.add(topic)
        self._something_to_do.set()

    def announce(self, people: People) -> None:
        """Tell the others who is connected here now."""
        self._people = people.to_json()
        self._next_beat = 0.0
        self._something_to_do.set()

    async def fetch(self, topic: str) -> Frame | None:
        """Return the newest state that is kept, or None."""
        try:
            text = await self._redis.hget(_key(topic), "frame")
        except RedisError as error:
            _warn(error)
            return None
        return Frame.from_json(str(text)) if text else None

    async def close(self) -> None:
        """End the connections and the tasks. Other processes are told that this one has gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RedisError):
            await self._redis.delete(_process_key(self._process))
            await self._redis.publish(CHANNEL, json.dumps(["gone", self._process]))
            await self._redis.aclose()

    # Talking

    async def _talk(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0, self._next_beat - time.monotonic())):
                    await self._something_to_do.wait()
            self._something_to_do.clear()
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    await self._exchange()
            except Exception as error:
                # Whatever it was, the screens of this process depend on this one task.
                _warn(error)
                self._forget_the_silent()
                self._begun.set()
                await asyncio.sleep(RECONNECT_SECONDS)
                self._something_to_do.set()

    async def _exchange(self) -> None:
        """Send and fetch everything that has come up, in one round trip."""
        frames, self._frames = self._frames, {}
        discards, self._discards = self._discards, {}
        requests, self._requests = sorted(self._requests), set()
        beats = time.monotonic() >= self._next_beat
        if beats:
            self._next_beat = time.monotonic() + BEAT_SECONDS
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for topic, version in discards.items():
                    pipeline.eval(DISCARD, 1, _key(topic), version)
                for topic, frame in frames.items():
                    self._add_frame(pipeline, topic, frame)
                if beats:
                    self._add_beat(pipeline)
                for topic in requests:
                    pipeline.hget(_key(topic), "frame")
                answers = await pipeline.execute()
        except BaseException:
            self._frames = frames | self._frames
            self._discards = discards | self._discards
            self._requests.update(requests)
            self._next_beat = 0.0
            raise
        if beats:
            await self._after_beat(known_here=answers[len(answers) - len(requests) - 3] is not None)
        for topic, text in zip(requests, answers[len(answers) - len(requests) :], strict=True):
            # What was published here meanwhile is newer.
            if text and topic not in self._frames and self._listener:
                self._listener.frame_arrived(topic, Frame.from_json(text))

    def _add_frame(self, pipeline: Pipeline, topic: str, frame: Frame) -> None:
        pipeline.hset(_key(topic), mapping={"version": frame.version, "frame": frame.to_json()})
        pipeline.expire(_key(topic), KEEP_SECONDS)
        pipeline.publish(CHANNEL, json.dumps(["frame", self._process, topic]))

    def _add_beat(self, pipeline: Pipeline) -> None:
        pipeline.set(_process_key(self._process), self._people, px=int(SILENT_SECONDS * 1000), get=True)
        pipeline.sadd(PROCESSES, self._process)
        pipeline.publish(CHANNEL, json.dumps(["people", self._process, self._people]))

    async def _after_beat(self, *, known_here: bool) -> None:
        self._forget_the_silent()
        if known_here:
            return
        # A new process, or a new Redis: both begin with nothing.
        await self._meet_the_others()
        if self._begun.is_set() and self._listener:
            self._listener.connected_again()
        self._begun.set()

    async def _meet_the_others(self) -> None:
        others = sorted({str(process) for process in await self._redis.smembers(PROCESSES)} - {self._process})
        texts = await self._redis.mget([_process_key(process) for process in others]) if others else []
        for process, people in zip(others, texts, strict=True):
            if people:
                self._met(process, str(people))
            else:
                await self._redis.srem(PROCESSES, process)

    # Hearing

    async def _hear(self) -> None:
        pubsub: PubSub = self._redis.pubsub(ignore_subscribe_messages=True)
        while True:
            try:
                if not pubsub.subscribed:
                    await pubsub.subscribe(CHANNEL)
                    self._catch_up()
                message = await pubsub.get_message(timeout=None)
                if message:
                    self._understand(*json.loads(message["data"]))
            except Exception as error:
                _warn(error)
                await pubsub.aclose()  # type: ignore[no-untyped-call]
                await asyncio.sleep(RECONNECT_SECONDS)

    def _catch_up(self) -> None:
        if self._begun.is_set() and self._listener:
            self._listener.connected_again()

    def _understand(self, kind: str, process: str, *said: Any) -> None:
        if process == self._process or self._listener is None:
            return
        match kind, said:
            case "frame", [str(topic)] if self._listener.is_watched(topic):
                self.request(topic)
            case "people", [str(people)]:
                self._met(process, people)
            case "gone", []:
                self._heard_at.pop(process, None)
                self._listener.people_arrived(process, None)

    def _met(self, process: str, people: str) -> None:
        self._heard_at[process] = time.monotonic()
        if self._listener:
            self._listener.people_arrived(process, People.from_json(people))

    def _forget_the_silent(self) -> None:
        now = time.monotonic()
        for process, heard_at in list(self._heard_at.items()):
            if now - heard_at > SILENT_SECONDS:
                self._understand("gone", process)


def _key(topic: str) -> str:
    return f"preview:draft:{topic}"


def _process_key(process: str) -> str:
    return f"preview:process:{process}"


def _warn(error: Exception) -> None:
    logger.warning("Redis is away (%s): only screens connected to this process see the draft now.", error)

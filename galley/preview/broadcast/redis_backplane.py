"""The backplane of a site with several processes: one Redis that all of them reach.

One task does all writing and fetching. What comes up during a round trip goes with the next one, each channel in its
newest state only. So a slow Redis delays nobody and nothing piles up.
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

from galley.preview.broadcast.channels import Frame
from galley.preview.broadcast.hub import Backplane, Hub
from galley.preview.broadcast.presence import ProcessPresence

logger = logging.getLogger(__name__)

CHANNEL = "preview"
PROCESSES = "preview:processes"
HEARTBEAT_SECONDS = 1.0
# A process that is killed can't clean up: its presence expires after this long, its drafts after KEEP_SECONDS.
SILENT_SECONDS = 3.5
KEEP_SECONDS = 60 * 60
RECONNECT_SECONDS = 0.5

# The editor may have come back through another process, whose state is newer.
DISCARD = "if redis.call('hget', KEYS[1], 'version') == ARGV[1] then return redis.call('del', KEYS[1]) end"


class RedisBackplane(Backplane):
    """While Redis is away, each process goes on by itself, and catches up when it is back."""

    def __init__(self, url: str) -> None:
        # redis-py's default socket timeout would end the quiet connection that listens.
        self._redis = Redis.from_url(url, decode_responses=True, socket_timeout=None)
        self._process = uuid.uuid4().hex
        self._tasks: list[asyncio.Task[None]] = []
        self._started = asyncio.Event()
        self._has_work = asyncio.Event()
        self._frames: dict[str, Frame] = {}
        self._discards: dict[str, str] = {}
        self._requests: set[str] = set()
        self._own_presence = json.dumps(ProcessPresence())
        self._next_heartbeat = 0.0
        self._heard_at: dict[str, float] = {}
        self._is_away = False

    async def start(self, hub: Hub) -> None:
        """Begin to notify `hub` of other processes; return when it knows who is there now."""
        if not self._tasks:
            self._hub = hub
            self._tasks = [
                asyncio.create_task(work, name="preview backplane")
                for work in (self._listen(), self._exchange_forever())
            ]
        await self._started.wait()

    def publish(self, channel: str, frame: Frame) -> None:
        """Send `frame` with the next round trip, unless a newer one comes before."""
        self._frames[channel] = frame
        self._has_work.set()

    def discard(self, channel: str, version: str) -> None:
        """Delete what is stored with the next round trip, unless a newer state has come from elsewhere."""
        self._frames.pop(channel, None)
        self._discards[channel] = version
        self._has_work.set()

    def request(self, channel: str) -> None:
        """Fetch the newest stored state with the next round trip."""
        self._requests.add(channel)
        self._has_work.set()

    def announce(self, presence: ProcessPresence) -> None:
        """Announce who is connected here now, with the next round trip."""
        self._own_presence = json.dumps(presence)
        self._next_heartbeat = 0.0
        self._has_work.set()

    async def fetch(self, channel: str) -> Frame | None:
        """Return the newest stored state, or None."""
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                text = await self._redis.hget(_key(channel), "frame")
        except (RedisError, TimeoutError) as error:
            self._warn(error)
            return None
        return Frame.from_json(str(text)) if text else None

    async def close(self) -> None:
        """End the connections and the tasks. Announce to other processes that this one has gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RedisError, TimeoutError):
            async with asyncio.timeout(SILENT_SECONDS):
                await self._redis.delete(_process_key(self._process))
                await self._redis.publish(CHANNEL, json.dumps(["gone", self._process]))
        await self._redis.aclose()

    # Talking

    async def _exchange_forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0, self._next_heartbeat - time.monotonic())):
                    await self._has_work.wait()
            self._has_work.clear()
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    await self._exchange()
                self._is_away = False
            except Exception as error:
                # Whatever it was, the screens of this process depend on this one task.
                self._warn(error)
                self._drop_silent_processes()
                self._started.set()
                await asyncio.sleep(RECONNECT_SECONDS)
                self._has_work.set()

    async def _exchange(self) -> None:
        """Send and fetch everything that has come up, in one round trip."""
        frames, self._frames = self._frames, {}
        discards, self._discards = self._discards, {}
        requests, self._requests = sorted(self._requests), set()
        is_heartbeat_due = time.monotonic() >= self._next_heartbeat
        if is_heartbeat_due:
            self._next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for channel, version in discards.items():
                    pipeline.eval(DISCARD, 1, _key(channel), version)
                for channel, frame in frames.items():
                    self._add_frame(pipeline, channel, frame)
                if is_heartbeat_due:
                    self._add_heartbeat(pipeline)
                for channel in requests:
                    pipeline.hget(_key(channel), "frame")
                answers = await pipeline.execute()
        except BaseException:
            self._frames = frames | self._frames
            self._discards = discards | self._discards
            self._requests.update(requests)
            self._next_heartbeat = 0.0
            raise
        if is_heartbeat_due:
            await self._after_heartbeat(known_here=answers[len(answers) - len(requests) - 3] is not None)
        for channel, text in zip(requests, answers[len(answers) - len(requests) :], strict=True):
            # What was published here meanwhile is newer.
            if text and channel not in self._frames:
                self._hub.frame_arrived(channel, Frame.from_json(text))

    def _add_frame(self, pipeline: Pipeline, channel: str, frame: Frame) -> None:
        pipeline.hset(_key(channel), mapping={"version": frame.version, "frame": json.dumps(frame)})
        pipeline.expire(_key(channel), KEEP_SECONDS)
        pipeline.publish(CHANNEL, json.dumps(["frame", self._process, channel]))

    def _add_heartbeat(self, pipeline: Pipeline) -> None:
        pipeline.set(_process_key(self._process), self._own_presence, px=int(SILENT_SECONDS * 1000), get=True)
        pipeline.sadd(PROCESSES, self._process)
        pipeline.publish(CHANNEL, json.dumps(["presence", self._process, self._own_presence]))

    async def _after_heartbeat(self, *, known_here: bool) -> None:
        self._drop_silent_processes()
        if known_here:
            return
        # A new process, or a new Redis: both begin with nothing.
        await self._read_other_processes()
        self._catch_up()
        self._started.set()

    async def _read_other_processes(self) -> None:
        others = sorted({str(process) for process in await self._redis.smembers(PROCESSES)} - {self._process})
        texts = await self._redis.mget([_process_key(process) for process in others]) if others else []
        for process, presence in zip(others, texts, strict=True):
            if presence:
                self._presence_received(process, str(presence))
            else:
                await self._redis.srem(PROCESSES, process)

    # Hearing

    async def _listen(self) -> None:
        pubsub: PubSub = self._redis.pubsub(ignore_subscribe_messages=True)
        heard_at = time.monotonic()
        while True:
            try:
                if not pubsub.subscribed:
                    async with asyncio.timeout(SILENT_SECONDS):
                        await pubsub.subscribe(CHANNEL)
                    heard_at = time.monotonic()
                    self._catch_up()
                # This process hears its own heartbeat each second. Where nothing comes, the host is cut off.
                message = await pubsub.get_message(timeout=SILENT_SECONDS)
                if message is None and time.monotonic() - heard_at > SILENT_SECONDS:
                    raise TimeoutError("nothing was heard")
                heard_at = time.monotonic()
                if message:
                    self._receive(*json.loads(message["data"]))
            except Exception as error:
                self._warn(error)
                await pubsub.aclose()  # type: ignore[no-untyped-call]
                await asyncio.sleep(RECONNECT_SECONDS)

    def _catch_up(self) -> None:
        if self._started.is_set():
            self._hub.connected_again()

    def _receive(self, kind: str, process: str, *content: Any) -> None:
        if process == self._process:
            return
        match kind, content:
            case "frame", [str(channel)] if self._hub.is_watched(channel):
                self.request(channel)
            case "presence", [str(presence)]:
                self._presence_received(process, presence)
            case "gone", []:
                self._heard_at.pop(process, None)
                self._hub.presence_arrived(process, None)

    def _presence_received(self, process: str, presence: str) -> None:
        self._heard_at[process] = time.monotonic()
        self._hub.presence_arrived(process, ProcessPresence.from_json(presence))

    def _drop_silent_processes(self) -> None:
        now = time.monotonic()
        for process, heard_at in list(self._heard_at.items()):
            if now - heard_at > SILENT_SECONDS:
                self._receive("gone", process)

    def _warn(self, error: Exception) -> None:
        """Say in the log that Redis is away: once until it answers again."""
        if not self._is_away:
            reason = str(error) or type(error).__name__
            logger.warning("Redis is away (%s): only screens connected to this process see the draft now.", reason)
        self._is_away = True


def _key(channel: str) -> str:
    return f"preview:draft:{channel}"


def _process_key(process: str) -> str:
    return f"preview:process:{process}"

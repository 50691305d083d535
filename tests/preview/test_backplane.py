"""Two processes of one site, as two hubs on one real Redis."""

import asyncio
from collections.abc import Callable

from preview.backplane import RedisBackplane
from preview.frames import Frame
from preview.hub import Hub, Viewer
from preview.regions import CutPage
from tests.preview.browser_model import Screen

TOPIC = "user-1:newest"
PATIENCE = 10


def frame(version: str, text: str) -> Frame:
    return Frame(version, CutPage(("<p>", "text", "</p>"), {"text": text}), source=(1,), about={"notes": ["A note."]})


class WatchingScreen(Screen):
    """A screen that takes the messages of its viewer as they come."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self.messages = viewer.messages()

    async def shows(self, html: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.skeleton == [] or self.html != html:
                self.receive(await anext(self.messages))


def in_two_processes(redis_url: str, scene: Callable) -> None:
    async def run() -> None:
        backplanes = [RedisBackplane(redis_url) for _ in range(2)]
        try:
            await backplanes[0]._redis.flushall()
            await scene(*(Hub(backplane) for backplane in backplanes))
        finally:
            for backplane in backplanes:
                await backplane.close()

    asyncio.run(run())


def test_a_screen_follows_an_editor_in_another_process(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        screen = WatchingScreen(await there.join(TOPIC))
        await here.publish(TOPIC, frame("a.1", "Set"))
        await screen.shows("<p>Set</p>")
        await here.publish(TOPIC, frame("a.2", "Set by hand"))
        await screen.shows("<p>Set by hand</p>")
        assert screen.kinds == ["snapshot", "patch"]
        assert screen.notes == ["A note."]

    in_two_processes(redis_url, scene)


def test_a_late_screen_gets_the_newest_state_from_another_process(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        await here.publish(TOPIC, frame("a.1", "Well under way"))
        newest = await there.newest(TOPIC)
        assert newest == frame("a.1", "Well under way")
        await WatchingScreen(await there.join(TOPIC)).shows("<p>Well under way</p>")

    in_two_processes(redis_url, scene)


def test_an_editor_who_leaves_takes_only_their_own_state_away(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        first, second = frame("a.1", "First"), frame("b.1", "Second")
        await here.publish(TOPIC, first)
        await there.publish(TOPIC, second)
        await here.close(TOPIC, first, farewell=None)
        assert await here.newest(TOPIC) == second
        await there.close(TOPIC, second, farewell=None)
        assert await here.newest(TOPIC) is None

    in_two_processes(redis_url, scene)


def test_nothing_is_heard_of_what_nobody_watches(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        viewer = await there.join(TOPIC)
        await there.leave(TOPIC, viewer)
        other = WatchingScreen(await there.join("user-2:newest"))
        await here.publish(TOPIC, frame("a.1", "Not for you"))
        await here.publish("user-2:newest", frame("b.1", "For you"))
        await other.shows("<p>For you</p>")
        assert there._topics.keys() == {"user-2:newest"}

    in_two_processes(redis_url, scene)


def test_without_redis_each_process_goes_on_by_itself() -> None:
    async def scene(here: Hub, there: Hub) -> None:
        screen = WatchingScreen(await here.join(TOPIC))
        await here.publish(TOPIC, frame("a.1", "Still here"))
        await screen.shows("<p>Still here</p>")
        assert await there.newest(TOPIC) is None

    async def run() -> None:
        backplanes = [RedisBackplane("unix:///nowhere/redis.sock") for _ in range(2)]
        await scene(*(Hub(backplane) for backplane in backplanes))
        for backplane in backplanes:
            await backplane.close()

    asyncio.run(run())

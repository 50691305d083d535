"""Two processes of one site, as two hubs on one real Redis."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from galley.preview.broadcast import redis_backplane
from galley.preview.broadcast.channels import EditorConnection, Frame, Viewer
from galley.preview.broadcast.hub import Hub
from galley.preview.broadcast.presence import NewestTarget, PageTarget, Person
from galley.preview.broadcast.redis_backplane import RedisBackplane
from galley.preview.drafts.rendering import CutPage
from tests.galley.preview.browser_model import Screen
from tests.services import SilentServer

PAGE = 7
MAUD, RAFE = Person(1, "Maud"), Person(2, "Rafe")
CHANNEL = "user-1:tab-a"
PATIENCE = 60  # seconds


def frame(version: str, text: str, page_id: int = PAGE) -> Frame:
    cut = CutPage(("<p>", "text", "</p>"), {"text": text})
    return Frame(version, cut, source=(page_id,), metadata={"notes": ["A note."]})


class WatchingScreen(Screen):
    """A screen that takes the messages of its viewer as they come."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self.viewer = viewer
        self.messages = viewer.messages()

    async def shows(self, html: str) -> None:
        await self.sees(lambda: self.skeleton != [] and self.html == html)

    async def sees(self, expected: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not expected():
                self.receive(await anext(self.messages))


async def watch(hub: Hub, person: Person | None = MAUD) -> WatchingScreen:
    return WatchingScreen(await hub.join(PageTarget(PAGE, person.user_id if person else None), person))


async def write(hub: Hub, *frames: Frame, channel: str = CHANNEL, author: Person = MAUD) -> EditorConnection:
    editor = await hub.open(channel, author, PAGE)
    for state in frames:
        hub.publish(editor, state)
    return editor


async def until(expected: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not expected():  # noqa: ASYNC110  (nothing tells of it)
            await asyncio.sleep(0.01)


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
        screen = await watch(there)
        editor = await write(here, frame("a.1", "Set"))
        await screen.shows("<p>Set</p>")
        here.publish(editor, frame("a.2", "Set by hand"))
        await screen.shows("<p>Set by hand</p>")
        assert screen.kinds == ["snapshot", "patch"]
        assert screen.notes == ["A note."]

    in_two_processes(redis_url, scene)


def test_a_late_screen_gets_the_newest_state_from_another_process(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        await write(here, frame("a.1", "Well"), frame("a.2", "Well under way"))
        await until(lambda: here.backplane._frames == {})
        assert await there.newest(PageTarget(PAGE)) == frame("a.2", "Well under way")
        await (await watch(there)).shows("<p>Well under way</p>")

    in_two_processes(redis_url, scene)


def test_an_editor_who_comes_back_elsewhere_is_not_taken_away_by_their_former_process(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        lost = await write(here, frame("a.1", "Before"))
        screen = await watch(here)
        await screen.shows("<p>Before</p>")
        await write(there, frame("b.1", "After"))
        await screen.shows("<p>After</p>")
        here.leave(lost)
        await until(lambda: here.backplane._discards == {})
        assert screen.notes == ["A note."]
        assert await here.newest(PageTarget(PAGE)) == frame("b.1", "After")

    in_two_processes(redis_url, scene)


def test_screens_elsewhere_are_told_that_the_editor_has_left(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        editor = await write(here, frame("a.1", "Kept"))
        screen = await watch(there)
        await screen.shows("<p>Kept</p>")
        here.leave(editor)
        await screen.sees(lambda: "closed" in screen.notes[0])
        assert screen.html == "<p>Kept</p>"
        assert await there.backplane.fetch(CHANNEL) is None

    in_two_processes(redis_url, scene)


def test_the_newest_tab_of_a_user_is_followed_from_process_to_process(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        phone = WatchingScreen(await there.join(NewestTarget(MAUD.user_id), MAUD))
        one = await write(here, frame("a.1", "One"), channel="user-1:tab-one")
        await phone.shows("<p>One</p>")
        two = await write(there, frame("b.1", "Two", page_id=8), channel="user-1:tab-two")
        await phone.shows("<p>Two</p>")
        await until(lambda: len(here._registry.of_user(MAUD.user_id)) == 2)
        here.publish(one, frame("a.2", "One again"))
        await phone.shows("<p>One again</p>")
        here.publish(one, frame("a.3", "One more"))
        there.publish(two, frame("b.2", "Two again", page_id=8))
        await phone.shows("<p>Two again</p>")

    in_two_processes(redis_url, scene)


def test_people_in_other_processes_are_told_of_and_forgotten(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        await write(here, frame("a.1", "By Maud"))
        rafe = await write(there, frame("b.1", "By Rafe"), channel="user-2:tab-b", author=RAFE)
        screen = await watch(there)
        guest = await watch(here, None)
        await screen.sees(lambda: screen.presence.get("guests") == 1)
        assert [editor["name"] for editor in screen.presence["editors"]] == ["Maud", "Rafe"]
        assert screen.presence["viewers"] == [{"name": "Maud", "you": True}]
        await guest.sees(lambda: guest.presence.get("viewers") == [{"name": "", "you": False}])
        assert "Maud" not in str(guest.presence)
        there.leave(rafe)
        await guest.sees(lambda: len(guest.presence.get("editors", ())) == 1)

    in_two_processes(redis_url, scene)


@pytest.mark.nightly
def test_the_people_of_a_process_that_dies_are_forgotten(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        await write(here, frame("a.1", "Cut off"))
        screen = await watch(there)
        await screen.shows("<p>Cut off</p>")
        for task in here.backplane._tasks:
            task.cancel()
        await screen.sees(lambda: screen.presence.get("editors") == [])
        await screen.sees(lambda: "connection" in screen.notes[0])

    in_two_processes(redis_url, scene)


def test_nothing_is_fetched_that_nobody_watches(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        there.part((await watch(there)).viewer)
        phone = WatchingScreen(await there.join(NewestTarget(RAFE.user_id), RAFE))
        await write(here, frame("a.1", "Not for you"))
        await write(here, frame("b.1", "For you"), channel="user-2:tab-b", author=RAFE)
        await phone.shows("<p>For you</p>")
        assert there._channels.keys() == {"user-2:tab-b"}

    in_two_processes(redis_url, scene)


def test_a_redis_that_is_slow_holds_nobody_up_and_gets_the_newest_state_only(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        screen, elsewhere = await watch(here), await watch(there)
        editor = await write(here)
        # Only what changes something waits, so the end of the pause can be seen.
        await here.backplane._redis.execute_command("client", "pause", 60_000, "write")
        for number in range(50):
            hub_frame = frame(f"a.{number}", f"State {number}")
            here.publish(editor, hub_frame)
            await screen.shows(f"<p>State {number}</p>")
            assert len(here.backplane._frames) <= 1
        await there.backplane._redis.execute_command("client", "unpause")
        await elsewhere.shows("<p>State 49</p>")
        assert len(elsewhere.kinds) < 10

    in_two_processes(redis_url, scene)


@pytest.mark.nightly
def test_a_redis_that_has_lost_everything_is_told_everything(redis_url: str) -> None:
    async def scene(here: Hub, there: Hub) -> None:
        await write(here, frame("a.1", "Still known"))
        await until(lambda: here.backplane._frames == {})
        await here.backplane._redis.flushall()
        screen = await watch(there)
        await screen.shows("<p>Still known</p>")

    in_two_processes(redis_url, scene)


def test_without_redis_each_process_goes_on_by_itself() -> None:
    async def scene(here: Hub, there: Hub) -> None:
        screen = await watch(here)
        await write(here, frame("a.1", "Still here"))
        await screen.shows("<p>Still here</p>")
        assert await there.newest(PageTarget(PAGE)) is None

    async def run() -> None:
        backplanes = [RedisBackplane("unix:///nowhere/redis.sock") for _ in range(2)]
        await scene(*(Hub(backplane) for backplane in backplanes))
        for backplane in backplanes:
            await backplane.close()

    asyncio.run(run())


def test_with_a_redis_that_never_answers_too_and_it_ends(
    silent: SilentServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, seconds in (("SILENT_SECONDS", 0.1), ("RECONNECT_SECONDS", 0.05)):
        monkeypatch.setattr(redis_backplane, name, seconds)

    async def run() -> None:
        backplane = RedisBackplane(silent.url)
        hub = Hub(backplane)
        screen = await watch(hub)
        await write(hub, frame("a.1", "Still here"))
        await screen.shows("<p>Still here</p>")
        assert await backplane.fetch("user-2:tab-b") is None
        async with asyncio.timeout(PATIENCE):
            await backplane.close()

    asyncio.run(run())
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["Redis is away (TimeoutError)"]


class SilentCut:
    """A way to Redis that can be cut without a word: what is sent on the connections of before gets lost."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._cables: list[list[bool]] = []

    async def __aenter__(self) -> "SilentCut":
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()

    def cut(self) -> None:
        for cable in self._cables:
            cable[0] = False

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cable = [True]
        self._cables.append(cable)
        from_redis, to_redis = await asyncio.open_unix_connection(self._path)
        await asyncio.gather(self._pump(reader, to_redis, cable), self._pump(from_redis, writer, cable))

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cable: list[bool]) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if cable[0]:
                    writer.write(data)
        writer.close()


def test_a_process_that_is_cut_off_without_a_word_connects_again(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("HEARTBEAT_SECONDS", 0.1), ("SILENT_SECONDS", 0.5), ("RECONNECT_SECONDS", 0.05)):
        monkeypatch.setattr(redis_backplane, name, seconds)

    async def run() -> None:
        async with SilentCut(redis_url.removeprefix("unix://")) as way:
            backplanes = [RedisBackplane(redis_url), RedisBackplane(way.url)]
            try:
                await backplanes[0]._redis.flushall()
                here, there = (Hub(backplane) for backplane in backplanes)
                screen = await watch(there)
                editor = await write(here, frame("a.1", "Set"))
                await screen.shows("<p>Set</p>")
                way.cut()
                here.publish(editor, frame("a.2", "Set by hand"))
                await screen.shows("<p>Set by hand</p>")
                # By the connection that listens, not by the catching up of the other one.
                here.publish(editor, frame("a.3", "Set by hand again"))
                await screen.shows("<p>Set by hand again</p>")
            finally:
                for backplane in backplanes:
                    await backplane.close()

    asyncio.run(run())

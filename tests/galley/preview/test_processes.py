"""Editor and screens on the site as it really runs: on one process, and on two, either of which may die."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.request import Request, urlopen

import pytest

from tests.galley.preview.browser_model import Screen
from tests.galley.preview.conftest import form_of, markdown
from tests.galley.preview.real_sockets import PATIENCE, RealEditor, RealScreen, connect_to, running
from tests.processes import Processes, relay
from tests.running_site import EDITOR, read_session

POST = "select id, title, slug from wagtailcore_page join blog_blogpostpage on page_ptr_id = id"


@dataclass
class Scene:
    """An editor of the post, and two screens that watch it."""

    processes: Processes
    editor: RealEditor
    screens: list[RealScreen]
    where_screens: tuple[str, str, str]

    async def types_on(self, *words: str) -> None:
        """Type words one after the other, without waiting for any to be shown."""
        for word in words:
            before = self.editor.form["body-0-value"][0]
            await self.editor.type(**{"body-0-value": f"{before} {word}"})

    async def everybody_shows(self, text: str) -> None:
        await asyncio.gather(*(screen.shows(text) for screen in self.screens))


@contextlib.asynccontextmanager
async def scene_on(processes: Processes) -> AsyncIterator[Scene]:
    """An editor connected to the first process and screens to the last, each with the others to fall back on."""
    [(page_id, title, slug)] = processes.query(POST)
    forwards, backwards = processes.servers, processes.servers[::-1]
    async with relay(*forwards) as to_first, relay(*backwards) as to_last:
        cookie = f"sessionid={read_session(processes.var_dir)}"
        form = form_of(SimpleNamespace(title=title, slug=slug), body=markdown("Set:"))
        editor = RealEditor(to_first, f"/preview/tabs/one/edit/{page_id}/", cookie, form=form)
        where = (to_last, f"/preview/pages/{page_id}/", cookie)
        screens = [RealScreen(*where), RealScreen(to_last, "/preview/", cookie)]
        async with running(editor, *screens):
            scene = Scene(processes, editor, screens, where)
            await scene.everybody_shows("<p>Set:</p>")
            yield scene


def small_socket(port: int) -> socket.socket:
    """Connect to the server with a small buffer for what isn't read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    connection.connect(("127.0.0.1", port))
    connection.setblocking(False)
    return connection


def play(processes: Processes, play_scene: Callable[[Scene], Coroutine]) -> None:
    async def run() -> None:
        async with scene_on(processes) as scene:
            await play_scene(scene)

    asyncio.run(run())
    assert "Traceback" not in processes.log(), processes.log()


def test_what_is_typed_reaches_screens_as_patches(one_or_two_processes: Processes) -> None:
    async def scene(scene: Scene) -> None:
        await scene.types_on("one", "two", "three")
        await scene.everybody_shows("<p>Set: one two three</p>")
        for screen in scene.screens:
            assert screen.screen.kinds[0] == "snapshot"
            assert set(screen.screen.kinds[1:]) == {"patch"}

    play(one_or_two_processes, scene)


def test_a_late_screen_has_the_draft_at_once(one_or_two_processes: Processes) -> None:
    async def scene(scene: Scene) -> None:
        await scene.types_on("well", "under", "way")
        await scene.everybody_shows("well under way")
        late = RealScreen(*scene.where_screens)
        async with running(late):
            await late.shows("well under way")
            assert late.screen.kinds == ["snapshot"]

    play(one_or_two_processes, scene)


def test_everybody_is_told_who_is_there(one_or_two_processes: Processes) -> None:
    async def scene(scene: Scene) -> None:
        await scene.editor.until(lambda: scene.editor.presence.get("viewers"))
        assert scene.editor.presence["viewers"] == [{"name": EDITOR, "you": True}]
        for screen in scene.screens:
            await screen.until(lambda screen=screen: screen.screen.presence.get("editors"))
            assert screen.screen.presence["session"] == scene.editor.presence["session"]

    play(one_or_two_processes, scene)


@pytest.mark.parametrize("lost", ["first", pytest.param("last", marks=pytest.mark.nightly)])
def test_a_process_that_dies_in_the_middle_of_typing_loses_nothing(one_or_two_processes: Processes, lost: str) -> None:
    async def scene(scene: Scene) -> None:
        server = getattr(scene.processes, lost)
        await scene.types_on("before")
        scene.processes.lose(server)
        await scene.types_on("in", "the", "middle", "and", "after")
        await scene.everybody_shows("<p>Set: before in the middle and after</p>")
        await scene.types_on("on")
        await scene.everybody_shows("<p>Set: before in the middle and after on</p>")
        assert [screen.screen.notes for screen in scene.screens] == [[], []]

    play(one_or_two_processes, scene)


def test_people_of_a_process_that_dies_are_forgotten(two_processes: Processes) -> None:
    async def scene(scene: Scene) -> None:
        async with relay(two_processes.first) as only_to_first:
            doomed = RealScreen(only_to_first, *scene.where_screens[1:])
            ends = asyncio.create_task(doomed.run())
            await doomed.shows("Set:")
            await scene.editor.until(lambda: scene.editor.presence.get("viewers"))
            ends.cancel()
            two_processes.lose(two_processes.first)
            await scene.screens[0].until(lambda: len(scene.screens[0].screen.presence.get("editors", ())) == 1)
            await scene.editor.until(lambda: len(scene.editor.presence["editors"]) == 1)

    play(two_processes, scene)


def test_a_redis_that_dies_and_comes_back_is_caught_up_with(two_processes: Processes) -> None:
    async def scene(scene: Scene) -> None:
        assert two_processes.redis
        await scene.types_on("before")
        await scene.everybody_shows("<p>Set: before</p>")
        two_processes.redis.kill()
        await scene.types_on("meanwhile")
        await scene.editor.until(lambda: scene.editor.is_done)
        # A visitor with a cookie is answered by Django.
        request = Request(f"http://localhost:{two_processes.first.port}/blog/", headers={"Cookie": "sessionid=nobody"})
        with await asyncio.to_thread(urlopen, request, timeout=PATIENCE) as answer:
            assert answer.status == 200
        two_processes.redis.start()
        await scene.everybody_shows("<p>Set: before meanwhile</p>")
        await scene.types_on("after")
        await scene.everybody_shows("<p>Set: before meanwhile after</p>")

    play(two_processes, scene)


def test_a_screen_that_does_not_read_slows_nobody_and_piles_nothing_up(one_process: Processes) -> None:
    """Each state is 90,000 characters that all change: half of 150 are more than the buffers of a connection hold."""
    states, size = 150, 90_000

    async def scene(scene: Scene) -> None:
        screen = scene.screens[0]
        where = (f"http://localhost:{one_process.first.port}", *scene.where_screens[1:])
        async with connect_to(where, max_queue=1, sock=small_socket(one_process.first.port)) as stuck:
            for number in range(states):
                await scene.editor.type(**{"body-0-value": f"```\n{str(number % 10) * size}\n```\n\nState {number}."})
                await screen.shows(f"State {number}.")
            # Whatever waits for this screen is sent to it now.
            late, waiting = Screen(), 0
            async with asyncio.timeout(PATIENCE):
                async for text in stuck:
                    waiting += len(text)
                    late.receive(str(text))
                    if late.version and f"State {states - 1}." in late.html:
                        break
            assert waiting < states * size / 2

    play(one_process, scene)

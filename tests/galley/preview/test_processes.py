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


def play(processes: Processes, *steps: Callable[[Scene], Coroutine]) -> None:
    """Let the steps follow one another in one scene."""

    async def run() -> None:
        async with scene_on(processes) as scene:
            for step in steps:
                await step(scene)

    asyncio.run(run())
    assert "Traceback" not in processes.log(), processes.log()


async def see_patches(scene: Scene) -> None:
    """Typed words reach the screens as patches."""
    await scene.types_on("one", "two", "three")
    await scene.everybody_shows("<p>Set: one two three</p>")
    for screen in scene.screens:
        assert screen.screen.kinds[0] == "snapshot"
        assert set(screen.screen.kinds[1:]) == {"patch"}


async def come_late(scene: Scene) -> None:
    """A late screen has the draft at once."""
    await scene.types_on("well", "under", "way")
    await scene.everybody_shows("well under way")
    late = RealScreen(*scene.where_screens)
    async with running(late):
        await late.shows("well under way")
        assert late.screen.kinds == ["snapshot"]


async def know_who_is_there(scene: Scene) -> None:
    """The editor and all screens show who is there."""
    await scene.editor.until(lambda: scene.editor.presence.get("viewers"))
    assert scene.editor.presence["viewers"] == [{"name": EDITOR, "you": True}]
    for screen in scene.screens:
        await screen.until(lambda screen=screen: screen.screen.presence.get("editors"))
        assert screen.screen.presence["session"] == scene.editor.presence["session"]


async def lose_redis(scene: Scene) -> None:
    """A Redis that dies and comes back is caught up with."""
    assert scene.processes.redis
    await scene.types_on("before Redis dies")
    await scene.everybody_shows("before Redis dies</p>")
    scene.processes.redis.kill()
    await scene.types_on("meanwhile")
    await scene.editor.until(lambda: scene.editor.is_done)
    # A visitor with a cookie is answered by Django.
    request = Request(f"http://localhost:{scene.processes.first.port}/blog/", headers={"Cookie": "sessionid=nobody"})
    with await asyncio.to_thread(urlopen, request, timeout=PATIENCE) as answer:
        assert answer.status == 200
    scene.processes.redis.start()
    await scene.everybody_shows("before Redis dies meanwhile</p>")
    await scene.types_on("after")
    await scene.everybody_shows("before Redis dies meanwhile after</p>")


async def leave_a_screen_unread(scene: Scene) -> None:
    """A screen that doesn't read slows nobody, and piles nothing up.

    Each state is 90,000 characters that all change: half of 150 are more than the buffers of a connection hold.
    """
    states, size = 150, 90_000
    screen, port = scene.screens[0], scene.processes.first.port
    where = (f"http://localhost:{port}", *scene.where_screens[1:])
    async with connect_to(where, max_queue=1, sock=small_socket(port)) as stuck:
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
    await scene.editor.type(**{"body-0-value": "Set:"})


def lose(which: str) -> Callable[[Scene], Coroutine]:
    """Return the step in which a process dies in the middle of typing: nothing is lost."""

    async def step(scene: Scene) -> None:
        await scene.editor.type(**{"body-0-value": "Set:"})
        await scene.types_on("before")
        scene.processes.lose(getattr(scene.processes, which))
        await scene.types_on("in", "the", "middle", "and", "after")
        await scene.everybody_shows("<p>Set: before in the middle and after</p>")
        await scene.types_on("on")
        await scene.everybody_shows("<p>Set: before in the middle and after on</p>")
        assert [screen.screen.notes for screen in scene.screens] == [[], []]

    return step


async def lose_the_first_and_forget_its_people(scene: Scene) -> None:
    """A process dies in the middle of typing; the people of that process are forgotten."""
    async with relay(scene.processes.first) as only_to_first:
        doomed = RealScreen(only_to_first, *scene.where_screens[1:])
        ends = asyncio.create_task(doomed.run())
        await doomed.shows("Set:")
        await scene.editor.until(lambda: scene.editor.presence.get("viewers"))
        ends.cancel()
        await lose("first")(scene)
        await scene.screens[0].until(lambda: len(scene.screens[0].screen.presence.get("editors", ())) == 1)
        await scene.editor.until(lambda: len(scene.editor.presence["editors"]) == 1)


# By day: the same on two processes.
@pytest.mark.nightly
def test_one_process_dies_and_nothing_is_lost(one_process: Processes) -> None:
    play(one_process, see_patches, come_late, know_who_is_there, leave_a_screen_unread, lose("first"))


def test_two_processes_share_drafts_until_one_dies(two_processes: Processes) -> None:
    play(
        two_processes,
        see_patches,
        come_late,
        know_who_is_there,
        leave_a_screen_unread,
        lose_redis,
        lose_the_first_and_forget_its_people,
    )


@pytest.mark.nightly
def test_the_process_of_the_screens_dies_and_nothing_is_lost(two_processes: Processes) -> None:
    play(two_processes, lose("last"))

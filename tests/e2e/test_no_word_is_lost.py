"""Somebody writes for five minutes, and forty times something breaks. No word is lost that was on the screen.

Every word that stayed there for more than two seconds must be in a revision at the end, or be offered for restoring.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from random import Random

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.conftest import Watch
from tests.e2e.editing import log_in, start_post
from tests.e2e.test_signing_in import ADD_USER, OTHER, Database
from tests.e2e.test_unsaved_forms import offer
from tests.e2e.writer import Notes, Writer
from tests.running_site import EDITOR, EDITOR_PASSWORD, RunningSite


@dataclass(frozen=True)
class Fault:
    """What breaks, how many words are written after it, and whether an outage lasts until after the next fault."""

    kind: str
    words: int
    lasts: bool


class Faults:
    """Breaks what a writer works with, and repairs it."""

    def __init__(self, writer: Writer, browser: Browser, server: RunningSite, database: Database) -> None:
        self.writer = writer
        self.browser = browser
        self.server = server
        self.database = database
        self.notes = writer.notes
        self.key_file = server.var_dir / "secret-key"
        self.key = self.key_file.read_text()

    async def cause(self, kind: str, words: int) -> None:
        """Let something break, and write on."""
        self.notes.add(f"--- {kind}")
        await self.writer.look()
        await getattr(self, kind)()
        await self.writer.write(words)

    async def delete_block(self) -> None:
        await self.writer.delete_block()

    async def cut_network(self) -> None:
        await self.writer.page.context.set_offline(True)
        self.writer.is_cut_off = True

    async def kill_server(self) -> None:
        self.server.server.kill()
        self.writer.is_cut_off = True

    async def change_key(self) -> None:
        self.server.server.kill()
        self.key_file.write_text(f"another-{self.key_file.read_text()}")
        self.server.server.start()

    async def end_sessions(self) -> None:
        self.database.end_sessions()

    async def close_tab(self) -> None:
        """Close it as a crash does, and open the page again."""
        page = self.writer.page
        await page.close()
        await self.repair()
        self.writer.page = await page.context.new_page()
        await self.writer.open(page.url)

    async def write_in_two_tabs(self) -> None:
        await self.repair()
        first = self.writer.page
        self.writer.page = await first.context.new_page()
        await self.writer.open(first.url)
        await self.writer.write(3)
        await self.writer.page.close()
        self.writer.page = first
        await first.bring_to_front()

    async def let_another_editor_save(self) -> None:
        await self.repair()
        context = await self.browser.new_context(base_url=self.server.url)
        other = Writer(await context.new_page(), self.notes, OTHER)
        await log_in(other.page, OTHER, EDITOR_PASSWORD)
        await other.open(self.writer.page.url)
        await other.write(3)
        await other.insist(other.save_draft)
        await context.close()

    async def repair(self) -> None:
        """End an outage."""
        if self.server.server.process.poll() is not None:
            self.notes.add("the server starts")
            self.server.server.start()
        await self.writer.page.context.set_offline(False)
        self.writer.is_cut_off = False

    def restore_key(self) -> None:
        if self.key_file.read_text() != self.key:
            self.server.server.kill()
            self.key_file.write_text(self.key)
            self.server.server.start()


KINDS = (
    "delete_block",
    "cut_network",
    "kill_server",
    "change_key",
    "end_sessions",
    "close_tab",
    "write_in_two_tabs",
    "let_another_editor_save",
)


# By day. The others take longer, and have tests of their own. A new key ends the sessions, too.
SHORT_KINDS = ("cut_network", "change_key")


def plan(random: Random, kinds: tuple[str, ...], number: int, most_words: int) -> list[Fault]:
    """Return so many faults, each of `kinds` as often as the others."""
    kinds = (kinds * (number // len(kinds) + 1))[:number]
    words = partial(random.randint, most_words // 2, most_words)
    return [Fault(kind, words(), random.random() < 0.5) for kind in random.sample(kinds, number)]


@pytest_asyncio.fixture(loop_scope="session")
async def faults(editor_page: Page, browser: Browser, server: RunningSite, watch: Watch) -> AsyncIterator[Faults]:
    for text in ("400", "403", "404", "ERR_", "Failed to fetch", "WebSocket", "is not valid JSON"):
        watch.expect_error(text)
    database = Database(server)
    database.run(f"{ADD_USER} ON CONFLICT DO NOTHING", OTHER, 1, EDITOR)
    # The faults of the test before have ended all sessions.
    await editor_page.context.clear_cookies()
    await log_in(editor_page, EDITOR, EDITOR_PASSWORD)
    faults = Faults(Writer(editor_page, Notes(Random()), EDITOR), browser, server, database)
    yield faults
    await faults.repair()
    faults.restore_key()


async def find_lost(faults: Faults) -> list[str]:
    """Close the tab, open the page until nothing is offered any more, and return the words that are nowhere."""
    writer, database = faults.writer, faults.database
    address, offered = writer.page.url, ""
    await faults.close_tab()
    while await offer(writer.page).is_visible():
        text = await offer(writer.page).inner_text()
        if not await writer.restore():
            offered = text
            break
        await writer.page.goto(address)
        await writer.until_offered()
    stored = offered + "".join(content for (content,) in database.run("SELECT content FROM wagtailcore_revision"))
    return [word.text for word in writer.notes.words if word.counts and word.text not in stored]


@pytest.mark.timeout(2400)
@pytest.mark.parametrize(
    ("seed", "kinds", "number", "most_words"),
    [
        pytest.param(3, SHORT_KINDS, 2, 3, id="few"),
        *(pytest.param(seed, KINDS, 40, 6, id=f"many-{seed}", marks=pytest.mark.nightly) for seed in (1, 2, 3)),
    ],
)
async def test_no_word_is_lost(faults: Faults, seed: int, kinds: tuple[str, ...], number: int, most_words: int) -> None:
    writer, notes = faults.writer, faults.notes
    notes.random = Random(seed)
    schedule = plan(notes.random, kinds, number, most_words)
    await start_post(writer.page, f"Written through {number} faults")
    await writer.write(3)
    for fault in schedule:
        await faults.cause(fault.kind, fault.words)
        if not fault.lasts:
            await faults.repair()
    # On a busy machine, what lies over the form is answered at the second attempt.
    await writer.insist(writer.look)
    lost = await find_lost(faults)
    counted = sum(word.counts for word in notes.words)
    notes.add(f"{len(notes.words)} words, {counted} of them count, {number} faults, {len(lost)} lost")
    assert not lost, notes.tell(lost)
    assert counted > len(notes.words) / 2

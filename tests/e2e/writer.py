"""An author who writes on, whatever happens, and remembers every word that stood on the screen for two seconds."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from playwright.async_api import Error, Page
from playwright.async_api import TimeoutError as Timeout

from tests.e2e.conftest import PATIENCE
from tests.e2e.editing import add_block, log_in
from tests.e2e.test_signing_in import dialog, sign_in
from tests.e2e.test_unsaved_forms import offer
from tests.running_site import EDITOR_PASSWORD

logger = logging.getLogger(__name__)

LONG_ENOUGH = 2  # seconds
A_MOMENT = 5_000  # milliseconds
ATTEMPTS = 8
KEY_DELAY = 70  # milliseconds: a fast writer's
LETTERS = ("bdfgklmnprstvz", "aeiou") * 4
BLOCKS = "#body-root > div > [data-streamfield-child]:visible"
NEW_BLOCKS = ("Paragraph", "Markdown", "Pull quote", "Heading")
MAX_BLOCKS = 8
TEXT_FIELDS = (
    "#id_title, #id_excerpt, #body-root .public-DraftEditor-content, #body-root .CodeMirror, "
    "#body-root textarea[name], #body-root input[type=text][name*='-value']"
)
VISIBLE_TEXT = """selector => [...document.querySelectorAll(selector)].filter((field) => field.checkVisibility())
    .map((field) => field.CodeMirror?.getValue() ?? field.value ?? field.innerText).join("\\n")"""
UNTIL_OFFERED = """async () => {
    const { openStore } = await import("/static/js/unsaved/store.js");
    const { key } = await (await fetch("/admin/unsaved-form-key/")).json();
    const store = await openStore(key);
    const own = await navigator.locks.request("this tab", async ({ name }) =>
        (await navigator.locks.query()).held.find((lock) => lock.name === name).clientId);
    while (!document.querySelector("dialog.unsaved[open]")) {
        const { held } = await navigator.locks.query();
        const forms = (await store.readAll()).filter(({ form }) => form.address === location.pathname);
        const isReady = held.some(({ clientId }) => clientId === own);
        if (isReady && forms.every(({ id }) => held.some(({ name }) => name.endsWith(id)))) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}"""
NAME_OF_FIELD = """field => field.name || (field.closest("[data-streamfield-child]")
    ?? field).querySelector("[name$='-id']")?.value || "a field without a name\""""
IS_NEW = "!window.isOld && document.readyState === 'complete'"


@dataclass
class Word:
    """A word that was typed. It must be found again (`counts`) if it was on the screen for longer than two seconds."""

    text: str
    since: float | None = None
    counts: bool = False


@dataclass
class Notes:
    """What was typed, and what happened meanwhile. `random` decides what is written, and where."""

    random: Random
    words: list[Word] = field(default_factory=list)
    events: list[tuple[float, str]] = field(default_factory=list)
    start: float = field(default_factory=time.monotonic)

    def add(self, event: str) -> None:
        self.events.append((time.monotonic() - self.start, event))
        logger.info(event)

    def new_word(self) -> Word:
        self.words.append(Word("".join(map(self.random.choice, LETTERS))))
        self.add(self.words[-1].text)
        return self.words[-1]

    def words_in(self, text: str) -> list[str]:
        return [word.text for word in self.words if word.text in text]

    def tell(self, lost: list[str]) -> str:
        """Return the lost words, with what happened from just before the first of them."""
        first = next(number for number, (_, event) in enumerate(self.events) if event in lost)
        lines = (f"{at:7.1f} {event}{'   LOST' * (event in lost)}" for at, event in self.events[max(first - 15, 0) :])
        return "\n".join([f"{len(lost)} lost:", *lines])


class Writer:
    """Writes in a page's form, in one tab, and does what the page asks for, as a person does who wants to go on."""

    def __init__(self, page: Page, notes: Notes, username: str) -> None:
        self.page = page
        self.notes = notes
        self.username = username
        self.is_cut_off = False  # then nothing that is asked for can be answered

    async def write(self, number: int) -> None:
        """Type so many words, into a field or a new block."""
        random = self.notes.random
        place, kind, is_new = random.random(), random.choice(NEW_BLOCKS), random.random() < 0.25
        await self.insist(lambda: self._go_to_field(place, kind if is_new else ""))
        for _ in range(number):
            word = self.notes.new_word()
            await self.page.keyboard.type(f"{word.text} ", delay=KEY_DELAY)
            if word.text not in await self.look():
                self.notes.add("(not on the screen)")
                await self.insist(lambda: self._go_to_field(place))

    async def look(self) -> str:
        """Return what is on the screen, and note which words have been there long enough."""
        before = time.monotonic()
        try:
            text: str = await self.page.evaluate(VISIBLE_TEXT, TEXT_FIELDS)
        except Error:  # another page comes
            return ""
        for word in self.notes.words:
            if word.text not in text:
                word.since = None
            elif word.since is None:
                word.since = time.monotonic()
            elif before - word.since > LONG_ENOUGH:
                word.counts = True
        return text

    async def delete_block(self) -> None:
        """Press the bin beside a block. Undo it sometimes."""
        choice, is_undone = self.notes.random.random(), self.notes.random.random() < 0.25

        async def press() -> None:
            blocks = self.page.locator(BLOCKS)
            if count := await blocks.count():
                block = blocks.nth(int(choice * count))
                self.notes.add(f"bin of {await block.locator('[name$=-id]').first.input_value()}")
                await block.get_by_role("button", name="Delete", exact=True).first.click()

        await self.insist(press)
        undo = self.page.locator("[data-undo-deletion] [data-undo]")
        if is_undone and await undo.is_visible():
            self.notes.add("undo")
            await undo.click()

    async def open(self, address: str) -> None:
        """Open the address in this tab, sign in if that is asked for, and answer what is offered."""
        await self.page.goto(address)
        if "/login/" in self.page.url:
            self.notes.add("sign in")
            await log_in(self.page, self.username, EDITOR_PASSWORD)
            await self.page.goto(address)
        await self.until_offered()

    async def until_offered(self) -> None:
        """Wait until the page has looked for words to offer."""
        await self.page.evaluate(UNTIL_OFFERED)

    async def insist(self, step: Callable[[], Awaitable[object]]) -> None:
        """Do the step. What lies over the form is answered first."""
        self.page.set_default_timeout(A_MOMENT)
        self.page.set_default_navigation_timeout(PATIENCE)
        for _ in range(ATTEMPTS):
            try:
                await self.settle()
                await step()
                return
            except Timeout as error:
                self.notes.add(f"(in the way: {str(error).splitlines()[-1].strip()[:120]})")
        raise AssertionError("\n".join(event for _, event in self.notes.events[-40:]))

    async def settle(self) -> None:
        """Answer what the page asks for."""
        await self.look()
        if self.is_cut_off:
            if await offer(self.page).is_visible():
                await self._decide_later()
            return
        if "/merge/" in self.page.url:
            await self._merge()
        if await offer(self.page).is_visible():
            await self.restore()
        warning = "".join(await self.page.locator(".footer__save-warning").all_inner_texts())
        if await dialog(self.page).is_visible():
            await self._sign_in()
        elif "newer version" in warning or "signed out" in warning:
            await self.save_draft()

    async def save_draft(self) -> None:
        """Press 'Save draft', and do what comes then, until a page is there again or the form says why not."""
        self.notes.add("Save draft")
        await self.page.evaluate("window.isOld = true")
        await self.page.get_by_role("button", name="Save draft").click()
        await self._until_new_page()
        if "/merge/" in self.page.url:
            await self._merge()

    async def restore(self) -> bool:
        """Restore what the page offers. Return whether that was possible."""
        self.notes.add(f"offered: {' '.join(self.notes.words_in(await offer(self.page).inner_text()))}")
        await self.page.evaluate("window.isOld = true")
        await offer(self.page).get_by_role("button", name="Restore").click()
        if is_restored := await self._until_new_page():
            await self.until_offered()
        else:
            await self._decide_later()
        return is_restored

    async def _decide_later(self) -> None:
        self.notes.add("Decide later")
        await offer(self.page).get_by_role("button", name="Decide later").click()

    async def _until_new_page(self) -> bool:
        """Wait until another page is there. Return whether one has come: the form may say why it isn't saved."""
        failure = self.page.locator(".unsaved [role=alert]:visible, .footer__save-warning:visible")
        while True:
            try:
                if await self.page.evaluate(IS_NEW):
                    self.notes.add(f"at {self.page.url}")
                    return True
                if await dialog(self.page).is_visible():
                    await self._sign_in()
                elif "reached" in (text := "".join(await failure.all_inner_texts())) or "could not" in text:
                    self.notes.add(text)
                    return False
            except Error:  # another page comes
                pass
            await asyncio.sleep(0.1)

    async def _sign_in(self) -> None:
        self.notes.add("sign in over the page")
        try:
            await sign_in(self.page, self.username)
            await dialog(self.page).wait_for(state="hidden")
        except Timeout:  # an outage has come between: a button opens the dialog again
            await dialog(self.page).locator("[data-close]").click()
            raise

    async def _merge(self) -> None:
        """Take what the page proposes; where it proposes nothing, the own version."""
        self.notes.add("merge")
        for group in await self.page.get_by_role("group").all():
            if await group.get_by_role("radio").count() and not await group.locator("input:checked").count():
                await group.locator("input[value=mine]").check()
        await self.page.get_by_role("button", name="Use this version").press("Enter")
        await self.page.wait_for_url("**/edit/")
        await self.until_offered()

    async def _go_to_field(self, place: float, new_block: str = "") -> None:
        if new_block and await self.page.locator(BLOCKS).count() < MAX_BLOCKS:
            self.notes.add(f"new block: {new_block}")
            await add_block(self.page, new_block)
            place = 1
        fields = self.page.locator(TEXT_FIELDS).locator("visible=true")
        number = await fields.count()
        chosen = fields.nth(min(int(place * number), number - 1))
        self.notes.add(f"in {await chosen.evaluate(NAME_OF_FIELD)}")
        await chosen.click()
        await self.page.keyboard.press("Control+End")

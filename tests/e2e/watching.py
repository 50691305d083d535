"""The author's own screens: the panel beside the form, and other windows."""

import re

from playwright.async_api import FrameLocator, Locator, Page, expect

# Notes which elements are outlined: the outline itself is brief.
NOTE_OUTLINES = """() => {
  const isNoted = "outlined" in window;
  window.outlined = [];
  if (isNoted) return;
  const { animate } = Element.prototype;
  Element.prototype.animate = function (...how) { outlined.push(this.textContent); return animate.apply(this, how); };
}"""

# Then a smooth scroll to it has begun, unless it is in view.
LAST_OUTLINED = """(_, words) => new Promise((resolve, reject) => {
  const look = () => (outlined.at(-1)?.includes(words) ? resolve() : setTimeout(look, 20));
  look();
  setTimeout(() => reject(new Error(`outlined: ${outlined.at(-1)}`)), 50_000);
})"""

# A smooth scroll moves the page in every frame, but for its slow beginning and end.
UNTIL_STILL = """async () => {
  for (let still = 0, last = NaN; still < 10; last = scrollY) {
    await new Promise(requestAnimationFrame);
    still = scrollY === last ? still + 1 : 0;
  }
}"""


async def watch_on_another_screen(editor_page: Page, address: str = "/preview/") -> Page:
    """Open another window of the same editor: a second tab, or a phone on which they are logged in."""
    screen = await editor_page.context.new_page()
    await screen.set_viewport_size({"width": 390, "height": 844})
    await screen.goto(address)
    await editor_page.bring_to_front()
    return screen


async def open_panel(page: Page) -> None:
    """Open the preview panel beside the form."""
    await page.get_by_role("button", name="Toggle preview").click()


def panel(page: Page) -> FrameLocator:
    """Return what the panel shows."""
    return page.frame_locator(".live-preview-frame")


async def edit_beside_panel(page: Page, page_id: int) -> FrameLocator:
    """Open a page in the editor with the panel beside it; return what the panel shows, once a click in it edits."""
    await page.goto(f"/admin/pages/{page_id}/edit/")
    await open_panel(page)
    await expect(panel(page).locator("body")).to_have_css("cursor", re.compile("url"))
    return panel(page)


async def stop_following(page: Page) -> None:
    """Let the panel's draft stay where it is, wherever the cursor goes: what is to be clicked doesn't move away."""
    view = page.locator(".live-preview__view summary")
    await view.click()
    await page.get_by_label("Follow the writing").uncheck()
    await view.click()


async def note_outlines(draft: FrameLocator) -> None:
    """Note from now on what the draft outlines, for `was_led_to`."""
    await draft.locator("body").evaluate(NOTE_OUTLINES)


async def was_led_to(draft: FrameLocator, words: str) -> None:
    """Wait until the element with `words` is the last one that was outlined."""
    await draft.locator("body").evaluate(LAST_OUTLINED, words)


async def come_to_rest(draft: FrameLocator, words: str) -> None:
    """Wait until the draft was led to the element with `words`, and has stopped moving."""
    await was_led_to(draft, words)
    await be_still(draft)


async def be_still(draft: FrameLocator) -> None:
    """Wait until the draft doesn't move: what was asked of it has begun by then, and has ended."""
    await draft.locator("body").evaluate(UNTIL_STILL)


def bar(screen: Page) -> Locator:
    """Return what the preview itself says on a screen; the draft may have a status of its own."""
    return screen.locator("[role=status][data-live]")

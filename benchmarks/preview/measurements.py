"""What is measured: one function for each group of figures, each on pages of its own."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from playwright.async_api import Browser, Frame, Page, StorageState

from benchmarks.figures import Figures, p50_and_p95, percentile
from benchmarks.preview.audience import Audience
from benchmarks.preview.desk import Desk, sit_down
from benchmarks.preview.texts import CAPTION, PASSAGE, SENTENCE, TEXT, TITLE, Marks
from tests.running_site import RunningSite

UPSTREAM_SINGLE_KEYS = 6
TYPIST_CHARACTERS_A_SECOND = 12
TYPIST_SECONDS = 60
VIEWERS = 1000
KEYS_BEFORE_VIEWERS = 20

# Where something is typed: how to get there, and the marks that stand there.
Place = tuple[Callable[[Desk, Marks], Awaitable[None]], Marks]
IN_MARKDOWN: Place = (Desk.click_into_markdown, TEXT)
IN_RICH_TEXT: Place = (Desk.click_into_rich_text, TEXT)
IN_ANY_BLOCK: Sequence[Place] = (IN_MARKDOWN, (Desk.click_into_input, TITLE), (Desk.click_into_input, CAPTION))


@dataclass(frozen=True)
class Bench:
    """The running site, the browser, and the pages that nothing has been typed into yet."""

    site: RunningSite
    browser: Browser
    login: StorageState
    pages: dict[str, list[int]]
    keys: int

    def sit_down(self, kind: str, *, without_sockets: bool = False) -> AbstractAsyncContextManager[Desk]:
        """Open the edit page of a fresh page of `kind`."""
        page_id = self.pages[kind].pop()
        return sit_down(self.browser, self.site.url, self.login, page_id, without_sockets=without_sockets)


async def measure_markdown(bench: Bench) -> Figures:
    """Type in the middle of 2,000 words: seen in a second tab, then in the panel."""
    async with bench.sit_down("markdown") as desk:
        delays = await _type_in(desk, await desk.open_tab(), [IN_MARKDOWN], bench.keys)
        figures = p50_and_p95("tab_markdown", delays)
        wire = {
            "up_bytes_p50": percentile(desk.wire.up, 50),
            "down_bytes_p50": percentile(desk.wire.down, 50),
            "down_bytes_most": max(desk.wire.down),
            **{f"server_{stage}_ms": percentile(times, 50) for stage, times in desk.wire.stages.items()},
        }
    async with bench.sit_down("markdown") as desk:
        delays = await _type_in(desk, await desk.open_panel(), [IN_MARKDOWN], bench.keys)
        return figures | p50_and_p95("panel_markdown", delays) | wire


async def measure_blocks(bench: Bench) -> Figures:
    """Type in a Markdown block, the title and a caption of 100 blocks: seen in a second tab, then in the panel."""
    keys = bench.keys // 2
    async with bench.sit_down("blocks") as desk:
        figures = p50_and_p95("tab_blocks", await _type_in(desk, await desk.open_tab(), IN_ANY_BLOCK, keys))
    async with bench.sit_down("blocks") as desk:
        return figures | p50_and_p95("panel_blocks", await _type_in(desk, await desk.open_panel(), IN_ANY_BLOCK, keys))


async def measure_rich_text(bench: Bench) -> Figures:
    """Type in a paragraph of rich text, seen in a second tab."""
    async with bench.sit_down("richtext") as desk:
        return p50_and_p95("tab_richtext", await _type_in(desk, await desk.open_tab(), [IN_RICH_TEXT], bench.keys))


async def measure_wagtail(bench: Bench) -> Figures:
    """Type the same in our panel and in Wagtail's own, which takes over where sockets don't work."""
    async with bench.sit_down("markdown") as desk:
        panel = await desk.open_panel()
        await desk.click_into_markdown(TEXT)
        typing = await desk.type_for(panel, TEXT)
        ours_singly = percentile(await typing.type_singly(PASSAGE[: bench.keys // 2]), 50)
        ours_typing_on = percentile(await typing.type_on(SENTENCE), 50)
    async with bench.sit_down("markdown", without_sockets=True) as desk:
        await desk.open_upstream_panel()
        await desk.click_into_markdown(TEXT)
        typing = await desk.type_for_upstream(TEXT)
        upstream_singly = percentile(await typing.type_singly(PASSAGE[:UPSTREAM_SINGLE_KEYS]), 50)
        upstream_typing_on = percentile(await typing.type_on(SENTENCE), 50)
    return {
        "times_faster_isolated": upstream_singly / ours_singly,
        "times_faster_typing": upstream_typing_on / ours_typing_on,
        "panel_isolated_p50_ms": ours_singly,
        "panel_typing_p50_ms": ours_typing_on,
        "wagtail_isolated_p50_ms": upstream_singly,
        "wagtail_typing_p50_ms": upstream_typing_on,
    }


async def measure_typist(bench: Bench) -> Figures:
    """Type as fast as the fastest for a minute, seen in a second tab."""
    async with bench.sit_down("markdown") as desk:
        tab = await desk.open_tab()
        await desk.click_into_markdown(TEXT)
        typing = await desk.type_for(tab, TEXT)
        text = PASSAGE * 2
        delays = await typing.type_on(
            text[: TYPIST_CHARACTERS_A_SECOND * TYPIST_SECONDS], pause=1 / TYPIST_CHARACTERS_A_SECOND
        )
        return {
            "typist_last_ms": delays[-1],
            "typist_out_of_order": typing.out_of_order,
            **p50_and_p95("typist", delays),
        }


async def measure_viewers(bench: Bench) -> Figures:
    """Type before 1,000 screens of one process, while visitors ask for an ordinary page."""
    async with bench.sit_down("markdown") as desk:
        await desk.click_into_markdown(TEXT)
        async with Audience(bench.site, desk, VIEWERS) as audience:
            for character in PASSAGE[:KEYS_BEFORE_VIEWERS]:
                await audience.show_key(character)
            return {
                "viewers_last_ms": percentile(audience.last_seen_after, 95),
                "viewers_kib_each": audience.kib_each,
                "viewers_last_p50_ms": percentile(audience.last_seen_after, 50),
                "viewers_page_ms": percentile(audience.page_answered_after, 50),
            }


async def _type_in(desk: Desk, screen: Page | Frame, places: Sequence[Place], keys: int) -> list[float]:
    """Type `keys` characters at each of `places`; return how long each took until `screen` had painted it."""
    delays: list[float] = []
    for click, marks in places:
        await click(desk, marks)
        typing = await desk.type_for(screen, marks)
        delays += await typing.type_on(PASSAGE[:keys])
    return delays


MEASUREMENTS: dict[str, Callable[[Bench], Awaitable[Figures]]] = {
    "markdown": measure_markdown,
    "blocks": measure_blocks,
    "richtext": measure_rich_text,
    "wagtail": measure_wagtail,
    "typist": measure_typist,
    "viewers": measure_viewers,
}
# How many pages of each kind one run of all measurements takes.
PAGES_A_RUN = {"markdown": 6, "blocks": 2, "richtext": 1}

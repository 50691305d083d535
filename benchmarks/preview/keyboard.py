"""Types text between marks, key by key, and tells how long each key took until it was painted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from playwright.async_api import Frame, Page

from benchmarks.preview.wire import Wire

# ProcessPresence don't type in step with the screen's refresh, and no pause may: these are multiples of a mean pause.
RHYTHM = (0.7, 1.2, 0.9, 1.3, 1.0, 0.8, 1.1)
PAUSE_BETWEEN_KEYS = 0.15  # seconds
PATIENCE = 30.0  # seconds
WARMING_UP = "Aha "


class MeasurementFailed(Exception):
    """A screen didn't show what was typed."""


@dataclass
class Typing:
    """Text that is typed on `editor`, the edit page, and seen on `screen`, a page or a frame that watches the marks.

    `rest` is for how many seconds at least nothing is typed after a single key has been painted.
    """

    editor: Page
    screen: Page | Frame
    wire: Wire
    rest: float = 0.0
    typed: str = ""
    out_of_order: int = 0

    async def warm_up(self) -> None:
        """Type a few characters that don't count, until they are painted: then everything is connected."""
        for character in WARMING_UP:
            await self._press(character)
            await self._until_painted()
            await asyncio.sleep(self.rest)

    async def type_on(self, text: str, pause: float = PAUSE_BETWEEN_KEYS) -> list[float]:
        """Type `text` with `pause` seconds between keys, whatever the screen shows, then wait until it shows all.

        Returns the delay of each key in milliseconds. Raises `MeasurementFailed`.
        """
        before = await self._begin()
        loop = asyncio.get_running_loop()
        due = loop.time()
        for character, beat in zip(text, cycle(RHYTHM)):
            await asyncio.sleep(due - loop.time())
            await self._press(character)
            due += beat * pause
        return await self._end(before)

    async def type_singly(self, text: str, pause: float = PAUSE_BETWEEN_KEYS) -> list[float]:
        """Type `text`, each key `pause` seconds after the one before it is painted.

        Returns the delay of each key in milliseconds. Raises `MeasurementFailed`.
        """
        before = await self._begin()
        for character, beat in zip(text, cycle(RHYTHM)):
            await self._press(character)
            await self._until_painted()
            await asyncio.sleep(max(beat * pause, self.rest))
        return await self._end(before)

    async def _begin(self) -> int:
        await self.editor.evaluate("probe.listen()")
        return len(self.typed)

    async def _end(self, before: int) -> list[float]:
        await self._until_painted()
        pressed_at = await self.editor.evaluate("probe.keys()")
        seen = [(state["text"], state["at"]) for state in await self.screen.evaluate("probe.seen()")]
        self.out_of_order = count_out_of_order([len(text) for text, _ in seen])
        return find_delays(self.typed, before, pressed_at, seen)

    async def _press(self, character: str) -> None:
        self.typed += character
        self.wire.begin_key()
        await self.editor.keyboard.press("Space" if character == " " else character)

    async def _until_painted(self) -> None:
        shown = self.screen.evaluate("(length) => probe.painted(length)", len(self.typed))
        try:
            await asyncio.wait_for(shown, PATIENCE)
        except TimeoutError:
            raise MeasurementFailed(f"{self.typed!r} was not shown within {PATIENCE:g} seconds") from None


def find_delays(typed: str, before: int, pressed_at: Sequence[float], seen: Sequence[tuple[str, float]]) -> list[float]:
    """Return the milliseconds from each key to the first painted state that has it.

    `typed` is the whole text, of which the first `before` characters don't count; `pressed_at` holds the time of each
    further key, `seen` the states in the order in which they were painted, with their times.
    Raises `MeasurementFailed` if a screen showed anything that wasn't typed, or keys are missing.
    """
    if len(pressed_at) != len(typed) - before:
        raise MeasurementFailed(f"{len(typed) - before} keys were pressed, {len(pressed_at)} reached the form")
    if strange := [text for text, _ in seen if not typed.startswith(text)]:
        raise MeasurementFailed(f"A screen showed {strange[0]!r} while {typed!r} was typed")
    states = iter(seen)
    delays = []
    text, painted_at = "", 0.0
    for length, key_at in enumerate(pressed_at, start=before + 1):
        while len(text) < length:
            try:
                text, painted_at = next(states)
            except StopIteration:
                raise MeasurementFailed(f"Only {text!r} was shown of {typed!r}") from None
        delays.append(painted_at - key_at)
    return delays


def count_out_of_order(lengths: Sequence[int]) -> int:
    """Return how many states of a growing text are older than one that was shown before them."""
    newest = count = 0
    for length in lengths:
        count += length < newest
        newest = max(newest, length)
    return count

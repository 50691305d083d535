"""Who watches what in this process, and the newest state of each draft.

A viewer is never sent more than it can take: it has one slot for 'there is something newer', and is led from what it
has to the newest state when it is ready for it. So a slow viewer skips states and never slows another.
"""

import asyncio
from collections.abc import AsyncIterator

from preview.backplane import Backplane, make_backplane
from preview.frames import Frame, patch_message, snapshot_message


class Topic:
    """Something that can be watched: one tab's draft, one page's, or whatever a user edits."""

    def __init__(self) -> None:
        self.frame: Frame | None = None
        self.has_editor = False
        self.viewers: set[Viewer] = set()
        self._patches: dict[str, str] = {}

    def show(self, frame: Frame | None) -> None:
        """Make `frame` the newest state and wake the viewers."""
        self.frame = frame
        self._patches.clear()
        for viewer in self.viewers:
            viewer.wake()

    def message_from(self, shown: Frame | None) -> str:
        """Return what leads a viewer from `shown` to the newest state. Many viewers share one computation."""
        assert self.frame is not None  # noqa: S101  (viewers ask only then)
        key = shown.version if shown else ""
        if key not in self._patches:
            self._patches[key] = patch_message(shown, self.frame) if shown else snapshot_message(self.frame)
        return self._patches[key]


class Viewer:
    """One screen."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._news = asyncio.Event()
        self._shown: Frame | None = None
        if topic.frame:
            self._news.set()

    def wake(self) -> None:
        """Say that there is something newer."""
        self._news.set()

    def forget(self) -> None:
        """Begin again with a whole page: what the screen has doesn't fit what was sent."""
        self._shown = None
        self._news.set()

    async def messages(self) -> AsyncIterator[str]:
        """Yield what has to be sent, for ever; states that come while a message is under way are skipped."""
        while True:
            await self._news.wait()
            self._news.clear()
            frame = self._topic.frame
            if frame is not None and frame is not self._shown:
                message = self._topic.message_from(self._shown)
                self._shown = frame
                yield message


class Hub:
    """The topics of this process. Other processes are reached through the backplane."""

    def __init__(self, backplane: Backplane) -> None:
        self._backplane = backplane
        self._topics: dict[str, Topic] = {}

    async def newest(self, name: str) -> Frame | None:
        """Return the newest state of the topic, whichever process its editor is connected to."""
        topic = self._topics.get(name)
        return topic.frame if topic and topic.frame else await self._backplane.fetch(name)

    async def publish(self, name: str, frame: Frame) -> None:
        """Show `frame`, from an editor connected here, to everybody who watches the topic in any process."""
        topic = self._topics.setdefault(name, Topic())
        topic.has_editor = True
        topic.show(frame)
        await self._backplane.publish(name, frame)

    async def close(self, name: str, last: Frame, farewell: Frame | None) -> None:
        """Forget the topic's state, since its editor has left. Screens are shown `farewell`, and keep it.

        `last` is the last frame of that editor: a topic that shows somebody else's by now is left alone.
        """
        topic = self._topics.get(name)
        if topic is None or topic.frame is not last:
            return
        if farewell:
            await self.publish(name, farewell)
        topic.has_editor = False
        await self._backplane.discard(name, (farewell or last).version)
        self._drop_if_unused(name)

    async def join(self, name: str) -> Viewer:
        """Add a viewer to the topic, with its newest state to be shown first."""
        topic = self._topics.setdefault(name, Topic())
        if not topic.viewers:
            await self._backplane.subscribe(name, topic.show)
        if topic.frame is None:
            topic.frame = await self._backplane.fetch(name)
        viewer = Viewer(topic)
        topic.viewers.add(viewer)
        return viewer

    async def leave(self, name: str, viewer: Viewer) -> None:
        """Remove a viewer from the topic."""
        topic = self._topics[name]
        topic.viewers.discard(viewer)
        if not topic.viewers:
            await self._backplane.unsubscribe(name)
        self._drop_if_unused(name)

    def _drop_if_unused(self, name: str) -> None:
        topic = self._topics.get(name)
        if topic and not topic.viewers and not topic.has_editor:
            del self._topics[name]


hub = Hub(make_backplane())

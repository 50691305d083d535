"""The drafts that can be watched, and the screens that watch them.

A viewer is never sent more than it can take: it has one slot for 'there is something newer', and is led from what it
has to the newest state when it is ready for it. So a slow viewer skips states and never slows another.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from django.utils.translation import gettext as _

from galley.preview.watching.following import Following, may_show
from galley.preview.watching.frames import Frame, patch_message, snapshot_message
from galley.preview.watching.members import Member
from galley.preview.watching.people import Person


def tab_topic(user_id: int, tab: str) -> str:
    """Name the draft in one tab of the user's browser.

    The server takes the user from the login session: nobody can name a draft of somebody else.
    """
    return f"user-{user_id}:tab-{tab}"


class Topic:
    """The draft of one session."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.frame: Frame | None = None
        self.viewers: set[Viewer] = set()
        self.is_open = True
        self.may_return = False
        self.withheld_from: Person | None = None
        self._patches: dict[str, str] = {}

    def show(self, frame: Frame) -> None:
        """Make `frame` the newest state and wake the viewers."""
        self.frame = frame
        self.withheld_from = None
        self._patches.clear()
        for viewer in self.viewers:
            viewer.wake()

    def show_that_editor_has_left(self) -> None:
        """Keep the last state, with a word about it. No tab is named any more: none answers a click on the draft."""
        if self.frame:
            note = _("The editor is closed or has lost its connection. This is the draft as it stood then.")
            about = {name: value for name, value in self.frame.about.items() if name != "tab"} | {"notes": [note]}
            self.show(replace(self.frame, version=f"{self.frame.version}.end", about=about))

    def message_from(self, shown: Frame | None) -> str:
        """Return what leads a viewer from `shown` to the newest state. Many viewers share one computation."""
        assert self.frame is not None  # noqa: S101  (viewers ask only then)
        key = shown.version if shown else ""
        if key not in self._patches:
            self._patches[key] = patch_message(shown, self.frame) if shown else snapshot_message(self.frame)
        return self._patches[key]


class Viewer(Member):
    """One screen."""

    def __init__(self, following: Following, person: Person | None) -> None:
        super().__init__(person)
        self.following = following
        self.topic: Topic | None = None
        self._shown: Frame | None = None

    @property
    def page_id(self) -> int | None:
        """The page that the screen shows, as far as it has an id."""
        return self.following.page_id or (self.session.page_id if self.session else None)

    @property
    def frame(self) -> Frame | None:
        """The newest state that the screen may show."""
        frame = self.topic.frame if self.topic else None
        return frame if frame and may_show(self.following, frame.source) else None

    def follow(self, topic: Topic) -> None:
        """Show this topic's draft from now on."""
        if self.topic:
            self.topic.viewers.discard(self)
        self.topic = topic
        topic.viewers.add(self)
        self.wake()

    def forget(self) -> None:
        """Begin again with a whole page: what the screen has doesn't fit what was sent."""
        self._shown = None
        self.wake()

    async def messages(self) -> AsyncIterator[str]:
        """Yield what has to be sent, for ever; states that come while a message is under way are skipped."""
        while True:
            await self.news()
            frame = self.frame
            if frame and self.topic and frame is not self._shown and self._may_have_news(self.topic):
                message = self.topic.message_from(self._shown)
                self._shown = frame
                yield message
            if words := self.take_words():
                yield words

    def _may_have_news(self, topic: Topic) -> bool:
        return topic.withheld_from is None or topic.withheld_from != self.person

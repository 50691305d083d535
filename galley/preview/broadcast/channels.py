"""What viewers are shown, one state after the other, and how the next state follows from the one they have.

Editors and screens, as those who are told things.

The drafts that can be watched, and the screens that watch them.

A viewer is never sent more than it can take: it has one slot for 'there is something newer', and is led from what it
has to the newest state when it is ready for it. So a slow viewer skips states and never slows another.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from galley.preview.broadcast.presence import Following, Person, Session, may_show
from galley.preview.drafts.rendering import CutPage
from galley.preview.messages import find_splice


@dataclass(frozen=True)
class Frame:
    """One state of a draft as viewers see it.

    `version` is unique. `source` is the page it belongs to, as JSON-ready data, for the check of permissions.
    `about` is JSON-ready data beside the page, by topic: `notes` (sentences for the viewer: what couldn't be shown, or
    that the editor has left), `focus` (the content path of the field that is being edited), and so on.
    """

    version: str
    page: CutPage
    source: tuple[Any, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def page_id(self) -> int | None:
        """The id of the page, if it has been saved."""
        return self.source[0] if len(self.source) == 1 else None

    def to_json(self) -> str:
        """Return the frame as text, for the backplane."""
        return json.dumps([self.version, self.page.skeleton, self.page.regions, self.source, self.about])

    @classmethod
    def from_json(cls, text: str) -> "Frame":
        """Return the frame that `to_json` wrote."""
        version, skeleton, regions, source, about = json.loads(text)
        return cls(version, CutPage(tuple(skeleton), regions), tuple(source), about)


def snapshot_message(frame: Frame) -> str:
    """Return the message that shows `frame` to a viewer who has nothing yet."""
    return _message("snapshot", frame, about=frame.about, skeleton=frame.page.skeleton, regions=frame.page.regions)


def patch_message(old: Frame, new: Frame) -> str:
    """Return the smallest message that leads a viewer from `old` to `new`.

    While the structure stands, only the changed characters travel: of regions, and of the markup between them. When it
    changes (a block was added, moved or deleted), the skeleton travels with the regions that are new or different.
    """
    changed = {name: html for name, html in new.page.regions.items() if old.page.regions.get(name) != html}
    since = {"base": old.version, "about": changes_about(old, new)}
    if old.page.skeleton[1::2] != new.page.skeleton[1::2]:
        return _message("structure", new, **since, skeleton=new.page.skeleton, regions=changed)
    splices = [_splice(name, old.page.regions[name], html) for name, html in changed.items()]
    between = [
        _splice(place, before, now)
        for place, (before, now) in enumerate(zip(old.page.skeleton, new.page.skeleton, strict=True))
        if before != now
    ]
    return _message("patch", new, **since, splices=splices, **({"between": between} if between else {}))


def _splice(where: str | int, before: str, now: str) -> list[Any]:
    splice = find_splice(before, now)
    return [where, splice.start, splice.end, splice.text]


def changes_about(old: Frame | None, new: Frame) -> dict[str, Any]:
    """Return what is said beside the page and wasn't said in `old`; None for what isn't said any more."""
    before = old.about if old else {}
    gone = dict.fromkeys(before.keys() - new.about.keys())
    return gone | {name: value for name, value in new.about.items() if before.get(name) != value}


def _message(kind: str, frame: Frame, **content: Any) -> str:
    message = {"type": kind, "version": frame.version, **content}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


class Member(ABC):
    """An editor or a screen: somebody who is told who else is there. `person` is None for a guest."""

    def __init__(self, person: Person | None, session: Session | None = None) -> None:
        self.person = person
        self.session = session
        self._news = asyncio.Event()
        self._words = ""
        self._last_words = ""

    @property
    @abstractmethod
    def page_id(self) -> int | None:
        """The page where they are, as far as it has an id."""

    def wake(self) -> None:
        """Say that there is something new."""
        self._news.set()

    async def news(self) -> None:
        """Wait for something new."""
        await self._news.wait()
        self._news.clear()

    def tell(self, words: str) -> None:
        """Let `words` be said next, unless they were the last ones. What wasn't said yet is forgotten."""
        if words != self._last_words:
            self._words = self._last_words = words
            self.wake()

    def take_words(self) -> str:
        """Return what is to be said, once."""
        words, self._words = self._words, ""
        return words


class Seat(Member):
    """An open editor's place: where its session shows its draft, and what it is told."""

    session: Session

    def __init__(self, session: Session) -> None:
        super().__init__(session.author, session)
        self.frame: Frame | None = None

    @property
    def page_id(self) -> int | None:
        """The page that is edited, once it has an id."""
        return self.session.page_id

    async def messages(self) -> AsyncIterator[str]:
        """Yield what the editor has to be told, for ever."""
        while True:
            await self.news()
            if words := self.take_words():
                yield words


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

"""Draft channels: frames of one draft, the editor connection that publishes them, and the viewers that subscribe.

A viewer is never sent more than it can take. It has one slot for "there is something newer", and is led from the frame
that it has to the newest one when it is ready. So a slow viewer skips frames and never slows another.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from galley.preview.broadcast.presence import Person, Session, ViewTarget
from galley.preview.drafts.rendering import CutPage
from galley.preview.messages import encode_message, find_splice


class Frame(NamedTuple):
    """One state of a draft as viewers see it; `json.dumps` writes it as text, for the backplane.

    `version` is unique. `source` is the page it belongs to, as JSON-ready data, for the check of permissions.
    `metadata` is JSON-ready data beside the page, called `about` in messages: `notes` (sentences for the viewer: what
    couldn't be shown), `focus` (the content path of the field that is being edited), `tab` (the editor's).
    """

    version: str
    page: CutPage
    source: tuple[Any, ...] = ()
    metadata: dict[str, Any] = {}

    @property
    def page_id(self) -> int | None:
        """The id of the page, if it has been saved."""
        return self.source[0] if len(self.source) == 1 else None

    @classmethod
    def from_json(cls, text: str) -> "Frame":
        """Return the frame that was written as `text`."""
        version, (skeleton, regions), source, metadata = json.loads(text)
        return cls(version, CutPage(tuple(skeleton), regions), tuple(source), metadata)


def snapshot_message(frame: Frame) -> str:
    """Return the message that shows `frame` to a viewer who has nothing yet."""
    shown = {"about": frame.metadata, "skeleton": frame.page.skeleton, "regions": frame.page.regions}
    return encode_message("snapshot", version=frame.version, **shown)


def patch_message(old: Frame, new: Frame) -> str:
    """Return the smallest message that leads a viewer from `old` to `new`.

    While the structure stands, only the changed characters travel: of regions, and of the markup between them. When it
    changes (a block was added, moved or deleted), the skeleton travels with the regions that are new or different.
    """
    changed = {name: html for name, html in new.page.regions.items() if old.page.regions.get(name) != html}
    since = {"version": new.version, "base": old.version, "about": metadata_changes(old, new)}
    if old.page.skeleton[1::2] != new.page.skeleton[1::2]:
        return encode_message("structure", **since, skeleton=new.page.skeleton, regions=changed)
    splices = [(name, *find_splice(old.page.regions[name], html)) for name, html in changed.items()]
    between = [
        (place, *find_splice(before, now))
        for place, (before, now) in enumerate(zip(old.page.skeleton, new.page.skeleton, strict=True))
        if before != now
    ]
    return encode_message("patch", **since, splices=splices, **({"between": between} if between else {}))


def metadata_changes(old: Frame | None, new: Frame) -> dict[str, Any]:
    """Return what is said beside the page and wasn't said in `old`; None for what isn't said any more."""
    before = old.metadata if old else {}
    gone = dict.fromkeys(before.keys() - new.metadata.keys())
    return gone | {name: value for name, value in new.metadata.items() if before.get(name) != value}


class Subscriber:
    """An editor or a screen, which receives who else is there.

    `person` is None for a guest. `session` is the editor's own, or the one whose draft the screen shows.
    """

    def __init__(self, person: Person | None) -> None:
        self.person = person
        self.session: Session | None = None
        self._news = asyncio.Event()
        self._notice = ""
        self._last_notice = ""

    @property
    def page_id(self) -> int | None:
        """The page where they are, as far as it has an id."""
        return self.session.page_id if self.session else None

    def wake(self) -> None:
        """Say that there is something new."""
        self._news.set()

    def notify(self, words: str) -> None:
        """Let `words` be said next, unless they were the last ones. What wasn't said yet is forgotten."""
        if words != self._last_notice:
            self._notice = self._last_notice = words
            self.wake()

    def next_frame(self) -> str:
        """Return the message that leads to the newest frame, or nothing: an editor's page has its own draft."""
        return ""

    async def messages(self) -> AsyncIterator[str]:
        """Yield what has to be sent, for ever; states that come while a message is under way are skipped."""
        while True:
            await self._news.wait()
            self._news.clear()
            if message := self.next_frame():
                yield message
            notice, self._notice = self._notice, ""
            if notice:
                yield notice


class EditorConnection(Subscriber):
    """An open editor's place: where its session shows its draft, and the messages for it."""

    session: Session

    def __init__(self, session: Session) -> None:
        super().__init__(session.author)
        self.session = session
        self.frame: Frame | None = None


class DraftChannel:
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
            note = _("The editor is closed or has lost its connection. You see the draft as it was then.")
            metadata = {name: value for name, value in self.frame.metadata.items() if name != "tab"} | {"notes": [note]}
            self.show(self.frame._replace(version=f"{self.frame.version}.end", metadata=metadata))

    def message_from(self, shown: Frame | None) -> str:
        """Return what leads a viewer from `shown` to the newest state. Many viewers share one computation."""
        assert self.frame is not None  # noqa: S101  (viewers ask only then)
        key = shown.version if shown else ""
        if key not in self._patches:
            self._patches[key] = patch_message(shown, self.frame) if shown else snapshot_message(self.frame)
        return self._patches[key]


class Viewer(Subscriber):
    """One screen."""

    def __init__(self, target: ViewTarget, person: Person | None) -> None:
        super().__init__(person)
        self.target = target
        self.channel: DraftChannel | None = None
        self._shown: Frame | None = None

    @property
    def page_id(self) -> int | None:
        """The page that the screen shows, as far as it has an id."""
        return self.target.page_id or super().page_id

    @property
    def frame(self) -> Frame | None:
        """The newest state that the screen may show."""
        frame = self.channel.frame if self.channel else None
        return frame if frame and may_show(self.target, frame.source) else None

    def follow(self, channel: DraftChannel) -> None:
        """Show this channel's draft from now on."""
        if self.channel:
            self.channel.viewers.discard(self)
        self.channel = channel
        channel.viewers.add(self)
        self.wake()

    def forget(self) -> None:
        """Begin again with a whole page: what the screen has doesn't fit what was sent."""
        self._shown = None
        self.wake()

    def next_frame(self) -> str:
        """Return the message that leads to the newest frame, or nothing if the screen has it or may not have it."""
        frame, channel = self.frame, self.channel
        is_withheld = channel and channel.withheld_from and channel.withheld_from == self.person
        if frame is None or channel is None or frame is self._shown or is_withheld:
            return ""
        shown, self._shown = self._shown, frame
        return channel.message_from(shown)


def may_show(target: ViewTarget, source: tuple[Any, ...]) -> bool:
    """Whether a frame of `source` is what the screen was opened for. (A tab's name is chosen by its browser.)"""
    return target.page_id is None or source == (target.page_id,)

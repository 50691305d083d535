"""The hub of a process: connects editors' draft channels with the screens that show them, and announces presence.

Users of the admin see each other's names. Guests see only numbers.
"""

import asyncio
import time
from collections import Counter
from typing import Any

from galley.preview.broadcast.channels import DraftChannel, EditorConnection, Frame, Subscriber, Viewer, may_show
from galley.preview.broadcast.presence import LOCAL, Person, PresenceRegistry, ProcessPresence, Session, ViewTarget


class Backplane:
    """How the processes of one site share drafts and presence. This one, for a single process, does nothing.

    Only the name of a channel and a version travel as messages. The newest frame is stored where any process can fetch
    it. A message that is lost or overtaken does no harm: the next one makes its receiver fetch the newest frame.
    Nothing here waits for other processes, but `start` and `fetch`.
    """

    async def start(self, hub: "Hub") -> None:
        """Begin to notify `hub` of other processes; return when it knows who is there now."""

    def publish(self, channel: str, frame: Frame) -> None:
        """Store `frame` as the newest state of `channel` and announce it."""

    def discard(self, channel: str, version: str) -> None:
        """Delete what is stored of `channel`, unless a newer state than `version` has come from elsewhere."""

    def request(self, channel: str) -> None:
        """Ask for the newest stored state. The hub receives it."""

    def announce(self, presence: ProcessPresence) -> None:
        """Announce to the others who is connected here now."""

    async def fetch(self, channel: str) -> Frame | None:
        """Return the newest stored state, or None."""
        return None


# Never more often than this; and where thousands watch, their coming and going alone must not keep the server busy.
PAUSE_SECONDS = 0.5
PAUSE_SECONDS_PER_SUBSCRIBER = 0.002

# An author whose connection breaks is back sooner: only then do screens go over to somebody else's draft.
MAY_RETURN_SECONDS = 4.0


class Hub:
    """The sessions and viewers of this process. Other processes are reached through the backplane."""

    def __init__(self, backplane: Backplane) -> None:
        self.backplane = backplane
        self._channels: dict[str, DraftChannel] = {}
        self._editors: dict[str, EditorConnection] = {}
        self._viewers: set[Viewer] = set()
        self._subscribers: set[Subscriber] = set()
        self._registry = PresenceRegistry()
        self._has_news = False
        self._pause: asyncio.TimerHandle | None = None

    # Editors

    async def open(self, channel: str, author: Person, page_id: int | None) -> EditorConnection:
        """Return a place for an editor whose draft will be shown in `channel`."""
        await self.backplane.start(self)
        editor = EditorConnection(Session(channel, author, page_id, typed=0))
        self._editors[channel] = editor
        self._subscribers.add(editor)
        self._update_sessions()
        return editor

    def publish(self, editor: EditorConnection, frame: Frame) -> None:
        """Show `frame` to everybody who follows the session, in any process."""
        channel = editor.session.channel
        if self._editors.get(channel) is not editor:
            return
        editor.frame = frame
        self._channel(channel).show(frame)
        self.backplane.publish(channel, frame)
        self._record_typing(editor, frame.page_id)

    def leave(self, editor: EditorConnection, *, has_lost_rights: bool = False) -> None:
        """Forget the session's draft. Screens keep its last state, with a word about it.

        An author who may not edit any more is shown nothing more of it, not even that.
        """
        self._remove(editor)
        name = editor.session.channel
        if self._editors.get(name) is not editor:
            return
        del self._editors[name]
        if editor.frame:
            self.backplane.discard(name, editor.frame.version)
        channel = self._channel(name)
        self._update_sessions()
        channel.withheld_from = editor.person if has_lost_rights else None
        self._drop_if_unused(channel)

    # Screens

    async def newest(self, target: ViewTarget) -> Frame | None:
        """Return what a screen that is opened now would show, whichever process its editor is connected to."""
        await self.backplane.start(self)
        session = target.choose(self._registry, None, may_return=False)
        if session is None:
            return None
        channel = self._channels.get(session.channel)
        frame = channel.frame if channel and channel.frame else await self.backplane.fetch(session.channel)
        return frame if frame and may_show(target, frame.source) else None

    async def join(self, target: ViewTarget, person: Person | None) -> Viewer:
        """Add a screen, with the newest state to be shown first. `person` is None for a guest."""
        await self.backplane.start(self)
        viewer = Viewer(target, person)
        self._viewers.add(viewer)
        self._subscribers.add(viewer)
        self._assign_channel(viewer)
        self._presence_changed()
        return viewer

    def choose(self, viewer: Viewer, session_id: str) -> None:
        """Let the screen of a page follow another session of the same page."""
        page_id = viewer.target.page_id
        chosen = next((s for s in self._registry.on_page(page_id) if s.id == session_id), None) if page_id else None
        if chosen:
            self._move(viewer, chosen)
            self._presence_changed()

    def part(self, viewer: Viewer) -> None:
        """Remove a screen."""
        self._viewers.discard(viewer)
        if viewer.channel:
            viewer.channel.viewers.discard(viewer)
            self._drop_if_unused(viewer.channel)
        self._remove(viewer)

    # What the backplane tells

    def frame_arrived(self, channel: str, frame: Frame) -> None:
        """Show the newest state from another process."""
        known = self._channels.get(channel)
        if known and (known.frame is None or known.frame.version != frame.version):
            known.show(frame)

    def is_watched(self, channel: str) -> bool:
        """Whether anybody here follows the channel."""
        return channel in self._channels and bool(self._channels[channel].viewers)

    def presence_arrived(self, process: str, presence: ProcessPresence | None) -> None:
        """Take who is connected to another process."""
        if self._registry.replace(process, presence):
            self._update_sessions()

    def connected_again(self) -> None:
        """Publish what is here again, and ask for what isn't: the others may have lost it, or it was missed."""
        for name, channel in self._channels.items():
            editor = self._editors.get(name)
            if editor and editor.frame and editor.frame is channel.frame:
                self.backplane.publish(name, editor.frame)
            elif channel.viewers:
                self.backplane.request(name)

    # Who is here, and who shows what to whom

    def _record_typing(self, editor: EditorConnection, page_id: int | None) -> None:
        session = editor.session
        user_id = session.author.user_id
        newest = max((s.typed for s in self._registry.sessions.values() if s.author.user_id == user_id), default=0)
        is_newest = session.typed and session.typed >= newest
        if not is_newest or session.page_id != page_id:
            editor.session = session._replace(page_id=page_id, typed=session.typed if is_newest else time.time())
            self._update_sessions()

    def _update_sessions(self) -> None:
        self._record_presence()
        self._assign_channels()
        self._presence_changed()

    def _remove(self, subscriber: Subscriber) -> None:
        self._subscribers.discard(subscriber)
        if self._pause and not self._subscribers:
            self._pause.cancel()
            self._pause = None
        self._presence_changed()

    def _presence_changed(self) -> None:
        self._has_news = True
        if self._pause is None:
            self._announce_presence()

    def _announce_presence(self) -> None:
        """Tell the subscribers of this process who is there, if that is news since the last pause."""
        self._pause = None
        if not self._has_news:
            return
        self._has_news = False
        self._record_presence()
        said: dict[tuple[Any, ...], str] = {}
        for subscriber in self._subscribers:
            page_id, person, session = subscriber.page_id, subscriber.person, subscriber.session
            key = (page_id, person, session and session.channel)
            if page_id is not None:
                if key not in said:
                    said[key] = self._registry.message(page_id, person, session)
                subscriber.notify(said[key])
        if self._subscribers:
            pause = PAUSE_SECONDS + PAUSE_SECONDS_PER_SUBSCRIBER * len(self._subscribers)
            self._pause = asyncio.get_running_loop().call_later(pause, self._announce_presence)

    def _record_presence(self) -> None:
        """Note who is connected to this process, and notify the others if that is news."""
        who_watches = [(viewer.page_id, viewer.person) for viewer in self._viewers if viewer.target.counts]
        watchers = {(page_id, person) for page_id, person in who_watches if page_id and person}
        guests = Counter(page_id for page_id, person in who_watches if page_id and not person)
        sessions = [editor.session for editor in self._editors.values()]
        presence = ProcessPresence(sessions, sorted(watchers), sorted(guests.items()))
        if self._registry.replace(LOCAL, presence):
            self.backplane.announce(presence)

    def _assign_channels(self) -> None:
        for channel in self._channels.values():
            is_open = channel.name in self._registry.sessions
            if is_open and not channel.is_open:
                self.backplane.request(channel.name)
            elif channel.is_open and not is_open:
                channel.may_return = True
                channel.show_that_editor_has_left()
                asyncio.get_running_loop().call_later(MAY_RETURN_SECONDS, self._stop_waiting, channel)
            channel.is_open = is_open
        for viewer in tuple(self._viewers):
            self._assign_channel(viewer)

    def _stop_waiting(self, channel: DraftChannel) -> None:
        channel.may_return = False
        self._update_sessions()

    def _assign_channel(self, viewer: Viewer) -> None:
        may_return = viewer.channel is not None and viewer.channel.may_return
        session = viewer.target.choose(self._registry, viewer.session, may_return=may_return)
        if session and (viewer.channel is None or session.channel != viewer.channel.name):
            self._move(viewer, session)
        viewer.session = session

    def _move(self, viewer: Viewer, session: Session) -> None:
        left, viewer.session = viewer.channel, session
        channel = self._channel(session.channel)
        if not channel.viewers:
            self.backplane.request(channel.name)
        viewer.follow(channel)
        if left:
            self._drop_if_unused(left)

    def _channel(self, name: str) -> DraftChannel:
        return self._channels.setdefault(name, DraftChannel(name))

    def _drop_if_unused(self, channel: DraftChannel) -> None:
        if not channel.viewers and channel.name not in self._editors:
            self._channels.pop(channel.name, None)


# `PreviewConfig` puts another backplane here if the settings ask for one.
hub = Hub(Backplane())

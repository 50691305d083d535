"""The hub of a process: connects editors' draft channels with the screens that show them, and announces presence.

Users of the admin see each other's names. Guests see only numbers.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from galley.preview import conf
from galley.preview.broadcast.backplane import Backplane, Listener
from galley.preview.broadcast.channels import DraftChannel, EditorConnection, Frame, Subscriber, Viewer, may_show
from galley.preview.broadcast.presence import (
    LOCAL,
    Person,
    PresenceRegistry,
    ProcessPresence,
    Session,
    ViewTarget,
)

# Never more often than this; and where thousands watch, their coming and going alone must not keep the server busy.
PAUSE_SECONDS = 0.5
PAUSE_SECONDS_PER_SUBSCRIBER = 0.002


class PresenceAnnouncer:
    """Tells the subscribers of this process who is there, whenever that changes and not too often."""

    def __init__(self, registry: PresenceRegistry, before_sending: Callable[[], None]) -> None:
        self._registry = registry
        self._before_sending = before_sending
        self._subscribers: set[Subscriber] = set()
        self._has_news = False
        self._pause: asyncio.TimerHandle | None = None

    def add(self, subscriber: Subscriber) -> None:
        """Tell `subscriber` from now on."""
        self._subscribers.add(subscriber)
        self.changed()

    def remove(self, subscriber: Subscriber) -> None:
        """Don't notify `subscriber` any more."""
        self._subscribers.discard(subscriber)
        if self._pause and not self._subscribers:
            self._pause.cancel()
            self._pause = None
        self.changed()

    def changed(self) -> None:
        """Take note that something has changed."""
        self._has_news = True
        if self._pause is None:
            self._notify_all()

    def _notify_all(self) -> None:
        self._pause = None
        if not self._has_news:
            return
        self._has_news = False
        self._before_sending()
        said: dict[tuple[Any, ...], str] = {}
        for subscriber in self._subscribers:
            key = (subscriber.page_id, subscriber.person, subscriber.session and subscriber.session.channel)
            if subscriber.page_id is not None:
                if key not in said:
                    said[key] = presence_message(
                        self._registry, subscriber.page_id, subscriber.person, subscriber.session
                    )
                subscriber.notify(said[key])
        if self._subscribers:
            pause = PAUSE_SECONDS + PAUSE_SECONDS_PER_SUBSCRIBER * len(self._subscribers)
            self._pause = asyncio.get_running_loop().call_later(pause, self._notify_all)


def presence_message(registry: PresenceRegistry, page_id: int, person: Person | None, session: Session | None) -> str:
    """Return the message about the others at the page for `person` (None for a guest).

    `session` is the editor's own, or the one whose draft the screen shows.
    """

    def named(other: Person) -> dict[str, Any]:
        return {"name": other.name if person else "", "you": person is not None and other.user_id == person.user_id}

    return json.dumps(
        {
            "type": "presence",
            "session": session.id if session else None,
            "editors": [named(open_.author) | {"session": open_.id} for open_ in registry.on_page(page_id)],
            "viewers": [named(watcher) for watcher in registry.watchers(page_id)],
            "guests": registry.guests(page_id),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


# An author whose connection breaks is back sooner: only then do screens go over to somebody else's draft.
MAY_RETURN_SECONDS = 4.0


class Hub:
    """The sessions and viewers of this process. Other processes are reached through the backplane."""

    def __init__(self, backplane: Backplane) -> None:
        self._backplane = backplane
        self._channels: dict[str, DraftChannel] = {}
        self._editors: dict[str, EditorConnection] = {}
        self._viewers: set[Viewer] = set()
        self._registry = PresenceRegistry()
        self._announcer = PresenceAnnouncer(self._registry, before_sending=self._record_presence)

    # Editors

    async def open(self, channel: str, author: Person, page_id: int | None) -> EditorConnection:
        """Return a place for an editor whose draft will be shown in `channel`."""
        await self._backplane.start(self)
        editor = EditorConnection(Session(channel, author, page_id, typed=0))
        self._editors[channel] = editor
        self._update_sessions()
        self._announcer.add(editor)
        return editor

    def publish(self, editor: EditorConnection, frame: Frame) -> None:
        """Show `frame` to everybody who follows the session, in any process."""
        channel = editor.session.channel
        if self._editors.get(channel) is not editor:
            return
        editor.frame = frame
        self._channel(channel).show(frame)
        self._backplane.publish(channel, frame)
        self._record_typing(editor, frame.page_id)

    def leave(self, editor: EditorConnection, *, has_lost_rights: bool = False) -> None:
        """Forget the session's draft. Screens keep its last state, with a word about it.

        An author who may not edit any more is shown nothing more of it, not even that.
        """
        self._announcer.remove(editor)
        name = editor.session.channel
        if self._editors.get(name) is not editor:
            return
        del self._editors[name]
        if editor.frame:
            self._backplane.discard(name, editor.frame.version)
        channel = self._channel(name)
        self._update_sessions()
        channel.withheld_from = editor.person if has_lost_rights else None
        self._drop_if_unused(channel)

    # Screens

    async def newest(self, target: ViewTarget) -> Frame | None:
        """Return what a screen that is opened now would show, whichever process its editor is connected to."""
        await self._backplane.start(self)
        session = target.choose(self._registry, None, may_return=False)
        if session is None:
            return None
        channel = self._channels.get(session.channel)
        frame = channel.frame if channel and channel.frame else await self._backplane.fetch(session.channel)
        return frame if frame and may_show(target, frame.source) else None

    async def join(self, target: ViewTarget, person: Person | None) -> Viewer:
        """Add a screen, with the newest state to be shown first. `person` is None for a guest."""
        await self._backplane.start(self)
        viewer = Viewer(target, person)
        self._viewers.add(viewer)
        self._assign_channel(viewer)
        self._announcer.add(viewer)
        return viewer

    def choose(self, viewer: Viewer, session_id: str) -> None:
        """Let the screen of a page follow another session of the same page."""
        page_id = viewer.target.page_id
        chosen = next((s for s in self._registry.on_page(page_id) if s.id == session_id), None) if page_id else None
        if chosen:
            self._move(viewer, chosen)
            self._announcer.changed()

    def part(self, viewer: Viewer) -> None:
        """Remove a screen."""
        self._viewers.discard(viewer)
        if viewer.channel:
            viewer.channel.viewers.discard(viewer)
            self._drop_if_unused(viewer.channel)
        self._announcer.remove(viewer)

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
            self._assign_channels()
            self._announcer.changed()

    def connected_again(self) -> None:
        """Publish what is here again, and ask for what isn't: the others may have lost it, or it was missed."""
        for name, channel in self._channels.items():
            editor = self._editors.get(name)
            if editor and editor.frame and editor.frame is channel.frame:
                self._backplane.publish(name, editor.frame)
            elif channel.viewers:
                self._backplane.request(name)

    # Who is here, and who shows what to whom

    def _record_typing(self, editor: EditorConnection, page_id: int | None) -> None:
        session = editor.session
        user_id = session.author.user_id
        newest = max((s.typed for s in self._registry.sessions.values() if s.author.user_id == user_id), default=0)
        is_newest = session.typed and session.typed >= newest
        if not is_newest or session.page_id != page_id:
            editor.session = replace(session, page_id=page_id, typed=session.typed if is_newest else time.time())
            self._update_sessions()

    def _update_sessions(self) -> None:
        self._record_presence()
        self._assign_channels()
        self._announcer.changed()

    def _record_presence(self) -> None:
        """Note who is connected to this process, and notify the others if that is news."""
        watchers, guests = set(), dict[int, int]()
        for viewer in self._viewers:
            page_id = viewer.page_id
            if page_id is None or not viewer.target.counts:
                continue
            if viewer.person:
                watchers.add((page_id, viewer.person))
            else:
                guests[page_id] = guests.get(page_id, 0) + 1
        sessions = tuple(editor.session for editor in self._editors.values())
        presence = ProcessPresence(sessions, frozenset(watchers), tuple(sorted(guests.items())))
        if self._registry.replace(LOCAL, presence):
            self._backplane.announce(presence)

    def _assign_channels(self) -> None:
        for channel in self._channels.values():
            is_open = channel.name in self._registry.sessions
            if is_open and not channel.is_open:
                self._backplane.request(channel.name)
            elif channel.is_open and not is_open:
                channel.may_return = True
                channel.show_that_editor_has_left()
                asyncio.get_running_loop().call_later(MAY_RETURN_SECONDS, self._stop_waiting, channel)
            channel.is_open = is_open
        for viewer in tuple(self._viewers):
            self._assign_channel(viewer)

    def _stop_waiting(self, channel: DraftChannel) -> None:
        channel.may_return = False
        self._assign_channels()
        self._announcer.changed()

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
            self._backplane.request(channel.name)
        viewer.follow(channel)
        if left:
            self._drop_if_unused(left)

    def _channel(self, name: str) -> DraftChannel:
        return self._channels.setdefault(name, DraftChannel(name))

    def _drop_if_unused(self, channel: DraftChannel) -> None:
        if not channel.viewers and channel.name not in self._editors:
            self._channels.pop(channel.name, None)


class SingleProcess:
    """For a site that runs in one process: there is nobody else to notify."""

    async def start(self, listener: Listener) -> None:
        """Do nothing."""

    def publish(self, channel: str, frame: Frame) -> None:
        """Do nothing: the hub has shown it already."""

    def discard(self, channel: str, version: str) -> None:
        """Do nothing."""

    def request(self, channel: str) -> None:
        """Do nothing: what there is, the hub has."""

    def announce(self, presence: ProcessPresence) -> None:
        """Do nothing."""

    async def fetch(self, channel: str) -> Frame | None:
        """Return None: what there is, the hub has."""
        return None


def make_backplane() -> Backplane:
    """Return the backplane that the settings ask for: Redis if `PREVIEW_REDIS_URL` is set."""
    if not (url := conf.redis_url()):
        return SingleProcess()
    # The client takes a fifth of a second to load, which a site without Redis needn't wait for.
    from galley.preview.broadcast.redis_backplane import RedisBackplane

    return RedisBackplane(url)


hub = Hub(make_backplane())

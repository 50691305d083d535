"""Editors and screens are told who else is at the same page: names for those who are logged in, a count for guests.

Guests are told nobody's name.

Who shows what to whom: editors' sessions, and the screens that follow them.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from galley.preview import conf
from galley.preview.broadcast.backplane import Backplane, SingleProcess
from galley.preview.broadcast.channels import Frame, Member, Seat, Topic, Viewer
from galley.preview.broadcast.presence import HERE, Directory, Following, People, Person, Session, may_show

# Never more often than this; and where thousands watch, their coming and going alone must not keep the server busy.
PAUSE_SECONDS = 0.5
PAUSE_SECONDS_PER_MEMBER = 0.002


class Presence:
    """Tells the members of this process who is there, whenever that changes and not too often."""

    def __init__(self, directory: Directory, before_telling: Callable[[], None]) -> None:
        self._directory = directory
        self._before_telling = before_telling
        self._members: set[Member] = set()
        self._has_news = False
        self._pause: asyncio.TimerHandle | None = None

    def add(self, member: Member) -> None:
        """Tell `member` from now on."""
        self._members.add(member)
        self.changed()

    def remove(self, member: Member) -> None:
        """Don't tell `member` any more."""
        self._members.discard(member)
        if self._pause and not self._members:
            self._pause.cancel()
            self._pause = None
        self.changed()

    def changed(self) -> None:
        """Take note that something has changed."""
        self._has_news = True
        if self._pause is None:
            self._tell_everybody()

    def _tell_everybody(self) -> None:
        self._pause = None
        if not self._has_news:
            return
        self._has_news = False
        self._before_telling()
        said: dict[tuple[Any, ...], str] = {}
        for member in self._members:
            key = (member.page_id, member.person, member.session and member.session.topic)
            if member.page_id is not None:
                if key not in said:
                    said[key] = presence_message(self._directory, member.page_id, member.person, member.session)
                member.tell(said[key])
        if self._members:
            pause = PAUSE_SECONDS + PAUSE_SECONDS_PER_MEMBER * len(self._members)
            self._pause = asyncio.get_running_loop().call_later(pause, self._tell_everybody)


def presence_message(directory: Directory, page_id: int, person: Person | None, session: Session | None) -> str:
    """Return what `person` (None for a guest) is told of the others at the page.

    `session` is the editor's own, or the one whose draft the screen shows.
    """

    def named(other: Person) -> dict[str, Any]:
        return {"name": other.name if person else "", "you": person is not None and other.user_id == person.user_id}

    return json.dumps(
        {
            "type": "presence",
            "session": session.id if session else None,
            "editors": [named(open_.author) | {"session": open_.id} for open_ in directory.on_page(page_id)],
            "viewers": [named(watcher) for watcher in directory.watchers(page_id)],
            "guests": directory.guests(page_id),
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
        self._topics: dict[str, Topic] = {}
        self._seats: dict[str, Seat] = {}
        self._viewers: set[Viewer] = set()
        self._directory = Directory()
        self._presence = Presence(self._directory, before_telling=self._take_stock)

    # Editors

    async def open(self, topic: str, author: Person, page_id: int | None) -> Seat:
        """Return a place for an editor whose draft will be shown in `topic`."""
        await self._backplane.start(self)
        seat = Seat(Session(topic, author, page_id, typed=0))
        self._seats[topic] = seat
        self._sessions_changed()
        self._presence.add(seat)
        return seat

    def publish(self, seat: Seat, frame: Frame) -> None:
        """Show `frame` to everybody who follows the session, in any process."""
        topic = seat.session.topic
        if self._seats.get(topic) is not seat:
            return
        seat.frame = frame
        self._topic(topic).show(frame)
        self._backplane.publish(topic, frame)
        self._note_typing(seat, frame.page_id)

    def leave(self, seat: Seat, *, has_lost_rights: bool = False) -> None:
        """Forget the session's draft. Screens keep its last state, with a word about it.

        An author who may not edit any more is shown nothing more of it, not even that.
        """
        self._presence.remove(seat)
        name = seat.session.topic
        if self._seats.get(name) is not seat:
            return
        del self._seats[name]
        if seat.frame:
            self._backplane.discard(name, seat.frame.version)
        topic = self._topic(name)
        self._sessions_changed()
        topic.withheld_from = seat.person if has_lost_rights else None
        self._drop_if_unused(topic)

    # Screens

    async def newest(self, following: Following) -> Frame | None:
        """Return what a screen that is opened now would show, whichever process its editor is connected to."""
        await self._backplane.start(self)
        session = following.choose(self._directory, None, may_return=False)
        if session is None:
            return None
        topic = self._topics.get(session.topic)
        frame = topic.frame if topic and topic.frame else await self._backplane.fetch(session.topic)
        return frame if frame and may_show(following, frame.source) else None

    async def join(self, following: Following, person: Person | None) -> Viewer:
        """Add a screen, with the newest state to be shown first. `person` is None for a guest."""
        await self._backplane.start(self)
        viewer = Viewer(following, person)
        self._viewers.add(viewer)
        self._steer(viewer)
        self._presence.add(viewer)
        return viewer

    def choose(self, viewer: Viewer, session_id: str) -> None:
        """Let the screen of a page follow another session of the same page."""
        page_id = viewer.following.page_id
        chosen = next((s for s in self._directory.on_page(page_id) if s.id == session_id), None) if page_id else None
        if chosen:
            self._move(viewer, chosen)
            self._presence.changed()

    def part(self, viewer: Viewer) -> None:
        """Remove a screen."""
        self._viewers.discard(viewer)
        if viewer.topic:
            viewer.topic.viewers.discard(viewer)
            self._drop_if_unused(viewer.topic)
        self._presence.remove(viewer)

    # What the backplane tells

    def frame_arrived(self, topic: str, frame: Frame) -> None:
        """Show the newest state from another process."""
        known = self._topics.get(topic)
        if known and (known.frame is None or known.frame.version != frame.version):
            known.show(frame)

    def is_watched(self, topic: str) -> bool:
        """Whether anybody here follows the topic."""
        return topic in self._topics and bool(self._topics[topic].viewers)

    def people_arrived(self, process: str, people: People | None) -> None:
        """Take who is connected to another process."""
        if self._directory.replace(process, people):
            self._steer_all()
            self._presence.changed()

    def connected_again(self) -> None:
        """Publish what is here again, and ask for what isn't: the others may have lost it, or it was missed."""
        for name, topic in self._topics.items():
            seat = self._seats.get(name)
            if seat and seat.frame and seat.frame is topic.frame:
                self._backplane.publish(name, seat.frame)
            elif topic.viewers:
                self._backplane.request(name)

    # Who is here, and who shows what to whom

    def _note_typing(self, seat: Seat, page_id: int | None) -> None:
        session = seat.session
        rivals = self._directory.of_user(session.author.user_id)
        is_newest = session.typed and all(session.typed >= rival.typed for rival in rivals)
        if not is_newest or session.page_id != page_id:
            seat.session = replace(session, page_id=page_id, typed=session.typed if is_newest else time.time())
            self._sessions_changed()

    def _sessions_changed(self) -> None:
        self._take_stock()
        self._steer_all()
        self._presence.changed()

    def _take_stock(self) -> None:
        """Note who is connected to this process, and tell the others if that is news."""
        watchers, guests = set(), dict[int, int]()
        for viewer in self._viewers:
            page_id = viewer.page_id
            if page_id is None or not viewer.following.counts:
                continue
            if viewer.person:
                watchers.add((page_id, viewer.person))
            else:
                guests[page_id] = guests.get(page_id, 0) + 1
        sessions = tuple(seat.session for seat in self._seats.values())
        people = People(sessions, frozenset(watchers), tuple(sorted(guests.items())))
        if self._directory.replace(HERE, people):
            self._backplane.announce(people)

    def _steer_all(self) -> None:
        for topic in self._topics.values():
            is_open = topic.name in self._directory.sessions
            if is_open and not topic.is_open:
                self._backplane.request(topic.name)
            elif topic.is_open and not is_open:
                topic.may_return = True
                topic.show_that_editor_has_left()
                asyncio.get_running_loop().call_later(MAY_RETURN_SECONDS, self._expect_no_more, topic)
            topic.is_open = is_open
        for viewer in tuple(self._viewers):
            self._steer(viewer)

    def _expect_no_more(self, topic: Topic) -> None:
        topic.may_return = False
        self._steer_all()
        self._presence.changed()

    def _steer(self, viewer: Viewer) -> None:
        may_return = viewer.topic is not None and viewer.topic.may_return
        session = viewer.following.choose(self._directory, viewer.session, may_return=may_return)
        if session and (viewer.topic is None or session.topic != viewer.topic.name):
            self._move(viewer, session)
        viewer.session = session

    def _move(self, viewer: Viewer, session: Session) -> None:
        left, viewer.session = viewer.topic, session
        topic = self._topic(session.topic)
        if not topic.viewers:
            self._backplane.request(topic.name)
        viewer.follow(topic)
        if left:
            self._drop_if_unused(left)

    def _topic(self, name: str) -> Topic:
        return self._topics.setdefault(name, Topic(name))

    def _drop_if_unused(self, topic: Topic) -> None:
        if not topic.viewers and topic.name not in self._seats:
            self._topics.pop(topic.name, None)


def make_backplane() -> Backplane:
    """Return the backplane that the settings ask for: Redis if `PREVIEW_REDIS_URL` is set."""
    if not (url := conf.redis_url()):
        return SingleProcess()
    # The client takes a fifth of a second to load, which a site without Redis needn't wait for.
    from galley.preview.broadcast.redis_backplane import RedisBackplane

    return RedisBackplane(url)


hub = Hub(make_backplane())

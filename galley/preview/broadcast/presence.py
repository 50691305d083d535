"""Who is connected: editors with a page open, and those who watch.

Each process knows its own people at first hand and is told of the others' (see `backplane.py`); the
directory is all of them together.

Which editing session a screen shows.

A screen that watches a page stays with one session of it, whoever else begins to type: it never changes between two
drafts by itself while the one that it shows is open.
"""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s
from typing import Any, Protocol

from django.contrib.auth.models import AbstractBaseUser
from wagtail.admin.utils import get_user_display_name

HERE = ""


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in."""

    user_id: int
    name: str

    @classmethod
    def of(cls, user: AbstractBaseUser) -> "Person":
        """Return who `user` is, by the name that the admin calls them."""
        return cls(user.pk, get_user_display_name(user))


@dataclass(frozen=True)
class Session:
    """An open editor: one tab of one person. Its draft is shown in `topic`.

    `page_id` is None until a new page is saved. `typed` is when it became the one that its author types in, in seconds
    since the epoch.
    """

    topic: str
    author: Person
    page_id: int | None
    typed: float

    @cached_property
    def id(self) -> str:
        """Name the session for screens: neither its author nor their tab can be read from it."""
        return blake2s(self.topic.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class People:
    """Those who are connected to one process; watchers and guests by the id of the page that they watch."""

    sessions: tuple[Session, ...] = ()
    watchers: frozenset[tuple[int, Person]] = frozenset()
    guests: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> str:
        """Return them as text, for the backplane."""
        sessions = [[s.topic, s.author.user_id, s.author.name, s.page_id, s.typed] for s in self.sessions]
        watchers = [[page_id, person.user_id, person.name] for page_id, person in self.watchers]
        return json.dumps([sessions, watchers, self.guests])

    @classmethod
    def from_json(cls, text: str) -> "People":
        """Return the people that `to_json` wrote."""
        sessions, watchers, guests = json.loads(text)
        return cls(
            tuple(Session(topic, Person(user, name), page, typed) for topic, user, name, page, typed in sessions),
            frozenset((page, Person(user, name)) for page, user, name in watchers),
            tuple((page, count) for page, count in guests),
        )


class Directory:
    """Those who are connected to any process of the site."""

    def __init__(self) -> None:
        self._people: dict[str, People] = {HERE: People()}
        self.sessions: dict[str, Session] = {}

    def replace(self, process: str, people: People | None) -> bool:
        """Let `people` be those of `process`; None if it has gone. Return whether that changes anything."""
        if self._people.get(process) == people:
            return False
        if people:
            self._people[process] = people
        else:
            self._people.pop(process, None)
        # An editor whose process was killed is back elsewhere before that process is forgotten.
        every = sorted((s for people in self._people.values() for s in people.sessions), key=lambda s: s.typed)
        self.sessions = {session.topic: session for session in every}
        return True

    def on_page(self, page_id: int) -> list[Session]:
        """Return the open sessions of the page, by name."""
        found = (session for session in self.sessions.values() if session.page_id == page_id)
        return sorted(found, key=lambda session: (session.author.name, session.topic))

    def of_user(self, user_id: int) -> list[Session]:
        """Return the open sessions of the user."""
        return [session for session in self.sessions.values() if session.author.user_id == user_id]

    def watchers(self, page_id: int) -> list[Person]:
        """Return the users who watch the page, each once, by name."""
        found = {person for people in self._people.values() for page, person in people.watchers if page == page_id}
        return sorted(found, key=lambda person: (person.name, person.user_id))

    def guests(self, page_id: int) -> int:
        """Return how many guests watch the page."""
        counts: Counter[int] = Counter()
        for people in self._people.values():
            counts.update(dict(people.guests))
        return counts[page_id]


class Following(Protocol):
    """What a screen was opened for."""

    @property
    def page_id(self) -> int | None:
        """The one page that the screen may show, or None if it goes with its author to any."""

    @property
    def counts(self) -> bool:
        """Whether others are told that somebody watches here."""

    def choose(self, directory: Directory, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the session to be shown now, after `current`; None if there is none.

        `may_return` says that `current` was lost a moment ago, as when its author's connection breaks.
        """


@dataclass(frozen=True)
class FollowTab:
    """The panel beside the form: the draft of that very tab."""

    topic: str
    page_id = None
    counts = False

    def choose(self, directory: Directory, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the tab's session."""
        return directory.sessions.get(self.topic, current)


@dataclass(frozen=True)
class FollowNewest:
    """A phone that simply follows: whatever its user typed in last."""

    user_id: int
    page_id = None
    counts = True

    def choose(self, directory: Directory, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the user's session with the latest typing; one that was closed stays until they type elsewhere."""
        sessions = [*directory.of_user(self.user_id), *([current] if current else [])]
        return max(sessions, key=lambda session: session.typed, default=None)


@dataclass(frozen=True)
class FollowPage:
    """A screen for one page: stays with one session, and goes to another when that one is closed."""

    page_id: int
    user_id: int | None = None
    counts = True

    def choose(self, directory: Directory, current: Session | None, *, may_return: bool) -> Session | None:
        """Return `current` while it is open; then one of the same author, or else, if it doesn't return, any other."""
        sessions = directory.on_page(self.page_id)
        if still_open := next((session for session in sessions if current and session.topic == current.topic), None):
            return still_open
        preferred = current.author.user_id if current else self.user_id
        own = [session for session in sessions if session.author.user_id == preferred]
        if current and not own and may_return:
            return current
        return max(own or sessions, key=lambda session: session.typed, default=current)


def may_show(following: Following, source: tuple[Any, ...]) -> bool:
    """Whether a frame of `source` is what the screen was opened for. (A tab's name is chosen by its browser.)"""
    return following.page_id is None or source == (following.page_id,)

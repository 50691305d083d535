"""Who is connected: editors with a page open, and those who watch.

Each process knows its own people at first hand and is told of the others' (see `backplane.py`); the
directory is all of them together.
"""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s

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

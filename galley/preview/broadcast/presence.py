"""Who is connected to which page, and which of the open editors a screen shows.

Each process knows its own editors and viewers and is sent those of the others (see `backplane.py`). The registry holds
all of them. A screen that watches a page stays with one editor's session: it doesn't change to another draft while the
one that it shows is open.
"""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s
from typing import Protocol

from django.contrib.auth.models import AbstractBaseUser
from wagtail.admin.utils import get_user_display_name

LOCAL = ""


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
    """An open editor: one tab of one person. Its draft is shown in `channel`.

    `page_id` is None until a new page is saved. `typed` is when it became the one that its author types in, in seconds
    since the epoch.
    """

    channel: str
    author: Person
    page_id: int | None
    typed: float

    @cached_property
    def id(self) -> str:
        """Name the session for screens: neither its author nor their tab can be read from it."""
        return blake2s(self.channel.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class ProcessPresence:
    """Those who are connected to one process; watchers and guests by the id of the page that they watch."""

    sessions: tuple[Session, ...] = ()
    watchers: frozenset[tuple[int, Person]] = frozenset()
    guests: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> str:
        """Return them as text, for the backplane."""
        sessions = [[s.channel, s.author.user_id, s.author.name, s.page_id, s.typed] for s in self.sessions]
        watchers = [[page_id, person.user_id, person.name] for page_id, person in self.watchers]
        return json.dumps([sessions, watchers, self.guests])

    @classmethod
    def from_json(cls, text: str) -> "ProcessPresence":
        """Return the presence that `to_json` wrote."""
        sessions, watchers, guests = json.loads(text)
        return cls(
            tuple(Session(channel, Person(user, name), page, typed) for channel, user, name, page, typed in sessions),
            frozenset((page, Person(user, name)) for page, user, name in watchers),
            tuple((page, count) for page, count in guests),
        )


class PresenceRegistry:
    """Those who are connected to any process of the site."""

    def __init__(self) -> None:
        self._presence_of: dict[str, ProcessPresence] = {LOCAL: ProcessPresence()}
        self.sessions: dict[str, Session] = {}

    def replace(self, process: str, presence: ProcessPresence | None) -> bool:
        """Let `presence` be those of `process`; None if it has gone. Return whether that changes anything."""
        if self._presence_of.get(process) == presence:
            return False
        if presence:
            self._presence_of[process] = presence
        else:
            self._presence_of.pop(process, None)
        # An editor whose process was killed is back elsewhere before that process is forgotten.
        every = sorted((s for presence in self._presence_of.values() for s in presence.sessions), key=lambda s: s.typed)
        self.sessions = {session.channel: session for session in every}
        return True

    def on_page(self, page_id: int) -> list[Session]:
        """Return the open sessions of the page, by name."""
        found = (session for session in self.sessions.values() if session.page_id == page_id)
        return sorted(found, key=lambda session: (session.author.name, session.channel))

    def of_user(self, user_id: int) -> list[Session]:
        """Return the open sessions of the user."""
        return [session for session in self.sessions.values() if session.author.user_id == user_id]

    def watchers(self, page_id: int) -> list[Person]:
        """Return the users who watch the page, each once, by name."""
        found = {
            person for presence in self._presence_of.values() for page, person in presence.watchers if page == page_id
        }
        return sorted(found, key=lambda person: (person.name, person.user_id))

    def guests(self, page_id: int) -> int:
        """Return how many guests watch the page."""
        counts: Counter[int] = Counter()
        for presence in self._presence_of.values():
            counts.update(dict(presence.guests))
        return counts[page_id]


class ViewTarget(Protocol):
    """What a screen was opened for."""

    @property
    def page_id(self) -> int | None:
        """The one page that the screen may show, or None if it goes with its author to any."""

    @property
    def counts(self) -> bool:
        """Whether this screen counts in the presence that others see."""

    def choose(self, registry: PresenceRegistry, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the session to be shown now, after `current`; None if there is none.

        `may_return` says that `current` was lost a moment ago, as when its author's connection breaks.
        """


@dataclass(frozen=True)
class TabTarget:
    """The panel beside the form: the draft of that very tab."""

    channel: str
    page_id = None
    counts = False

    def choose(self, registry: PresenceRegistry, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the tab's session."""
        return registry.sessions.get(self.channel, current)


@dataclass(frozen=True)
class NewestTarget:
    """A phone that simply follows: whatever its user typed in last."""

    user_id: int
    page_id = None
    counts = True

    def choose(self, registry: PresenceRegistry, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the user's session with the latest typing; one that was closed stays until they type elsewhere."""
        sessions = [*registry.of_user(self.user_id), *([current] if current else [])]
        return max(sessions, key=lambda session: session.typed, default=None)


@dataclass(frozen=True)
class PageTarget:
    """A screen for one page: stays with one session, and goes to another when that one is closed."""

    page_id: int
    user_id: int | None = None
    counts = True

    def choose(self, registry: PresenceRegistry, current: Session | None, *, may_return: bool) -> Session | None:
        """Return `current` while it is open; then one of the same author, or else, if it doesn't return, any other."""
        sessions = registry.on_page(self.page_id)
        if still_open := next(
            (session for session in sessions if current and session.channel == current.channel), None
        ):
            return still_open
        preferred = current.author.user_id if current else self.user_id
        own = [session for session in sessions if session.author.user_id == preferred]
        if current and not own and may_return:
            return current
        return max(own or sessions, key=lambda session: session.typed, default=current)

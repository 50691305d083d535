"""Who is connected to which page, and which of the open editors a screen shows.

Each process knows its own editors and viewers and is sent those of the others by the backplane. The registry holds all
of them. A screen that watches a page stays with one editor's session: it doesn't change to another draft while the one
that it shows is open.
"""

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from wagtail.admin.utils import get_user_display_name

from galley.preview.messages import encode_message

LOCAL = ""


class Person(NamedTuple):
    """Somebody who is logged in."""

    user_id: int
    name: str

    @classmethod
    def of(cls, user: AbstractBaseUser) -> "Person":
        """Return who `user` is, by the name that the admin calls them."""
        return cls(user.pk, get_user_display_name(user))


class Session(NamedTuple):
    """An open editor: one tab of one person. Its draft is shown in `channel`.

    `page_id` is None until a new page is saved. `typed` is when it became the one that its author types in, in seconds
    since the epoch.
    """

    channel: str
    author: Person
    page_id: int | None
    typed: float

    @property
    def id(self) -> str:
        """Name the session for screens: neither its author nor their tab can be read from it."""
        return blake2s(self.channel.encode(), digest_size=6).hexdigest()


class ProcessPresence(NamedTuple):
    """Those who are connected to one process; watchers and guests by the id of the page that they watch.

    `json.dumps` writes one as text, for the backplane.
    """

    sessions: Sequence[Session] = ()
    watchers: Sequence[tuple[int, Person]] = ()
    guests: Sequence[tuple[int, int]] = ()

    @classmethod
    def from_json(cls, text: str) -> "ProcessPresence":
        """Return the presence that was written as `text`."""
        sessions, watchers, guests = json.loads(text)
        return cls(
            [Session(channel, Person(*author), page_id, typed) for channel, author, page_id, typed in sessions],
            [(page_id, Person(*person)) for page_id, person in watchers],
            guests,
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

    def message(self, page_id: int, person: Person | None, session: Session | None) -> str:
        """Return the message about the others at the page for `person`, None for a guest, who is sent no names.

        `session` is the editor's own, or the one whose draft the screen shows.
        """

        def named(other: Person) -> dict[str, Any]:
            return {"name": other.name if person else "", "you": person is not None and other.user_id == person.user_id}

        return encode_message(
            "presence",
            session=session.id if session else None,
            editors=[named(open_.author) | {"session": open_.id} for open_ in self.on_page(page_id)],
            viewers=[named(watcher) for watcher in self.watchers(page_id)],
            guests=self.guests(page_id),
        )


class ViewTarget(ABC):
    """What a screen was opened for.

    `page_id` is the one page that the screen may show, None if it goes with its author to any. `counts` says whether
    the screen counts in the presence that others see.
    """

    page_id: int | None = None
    counts = True

    @abstractmethod
    def choose(self, registry: PresenceRegistry, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the session to be shown now, after `current`; None if there is none.

        `may_return` says that `current` was lost a moment ago, as when its author's connection breaks.
        """


def tab_channel(user_id: int, tab: str) -> str:
    """Name the draft in one tab of the user's browser.

    The server takes the user from the login session: nobody can name a draft of somebody else.
    """
    return f"user-{user_id}:tab-{tab}"


@dataclass(frozen=True)
class TabTarget(ViewTarget):
    """The panel beside the form: the draft of that very tab."""

    channel: str
    counts = False

    def choose(self, registry: PresenceRegistry, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the tab's session."""
        return registry.sessions.get(self.channel, current)


@dataclass(frozen=True)
class NewestTarget(ViewTarget):
    """A phone that simply follows: whatever its user typed in last."""

    user_id: int

    def choose(self, registry: PresenceRegistry, current: Session | None, *, may_return: bool) -> Session | None:
        """Return the user's session with the latest typing; one that was closed stays until they type elsewhere."""
        sessions = [*registry.of_user(self.user_id), *([current] if current else [])]
        return max(sessions, key=lambda session: session.typed, default=None)


@dataclass(frozen=True)
class PageTarget(ViewTarget):
    """A screen for one page: stays with one session, and goes to another when that one is closed."""

    page_id: int
    user_id: int | None = None

    def choose(self, registry: PresenceRegistry, current: Session | None, *, may_return: bool) -> Session | None:
        """Return `current` while it is open; then one of the same author, or else, if it doesn't return, any other."""
        sessions = registry.on_page(self.page_id)
        for session in sessions:
            if current and session.channel == current.channel:
                return session
        preferred = current.author.user_id if current else self.user_id
        own = [session for session in sessions if session.author.user_id == preferred]
        if current and not own and may_return:
            return current
        return max(own or sessions, key=lambda session: session.typed, default=current)


def target_of_user(user_id: int, *, page_id: int | None = None, tab: str | None = None) -> ViewTarget:
    """Return what a screen of the user's shows: the page or the tab that is named, or else what they type in last."""
    if page_id is not None:
        return PageTarget(page_id, user_id)
    return TabTarget(tab_channel(user_id, tab)) if tab else NewestTarget(user_id)

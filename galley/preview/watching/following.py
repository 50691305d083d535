"""Which editing session a screen shows.

A screen that watches a page stays with one session of it, whoever else begins to type: it never changes between two
drafts by itself while the one that it shows is open.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from galley.preview.watching.people import Directory, Session


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

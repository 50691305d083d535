"""Editors and screens are told who else is at the same page: names for those who are logged in, a count for guests.

Guests are told nobody's name.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from galley.preview.watching.members import Member
from galley.preview.watching.people import Directory, Person, Session

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

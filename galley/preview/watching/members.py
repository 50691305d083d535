"""Editors and screens, as those who are told things."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

from galley.preview.watching.frames import Frame
from galley.preview.watching.people import Person, Session


class Member(ABC):
    """An editor or a screen: somebody who is told who else is there. `person` is None for a guest."""

    def __init__(self, person: Person | None, session: Session | None = None) -> None:
        self.person = person
        self.session = session
        self._news = asyncio.Event()
        self._words = ""
        self._last_words = ""

    @property
    @abstractmethod
    def page_id(self) -> int | None:
        """The page where they are, as far as it has an id."""

    def wake(self) -> None:
        """Say that there is something new."""
        self._news.set()

    async def news(self) -> None:
        """Wait for something new."""
        await self._news.wait()
        self._news.clear()

    def tell(self, words: str) -> None:
        """Let `words` be said next, unless they were the last ones. What wasn't said yet is forgotten."""
        if words != self._last_words:
            self._words = self._last_words = words
            self.wake()

    def take_words(self) -> str:
        """Return what is to be said, once."""
        words, self._words = self._words, ""
        return words


class Seat(Member):
    """An open editor's place: where its session shows its draft, and what it is told."""

    session: Session

    def __init__(self, session: Session) -> None:
        super().__init__(session.author, session)
        self.frame: Frame | None = None

    @property
    def page_id(self) -> int | None:
        """The page that is edited, once it has an id."""
        return self.session.page_id

    async def messages(self) -> AsyncIterator[str]:
        """Yield what the editor has to be told, for ever."""
        while True:
            await self.news()
            if words := self.take_words():
                yield words

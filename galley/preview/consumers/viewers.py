"""The sockets of screens that show a draft."""

import json
import logging
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from django.utils.translation import gettext as _

from galley.preview.access import require_editor, require_user
from galley.preview.consumers.base import PreviewConsumer
from galley.preview.consumers.watchkeeping import shared_check
from galley.preview.drafts.sources import SavedPage, Source, SourceGone, source_from
from galley.preview.messages import Again, Note, Watch, read_screen_message
from galley.preview.notes.comments import NoteRefused, Reviewer, leave_note
from galley.preview.threads import in_preview_thread
from galley.preview.watching.following import Following, FollowNewest, FollowPage, FollowTab
from galley.preview.watching.frames import Frame
from galley.preview.watching.hub import hub
from galley.preview.watching.people import Person
from galley.preview.watching.topics import Viewer, tab_topic

logger = logging.getLogger(__name__)


class ViewerConsumer(PreviewConsumer):
    """A screen's socket: is sent the newest state, and what leads from one to the next."""

    viewer: Viewer | None = None

    @abstractmethod
    def following(self) -> Following:
        """Say what this screen was opened for."""

    @abstractmethod
    async def identify_watcher(self) -> Person | None:
        """Return who watches, or None for a guest. Raises `AccessDenied`."""

    async def begin(self) -> None:
        """Watch what the address names."""
        await self.check_access()
        self.viewer = await hub.join(self.following(), await self.identify_watcher())
        self.own(self._send_news())
        self.own(self.keep_checking_access())

    async def frame(self) -> Frame | None:
        """Return the newest state for this screen, which may be about to join."""
        return self.viewer.frame if self.viewer else await hub.newest(self.following())

    async def take(self, text: str | None) -> None:
        """Take what the screen says: that it needs the whole page, wants another draft, or what its reader notes."""
        viewer = self.viewer
        assert viewer  # noqa: S101  (messages are taken only once the socket has begun)
        await self.check_access()
        match read_screen_message(text):
            case Again():
                viewer.forget()
            case Watch(session):
                hub.choose(viewer, session)
            case Note() as note:
                await self._leave_note(note)

    async def disconnect(self, code: int) -> None:
        """Stop watching."""
        await super().disconnect(code)
        if self.viewer:
            hub.part(self.viewer)

    def reviewer(self) -> Reviewer:
        """Say in whose name notes are left here."""
        return Reviewer(self.user_id, key=f"user-{self.user_id}")

    async def shown_source(self) -> Source | None:
        """Return what the screen shows, if it shows anything."""
        if frame := await self.frame():
            return source_from(frame.source)
        page_id = self.following().page_id
        return SavedPage(page_id) if page_id else None

    async def _leave_note(self, note: Note) -> None:
        answer = {"type": "note", "kept": True, "reason": ""}
        try:
            await in_preview_thread(leave_note, await self.shown_source(), note, self.reviewer())
        except NoteRefused as refusal:
            answer |= {"kept": False, "reason": str(refusal)}
        except SourceGone:
            raise
        except Exception:
            logger.exception("A note could not be kept")
            answer |= {"kept": False, "reason": _("Your note could not be kept. It is still here: try again.")}
        await self.send(json.dumps(answer))

    async def _send_news(self) -> None:
        if self.viewer:
            async for message in self.viewer.messages():
                await self.send(message)


class UserViewer(ViewerConsumer):
    """A screen of somebody who is logged in, and may edit what it shows."""

    async def identify_watcher(self) -> Person:
        """Return the user."""
        return Person.of(await in_preview_thread(require_user, self.session_key))

    async def check_access(self) -> None:
        """Raise `AccessDenied` if the user has gone, or may not edit the page that is shown any more."""
        await self._check_with(in_preview_thread)

    async def check_access_in_time(self) -> None:
        """Do so together with the other screens that ask the same."""
        await self._check_with(shared_check)

    async def _check_with(self, check: Callable[..., Awaitable[Any]]) -> None:
        if source := await self.shown_source():
            await check(require_editor, self.session_key, source)
        else:
            await check(require_user, self.session_key)


class TabViewer(UserViewer):
    """Watches one tab of the user's: the preview panel beside the form."""

    def following(self) -> FollowTab:
        """Follow the user's tab."""
        return FollowTab(tab_topic(self.user_id, self.scope["url_route"]["kwargs"]["tab"]))


class PageViewer(UserViewer):
    """Watches one page, whoever edits it."""

    def following(self) -> FollowPage:
        """Follow the page: the user's own draft first, if they write one."""
        return FollowPage(self.scope["url_route"]["kwargs"]["page_id"], self.user_id)


class NewestViewer(UserViewer):
    """Watches whatever the user writes: a phone that simply follows."""

    def following(self) -> FollowNewest:
        """Follow the user."""
        return FollowNewest(self.user_id)

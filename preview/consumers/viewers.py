"""The sockets of screens that show a draft."""

import json
import logging
from abc import abstractmethod

from django.utils.translation import gettext as _

from preview.access import require_editor, require_user
from preview.consumers.base import PreviewConsumer
from preview.hub import hub
from preview.messages import Again, read_screen_message
from preview.notes import Note, NoteRefused, Reviewer, leave_note
from preview.sources import SavedPage, Source, SourceGone, source_from
from preview.threads import in_preview_thread
from preview.topics import newest_topic, page_topic, tab_topic

logger = logging.getLogger(__name__)


class ViewerConsumer(PreviewConsumer):
    """A screen's socket: is sent the newest state, and what leads from one to the next."""

    _topic = ""

    @abstractmethod
    def topic(self) -> str:
        """Name what this screen watches."""

    async def begin(self) -> None:
        """Watch the topic that the address names."""
        self._topic = self.topic()
        await self.check_access()
        self._viewer = await hub.join(self._topic)
        self.own(self._send_states())
        self.own(self.keep_checking_access())

    async def check_access(self) -> None:
        """Raise `AccessDenied` if the user has gone, or may not edit the page that is shown any more."""
        frame = await hub.newest(self._topic)
        if frame:
            await in_preview_thread(require_editor, self.session_key, source_from(frame.source))
        else:
            await in_preview_thread(require_user, self.session_key)

    async def take(self, text: str | None) -> None:
        """Take what the screen says: that it needs the whole page again, or what its reader notes."""
        await self.check_access()
        match read_screen_message(text):
            case Again():
                self._viewer.forget()
            case Note() as note:
                await self._leave_note(note)

    async def disconnect(self, code: int) -> None:
        """Stop watching."""
        await super().disconnect(code)
        if hasattr(self, "_viewer"):
            await hub.leave(self._topic, self._viewer)

    def reviewer(self) -> Reviewer:
        """Say in whose name notes are left here."""
        return Reviewer(self.user_id, key=f"user-{self.user_id}")

    async def shown_source(self) -> Source | None:
        """Return what the screen shows, if it shows anything."""
        frame = await hub.newest(self._topic)
        if frame:
            return source_from(frame.source)
        page_id = self.scope["url_route"]["kwargs"].get("page_id")
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

    async def _send_states(self) -> None:
        async for message in self._viewer.messages():
            await self.send(message)


class TabViewer(ViewerConsumer):
    """Watches one tab of the user's: the preview panel beside the form."""

    def topic(self) -> str:
        """Name the user's tab."""
        return tab_topic(self.user_id, self.scope["url_route"]["kwargs"]["tab"])


class PageViewer(ViewerConsumer):
    """Watches the user's draft of one page."""

    def topic(self) -> str:
        """Name the page."""
        return page_topic(self.user_id, self.scope["url_route"]["kwargs"]["page_id"])


class NewestViewer(ViewerConsumer):
    """Watches whatever the user writes: a phone that simply follows."""

    def topic(self) -> str:
        """Name the user's newest draft."""
        return newest_topic(self.user_id)

"""The sockets: one kind for the page where somebody writes, one for the screens that show it.

Who a socket belongs to is settled when it joins, and looked up afresh for each message and on a timer: a socket that
outlives its rights is closed within `CHECK_SECONDS`.
"""

import asyncio
import contextlib
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils.translation import gettext as _

from preview.access import AccessDenied, require_editor, require_user
from preview.hub import hub
from preview.messages import BadMessage, FormChange, MessageTooLarge, PageSaved, WholeForm, read_message
from preview.sessions import EditingSession, Rendered
from preview.sources import NewPage, SavedPage, Source, SourceGone, source_from
from preview.threads import in_preview_thread
from preview.topics import newest_topic, page_topic, tab_topic

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.5


class Close:
    """Codes with which a socket is closed; the reason is a sentence for the person in front of it."""

    BAD_MESSAGE = 4400
    NO_ACCESS = 4403
    GONE = 4404
    TOO_LARGE = 4413
    FAILED = 4500


class PreviewConsumer(AsyncWebsocketConsumer, ABC):
    """A socket with a user, and with tasks that end when it ends."""

    user_id: int

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the handler. Upstream crosses to the one thread of all consumers first; nothing here needs that."""
        await getattr(self, get_handler_name(message))(message)

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        """Send, unless the other side has hung up meanwhile: its `disconnect` is on its way then."""
        with contextlib.suppress(OSError):
            await super().send(text_data, bytes_data, close)

    async def connect(self) -> None:
        """Settle who this is, and begin."""
        self._tasks: list[asyncio.Task[None]] = []
        self.session_key = self.scope["session"].session_key
        await self.accept()
        try:
            self.user_id = (await in_preview_thread(require_user, self.session_key)).pk
            await self.begin()
        except AccessDenied:
            await self.close_for_good(Close.NO_ACCESS)

    @abstractmethod
    async def begin(self) -> None:
        """Join what the address names. Raises `AccessDenied`."""

    @abstractmethod
    async def check_access(self) -> None:
        """Raise `AccessDenied` if the socket's user may not be here any more."""

    def own(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside the socket; it ends with it, and ends it when it fails."""
        self._tasks.append(asyncio.create_task(self._guard(work)))

    async def keep_checking_access(self) -> None:
        """Look every now and then whether the socket may stay open. Raises `AccessDenied`."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.check_access()

    async def close_for_good(self, code: int) -> None:
        """Close with a code that tells the page not to try again, and why."""
        reasons = {
            Close.BAD_MESSAGE: _("The preview didn't understand the editor. Reload the page; saved text is safe."),
            Close.NO_ACCESS: _("You are logged out, or may not edit this page. Nothing more is shown here."),
            Close.GONE: _("This page doesn't exist any more."),
            Close.TOO_LARGE: _("This draft is too large to be shown while you type. Saving works as ever."),
            Close.FAILED: _("The preview failed. Reload the page; saved text is safe."),
        }
        await self.close(code=code, reason=reasons[code])

    async def disconnect(self, code: int) -> None:
        """End what belongs to the socket."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except AccessDenied:
            await self.close_for_good(Close.NO_ACCESS)
        except SourceGone:
            await self.close_for_good(Close.GONE)
        except Exception:
            logger.exception("A preview socket failed")
            await self.close_for_good(Close.FAILED)


class EditorConsumer(PreviewConsumer):
    """The edit page's socket: takes the form as it is typed."""

    session: EditingSession | None = None

    async def begin(self) -> None:
        """Join as the editor of the page, or of the new page, that the address names."""
        where = dict(self.scope["url_route"]["kwargs"])
        tab = where.pop("tab")
        source: Source = SavedPage(**where) if "page_id" in where else NewPage(**where)
        await in_preview_thread(require_editor, self.session_key, source)
        self.session = EditingSession(hub, source, self.session_key, self.user_id, tab)
        self.own(self.session.render_forever(self._report))
        self.own(self.keep_checking_access())

    async def check_access(self) -> None:
        """Raise `AccessDenied` if the user may not edit the page any more."""
        if self.session:
            await self.session.check_access()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Store what the message says; the session's own task does the work."""
        if self.session is None:
            return
        try:
            match read_message(text_data):
                case WholeForm(sequence, fields):
                    self.session.replace_form(sequence, fields)
                case FormChange() if not self.session.has_form:
                    raise BadMessage
                case FormChange(sequence, changed, removed):
                    self.session.change_form(sequence, changed, removed)
                case PageSaved(page_id):
                    await self.session.page_was_saved(page_id)
        except MessageTooLarge:
            await self.close_for_good(Close.TOO_LARGE)
        except BadMessage:
            await self.close_for_good(Close.BAD_MESSAGE)
        except AccessDenied:
            await self.close_for_good(Close.NO_ACCESS)

    async def disconnect(self, code: int) -> None:
        """Leave: screens keep the last state, unless rights were taken away."""
        await super().disconnect(code)
        if self.session:
            await self.session.close(show_last_state=code != Close.NO_ACCESS)

    async def _report(self, rendered: Rendered) -> None:
        await self.send(json.dumps({"type": "rendered", "sequence": rendered.sequence, "notes": rendered.notes}))


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

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A screen says one thing only: that it needs the whole page again."""
        if text_data == "again":
            self._viewer.forget()
        else:
            await self.close_for_good(Close.BAD_MESSAGE)

    async def disconnect(self, code: int) -> None:
        """Stop watching."""
        await super().disconnect(code)
        if hasattr(self, "_viewer"):
            await hub.leave(self._topic, self._viewer)

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

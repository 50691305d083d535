"""The editor's side: the socket of the edit page, and the task that renders what is typed there.

A message only stores the newest state of the form. One task, owned by the session, renders it. While it renders, newer
messages replace older ones, so nothing queues up and no result is out of order. A key is rendered quickly, from what
changed (a provisional state). When the author pauses, the whole page is rendered.
"""

import asyncio
import itertools
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from galley.preview.access import AccessDenied, require_editor
from galley.preview.broadcast.channels import Frame, metadata_changes, tab_channel
from galley.preview.broadcast.hub import hub
from galley.preview.broadcast.presence import Person
from galley.preview.comment_notifications import send_comment_notifications
from galley.preview.consumers import Close, PreviewConsumer
from galley.preview.database import QueryValidatedMemo, in_preview_thread
from galley.preview.drafts.form_state import FormData, FormState, StateMismatch
from galley.preview.drafts.live_page import LivePage, PageState, Timings
from galley.preview.drafts.sources import NewPage, SavedPage, Source, SourceGone
from galley.preview.messages import BadMessage, Fields, Focus, FormChange, PageSaved, WholeForm, read_message
from galley.preview.outline_report import OutlineReport

logger = logging.getLogger(__name__)

# How long after the last key everything is rendered afresh, and how long at most while somebody types on.
PAUSE_SECONDS = 0.4
MAX_PROVISIONAL_SECONDS = 5.0


@dataclass(frozen=True)
class Rendered:
    """The outcome of one rendering, as the edit page is sent it: the number of the last message that it includes, the
    changes of `Frame.metadata`, and the milliseconds that each stage took."""

    sequence: int
    about: dict[str, Any]
    stages: dict[str, float]


class EditingSession:
    """The draft of one editor tab, from its connection to its end."""

    def __init__(self, show: Callable[[Frame], None], source: Source, session_key: str | None, tab: str) -> None:
        self._show = show
        self._session_key = session_key
        self._tab = tab
        self._form = FormState()
        self._focus = ""
        self._changed = asyncio.Event()
        self._provisional_since: float | None = None
        self._live_page = LivePage(source)
        self._editor: QueryValidatedMemo[AbstractBaseUser] = QueryValidatedMemo()
        self._numbers = itertools.count(1)
        self._name = uuid.uuid4().hex[:8]
        self._frame: Frame | None = None

    @property
    def source(self) -> Source:
        """What is being edited."""
        return self._live_page.source

    @property
    def frame(self) -> Frame | None:
        """The newest state that was shown."""
        return self._frame

    @property
    def is_provisional(self) -> bool:
        """Whether the newest state was rendered from one change, so that the whole page is still to follow."""
        return self._live_page.is_provisional

    def replace_form(self, sequence: int, fields: Fields) -> None:
        """Take the whole form as the newest state."""
        self._form.replace(sequence, fields)
        self._changed.set()

    def change_form(self, change: FormChange) -> None:
        """Take changes to the form as the newest state. Raises `StateMismatch` if they don't fit what is here."""
        self._form.change(change)
        self._changed.set()

    def move_focus(self, path: str) -> None:
        """Take note of the field in which the author stands; screens may follow."""
        self._focus = path
        self._changed.set()

    async def page_was_saved(self, page_id: int) -> None:
        """Go on as page `page_id`: the new page that was being written has been saved for the first time.

        Raises `AccessDenied` if that page can't be the one.
        """
        saved = SavedPage(page_id)
        if not isinstance(self.source, NewPage) or not await in_preview_thread(self.source.became, saved):
            raise AccessDenied
        await in_preview_thread(require_editor, self._session_key, saved)
        self._live_page.source = saved
        self._form.touch()
        self._changed.set()

    async def check_access(self) -> None:
        """Raise `AccessDenied` if the editor may not edit the page any more."""
        await in_preview_thread(require_editor, self._session_key, self.source)

    async def render_forever(self, report: Callable[[Rendered], Awaitable[None]]) -> None:
        """Render each newest state and show it. `report` is awaited after each round.

        Raises `AccessDenied` or `SourceGone` when there is nothing more to show, `BadMessage` if the form is none.
        """
        while True:
            if await self._next_round():
                self._form.touch()
            if self._form.is_empty:
                continue
            sequence, before, stages = self._form.sequence, self._frame, Timings()
            data, changed = self._form.take()
            frame = await in_preview_thread(self._render, data, changed, self._focus, stages)
            if frame is not before:
                self._frame = frame
                with stages.time("publish"):
                    self._show(frame)
            self._time_provisional()
            await report(Rendered(sequence, metadata_changes(before, frame), stages.milliseconds))

    async def _next_round(self) -> bool:
        """Wait until there is something to render. Return whether it is time to render everything afresh."""
        try:
            async with asyncio.timeout(PAUSE_SECONDS if self._provisional_since else None):
                await self._changed.wait()
        except TimeoutError:
            return True
        self._changed.clear()
        since = self._provisional_since
        return since is not None and time.monotonic() - since > MAX_PROVISIONAL_SECONDS

    def _time_provisional(self) -> None:
        if not self._live_page.is_provisional:
            self._provisional_since = None
        elif self._provisional_since is None:
            self._provisional_since = time.monotonic()

    def _render(self, data: FormData, changed: set[str] | None, focus: str, stages: Timings) -> Frame:
        """Return the frame for the form's state: check of permission, form and template in one crossing to a thread."""
        with stages.time("access"):
            user = self._editor.get(require_editor, self._session_key, self.source)
        try:
            state = self._render_page(data, changed, user, stages)
        except (BadMessage, SourceGone):
            raise
        except Exception:
            # Whatever state a form is in, and whatever a template makes of it: the author goes on seeing the draft.
            if self._frame is None:
                raise
            logger.exception("A state of a draft could not be shown")
            note = _("The draft can't be shown as it is now. You see its last good state. Go on writing.")
            return self._noting(self._frame, note)
        return self._frame_of(state, focus)

    def _render_page(
        self, data: FormData, changed: set[str] | None, user: AbstractBaseUser, stages: Timings
    ) -> PageState:
        state = None if changed is None else self._live_page.render_change(data, changed, stages)
        return state or self._live_page.render_whole(data, user, stages)

    def _frame_of(self, state: PageState, focus: str) -> Frame:
        """Return the frame that shows `state`: the one before, if nothing is new."""
        notes = [
            _("Not valid yet, so its last change isn't shown: %(field)s.") % {"field": name} for name in state.unusable
        ]
        metadata = {"notes": notes, "focus": focus, "tab": self._tab}
        source = tuple(asdict(self.source).values())
        last = self._frame
        if last and (last.page, last.metadata, last.source) == (state.page, metadata, source):
            return last
        return Frame(self._next_version(), state.page, source, metadata)

    def _noting(self, frame: Frame, note: str) -> Frame:
        return replace(frame, version=self._next_version(), metadata=frame.metadata | {"notes": [note]})

    def _next_version(self) -> str:
        return f"{self._name}.{next(self._numbers)}"


class EditorConsumer(PreviewConsumer):
    """The edit page's socket: takes the form as it is typed."""

    session: EditingSession | None = None

    async def begin(self) -> None:
        """Join as the editor of the page, or of the new page, that the address names."""
        where = dict(self.scope["url_route"]["kwargs"])
        tab = where.pop("tab")
        source: Source = SavedPage(**where) if "page_id" in where else NewPage(**where)
        author = Person.of(await in_preview_thread(require_editor, self.session_key, source))
        self._connection = await hub.open(tab_channel(author.user_id, tab), author, where.get("page_id"))
        self.session = session = EditingSession(partial(hub.publish, self._connection), source, self.session_key, tab)
        self.outline = OutlineReport(self.user_id, self._send_json)
        self.own(session.render_forever(self._report))
        self.own(self._send_notices())
        self.own(self.outline.send_forever())
        self.own(send_comment_notifications(lambda: session.source, self.user_id, self._send_json))
        self.own(self.keep_checking_access())

    async def check_access(self) -> None:
        """Raise `AccessDenied` if the user may not edit the page any more."""
        if self.session:
            await self.session.check_access()

    async def take(self, text: str | None) -> None:
        """Store what the message says; the session's own task checks the rights and does the work."""
        session = self.session
        assert session  # noqa: S101  (messages are taken only once the socket has begun)
        match read_message(text):
            case WholeForm(sequence, fields):
                session.replace_form(sequence, fields)
            case FormChange() as change:
                await self._change_form(session, change)
            case Focus(path):
                session.move_focus(path)
            case PageSaved(page_id):
                await session.page_was_saved(page_id)

    async def disconnect(self, code: int) -> None:
        """Leave: screens keep the last state, but for those of an author whose rights were taken away."""
        await super().disconnect(code)
        if self.session:
            hub.leave(self._connection, has_lost_rights=self.closed_with == Close.NO_ACCESS)

    async def _change_form(self, session: EditingSession, change: FormChange) -> None:
        try:
            session.change_form(change)
        except StateMismatch:
            await self.send('{"type": "again"}')

    async def _send_notices(self) -> None:
        async for message in self._connection.messages():
            await self.send(message)

    async def _report(self, rendered: Rendered) -> None:
        await self._send_json({"type": "rendered", **asdict(rendered)})
        # A provisional frame is followed by a whole one as soon as the author pauses.
        if self.session and self.session.frame and not self.session.is_provisional:
            self.outline.draft_changed(self.session.frame.page, self.session.source)

    async def _send_json(self, message: dict[str, Any]) -> None:
        await self.send(json.dumps(message, cls=DjangoJSONEncoder))

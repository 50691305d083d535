"""The editor's side: the socket of the edit page, and the task that renders what is typed there.

A message only stores the newest state of the form. One task, owned by the session, renders it. While it renders, newer
messages replace older ones, so nothing queues up and no result is out of order. A key is rendered quickly, from what
changed (a provisional state). When the author pauses, the whole page is rendered.
"""

import asyncio
import itertools
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import astuple
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.dispatch import Signal
from django.utils.translation import gettext as _

from galley.preview.broadcast.channels import Frame, metadata_changes
from galley.preview.broadcast.hub import hub
from galley.preview.broadcast.presence import Person, tab_channel
from galley.preview.consumers import Check, Close, PreviewConsumer
from galley.preview.database import QueryValidatedMemo, in_preview_thread
from galley.preview.drafts.form_state import FormData, FormState, StateMismatch
from galley.preview.drafts.live_page import LivePage, PageState, Stages, timed
from galley.preview.drafts.sources import AccessDenied, NewPage, SavedPage, Source, SourceGone, require_editor
from galley.preview.messages import BadMessage, Focus, FormChange, PageSaved, read_message
from galley.preview.notes import send_new_comments
from galley.preview.outline_report import OutlineReport

logger = logging.getLogger(__name__)

draft_rendered = Signal()
"""Sent with `seconds`, from the arrival of a change until its state is shown. Receivers must not block."""

# How long after the last key everything is rendered afresh, and how long at most while somebody types on.
PAUSE_SECONDS = 0.4
MAX_PROVISIONAL_SECONDS = 5.0
# A rendering that takes longer is followed by a pause of the same length, in which others get the processor.
SLOW_SECONDS = 0.5


class EditingSession:
    """The draft of one editor tab, from its connection to its end. `frame` is the newest state that was shown."""

    def __init__(self, show: Callable[[Frame], None], source: Source, session_key: str | None, tab: str) -> None:
        self.live_page = LivePage(source)
        self.frame: Frame | None = None
        self._show = show
        self._session_key = session_key
        self._tab = tab
        self._form = FormState()
        self._focus = ""
        self._changed = asyncio.Event()
        self._changed_at: float | None = None
        self._editor: QueryValidatedMemo[AbstractBaseUser] = QueryValidatedMemo()
        self._numbers = itertools.count(1)
        self._name = uuid.uuid4().hex[:8]

    def change_form(self, change: FormChange) -> None:
        """Take the form, or changes to it, as the newest state. Raises `StateMismatch` if they don't fit."""
        self._form.change(change)
        self._changed_at = self._changed_at or time.monotonic()
        self._changed.set()

    def move_focus(self, path: str) -> None:
        """Take note of the field in which the author stands; screens may follow."""
        self._focus = path
        self._changed.set()

    async def page_was_saved(self, page_id: int) -> None:
        """Go on as page `page_id`: the new page that was being written has been saved for the first time.

        Raises `AccessDenied` if that page can't be the one.
        """
        saved, source = SavedPage(page_id), self.live_page.source
        if not isinstance(source, NewPage) or not await in_preview_thread(source.became, saved):
            raise AccessDenied
        await in_preview_thread(require_editor, self._session_key, saved)
        self.live_page.source = saved
        self._form.touch()
        self._changed.set()

    async def render_forever(self, report: Callable[..., Awaitable[None]]) -> None:
        """Render each newest state and show it. `report` is awaited after each round: what the edit page is sent.

        That is the number of the last message that was included (`sequence`), the changes of `Frame.metadata`
        (`about`), and the milliseconds that each stage took (`stages`).

        Raises `AccessDenied` or `SourceGone` when there is nothing more to show, `BadMessage` if the form is none.
        """
        while True:
            if await self._next_round():
                self._form.touch()
            if self._form.is_empty:
                continue
            began = time.monotonic()
            sequence, before, stages = self._form.sequence, self.frame, Stages()
            data, changed = self._form.take()
            changed_at, self._changed_at = self._changed_at, None
            frame = await in_preview_thread(self._render, data, changed, self._focus, stages)
            if frame is not before:
                self.frame = frame
                with timed(stages, "publish"):
                    self._show(frame)
                if changed_at:
                    draft_rendered.send(EditingSession, seconds=time.monotonic() - changed_at)
            about = metadata_changes(before, frame)
            await report("rendered", sequence=sequence, about=about, stages=stages)
            if (took := time.monotonic() - began) > SLOW_SECONDS:
                await asyncio.sleep(took)

    async def _next_round(self) -> bool:
        """Wait until there is something to render. Return whether it is time to render everything afresh."""
        try:
            async with asyncio.timeout(PAUSE_SECONDS if self.live_page.provisional_since else None):
                await self._changed.wait()
        except TimeoutError:
            return True
        self._changed.clear()
        since = self.live_page.provisional_since
        return since is not None and time.monotonic() - since > MAX_PROVISIONAL_SECONDS

    def _render(self, data: FormData, changed: set[str] | None, focus: str, stages: Stages) -> Frame:
        """Return the frame for the form's state: check of permission, form and template in one crossing to a thread."""
        with timed(stages, "access"):
            user = self._editor.get(require_editor, self._session_key, self.live_page.source)
        try:
            state = None if changed is None else self.live_page.render_change(data, changed, stages)
            state = state or self.live_page.render_whole(data, user, stages)
        except (BadMessage, SourceGone):
            raise
        except Exception:
            # Whatever state a form is in, and whatever a template makes of it: the author goes on seeing the draft.
            if self.frame is None:
                raise
            logger.exception("A state of a draft could not be shown")
            note = _("The draft can't be shown as it is now. You see its last good state. Go on writing.")
            metadata = self.frame.metadata | {"notes": [note]}
            return self.frame._replace(version=self._next_version(), metadata=metadata)
        return self._frame_of(state, focus)

    def _frame_of(self, state: PageState, focus: str) -> Frame:
        """Return the frame that shows `state`: the one before, if nothing is new."""
        notes = [
            *(
                _("Not valid yet, so its last change isn't shown: %(field)s.") % {"field": name}
                for name in state.unusable
            ),
            *state.notes,
        ]
        metadata = {"notes": notes, "focus": focus, "tab": self._tab}
        source = astuple(self.live_page.source)
        last = self.frame
        if last and (last.page, last.metadata, last.source) == (state.page, metadata, source):
            return last
        return Frame(self._next_version(), state.page, source, metadata)

    def _next_version(self) -> str:
        return f"{self._name}.{next(self._numbers)}"


class EditorConsumer(PreviewConsumer):
    """The edit page's socket: takes the form as it is typed."""

    person: Person
    session: EditingSession

    async def begin(self) -> None:
        """Join as the editor of the page, or of the new page, that the address names."""
        where = dict(self.scope["url_route"]["kwargs"])
        tab = where.pop("tab")
        source = SavedPage(**where) if "page_id" in where else NewPage(**where)
        await in_preview_thread(require_editor, self.session_key, source)
        channel = tab_channel(self.person.user_id, tab)
        self._connection = await hub.open(channel, self.person, where.get("page_id"))
        self.session = EditingSession(partial(hub.publish, self._connection), source, self.session_key, tab)
        self.outline = OutlineReport(self.person.user_id, self.send_message)
        self.own(self.session.render_forever(self._report))
        self.own(self.send_news(self._connection))
        self.own(self.outline.send_forever())
        self.own(send_new_comments(self.session.live_page, self.person.user_id, self.send_message))
        self.own(self.keep_checking_access())

    async def check_access(self, check: Check = in_preview_thread) -> None:
        """Raise `AccessDenied` if the user may not edit the page any more."""
        await check(require_editor, self.session_key, self.session.live_page.source)

    async def take(self, text: str | None) -> None:
        """Store what the message says; the session's own task checks the rights and does the work."""
        match read_message(text):
            case FormChange() as change:
                try:
                    self.session.change_form(change)
                except StateMismatch:
                    await self.send_message("again")
            case Focus(path):
                self.session.move_focus(path)
            case PageSaved(page_id):
                await self.session.page_was_saved(page_id)

    async def disconnect(self, code: int) -> None:
        """Leave: screens keep the last state, but for those of an author whose rights were taken away."""
        if self.has_begun:
            hub.leave(self._connection, has_lost_rights=self.closed_with == Close.NO_ACCESS)
        await super().disconnect(code)

    async def _report(self, kind: str, **rendered: Any) -> None:
        await self.send_message(kind, **rendered)
        # A provisional frame is followed by a whole one as soon as the author pauses.
        frame, live_page = self.session.frame, self.session.live_page
        if frame and not live_page.provisional_since:
            self.outline.draft_changed(frame.page, live_page.source)

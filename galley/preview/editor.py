"""One open editor: the form as it stands there, and the task that renders it.

A message only stores the newest state; one task, owned by the session, renders it. While it renders, further messages
replace one another, and the next round takes the newest: nothing queues up, and no result is out of order. A key is
rendered quickly, from what changed; as soon as the author pauses, everything is rendered afresh.

The socket of the page where somebody writes.
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
from galley.preview.broadcast.channels import Frame, changes_about, tab_topic
from galley.preview.broadcast.hub import hub
from galley.preview.broadcast.presence import Person
from galley.preview.comment_notifications import tell_of_notes
from galley.preview.consumers import Close, PreviewConsumer
from galley.preview.database import UnchangedAnswer, in_preview_thread
from galley.preview.drafts.form_state import FormData, FormState, OutOfStep
from galley.preview.drafts.live_page import LivePage, PageState, Stages
from galley.preview.drafts.sources import NewPage, SavedPage, Source, SourceGone
from galley.preview.messages import BadMessage, Fields, Focus, FormChange, PageSaved, WholeForm, read_message
from galley.preview.outline_report import OutlineReport

logger = logging.getLogger(__name__)

# How long after the last key everything is rendered afresh, and how long at most while somebody types on.
PAUSE_SECONDS = 0.4
LONGEST_GUESS_SECONDS = 5.0


@dataclass(frozen=True)
class Rendered:
    """The outcome of one round, for the editor's own page: up to which message, what is newly said beside the page
    (see `Frame.about`), and how many milliseconds each stage of the work took."""

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
        self._guessing_since: float | None = None
        self._live_page = LivePage(source)
        self._editor: UnchangedAnswer[AbstractBaseUser] = UnchangedAnswer()
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

    def replace_form(self, sequence: int, fields: Fields) -> None:
        """Take the whole form as the newest state."""
        self._form.replace(sequence, fields)
        self._changed.set()

    def change_form(self, change: FormChange) -> None:
        """Take changes to the form as the newest state. Raises `OutOfStep` if they don't fit what is here."""
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
            sequence, before, stages = self._form.sequence, self._frame, Stages()
            data, changed = self._form.take()
            frame = await in_preview_thread(self._render, data, changed, self._focus, stages)
            if frame is not before:
                self._frame = frame
                with stages.time("publish"):
                    self._show(frame)
            self._time_guesses()
            await report(Rendered(sequence, changes_about(before, frame), stages.milliseconds))

    async def _next_round(self) -> bool:
        """Wait until there is something to render. Return whether it is time to render everything afresh."""
        try:
            async with asyncio.timeout(PAUSE_SECONDS if self._guessing_since else None):
                await self._changed.wait()
        except TimeoutError:
            return True
        self._changed.clear()
        return self._guessing_since is not None and time.monotonic() - self._guessing_since > LONGEST_GUESS_SECONDS

    def _time_guesses(self) -> None:
        if not self._live_page.is_guess:
            self._guessing_since = None
        elif self._guessing_since is None:
            self._guessing_since = time.monotonic()

    def _render(self, data: FormData, changed: set[str] | None, focus: str, stages: Stages) -> Frame:
        """Return the frame for the form's state: check of permission, form and template in one crossing to a thread."""
        with stages.time("access"):
            user = self._editor.to(require_editor, self._session_key, self.source)
        try:
            state = self._render_page(data, changed, user, stages)
        except (BadMessage, SourceGone):
            raise
        except Exception:
            # Whatever state a form is in, and whatever a template makes of it: the author goes on seeing the draft.
            if self._frame is None:
                raise
            logger.exception("A state of a draft could not be shown")
            note = _("This state of the draft can't be shown. You see the last one that could; go on writing.")
            return self._noting(self._frame, note)
        return self._frame_of(state, focus)

    def _render_page(
        self, data: FormData, changed: set[str] | None, user: AbstractBaseUser, stages: Stages
    ) -> PageState:
        state = None if changed is None else self._live_page.render_change(data, changed, stages)
        return state or self._live_page.render_whole(data, user, stages)

    def _frame_of(self, state: PageState, focus: str) -> Frame:
        """Return the frame that shows `state`: the one before, if nothing is new."""
        notes = [_("Not valid yet, so not shown as it stands: %(field)s.") % {"field": name} for name in state.unusable]
        about = {"notes": notes, "focus": focus, "tab": self._tab}
        source = tuple(asdict(self.source).values())
        last = self._frame
        if last and (last.page, last.about, last.source) == (state.page, about, source):
            return last
        return Frame(self._next_version(), state.page, source, about)

    def _noting(self, frame: Frame, note: str) -> Frame:
        return replace(frame, version=self._next_version(), about=frame.about | {"notes": [note]})

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
        self._seat = await hub.open(tab_topic(author.user_id, tab), author, where.get("page_id"))
        self.session = EditingSession(partial(hub.publish, self._seat), source, self.session_key, tab)
        self.outline = OutlineReport(self.user_id, self._say)
        self.own(self.session.render_forever(self._report))
        self.own(self._tell())
        self.own(self.outline.tell_forever())
        self.own(tell_of_notes(lambda: self.session.source if self.session else source, self.user_id, self._say))
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
            hub.leave(self._seat, has_lost_rights=self.closed_with == Close.NO_ACCESS)

    async def _change_form(self, session: EditingSession, change: FormChange) -> None:
        try:
            session.change_form(change)
        except OutOfStep:
            await self.send('{"type": "again"}')

    async def _tell(self) -> None:
        async for message in self._seat.messages():
            await self.send(message)

    async def _report(self, rendered: Rendered) -> None:
        await self._say({"type": "rendered", **asdict(rendered)})
        if self.session and self.session.frame:
            self.outline.draft_changed(self.session.frame.page, self.session.source)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(json.dumps(message, cls=DjangoJSONEncoder))

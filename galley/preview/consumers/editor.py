"""The socket of the page where somebody writes."""

import json
from dataclasses import asdict
from functools import partial
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from galley.preview.access import require_editor
from galley.preview.consumers.base import PreviewConsumer
from galley.preview.consumers.closing import Close
from galley.preview.drafts.form_state import OutOfStep
from galley.preview.drafts.sources import NewPage, SavedPage, Source
from galley.preview.messages import Focus, FormChange, PageSaved, WholeForm, read_message
from galley.preview.notes.arrivals import tell_of_notes
from galley.preview.outline.report import OutlineReport
from galley.preview.sessions import EditingSession, Rendered
from galley.preview.threads import in_preview_thread
from galley.preview.watching.hub import hub
from galley.preview.watching.people import Person
from galley.preview.watching.topics import tab_topic


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

"""One open editor: the form as it stands there, and the task that renders it.

A message only stores the newest state; one task, owned by the session, renders it. While it renders, further messages
replace one another, and the next round takes the newest: nothing queues up, and no result is out of order.
"""

import asyncio
import itertools
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from preview.access import AccessDenied, require_editor
from preview.binding import Memory, bind_draft
from preview.frames import Frame
from preview.hub import Hub
from preview.messages import Fields
from preview.regions import cut_page
from preview.rendering import render_page
from preview.sources import NewPage, SavedPage, Source, SourceGone
from preview.threads import in_preview_thread
from preview.topics import topics_of_editor

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rendered:
    """The outcome of one round, for the editor's own page: up to which message, and what couldn't be shown."""

    sequence: int
    notes: tuple[str, ...]


class EditingSession:
    """The draft of one editor tab, from its connection to its end."""

    def __init__(self, hub: Hub, source: Source, session_key: str | None, user_id: int, tab: str) -> None:
        self._hub = hub
        self.source = source
        self._session_key = session_key
        self._user_id = user_id
        self._tab = tab
        self._fields: Fields = {}
        self._sequence = 0
        self._changed = asyncio.Event()
        self._memory = Memory()
        self._numbers = itertools.count(1)
        self._name = uuid.uuid4().hex[:8]
        self._frame: Frame | None = None

    @property
    def has_form(self) -> bool:
        """Whether a whole form has arrived, so that changes have something to apply to."""
        return bool(self._fields)

    def replace_form(self, sequence: int, fields: Fields) -> None:
        """Take the whole form as the newest state."""
        self._fields = fields
        self._mark_changed(sequence)

    def change_form(self, sequence: int, changed: Fields, removed: list[str]) -> None:
        """Take changes to the form as the newest state."""
        self._fields = {name: values for name, values in self._fields.items() if name not in set(removed)} | changed
        self._mark_changed(sequence)

    async def page_was_saved(self, page_id: int) -> None:
        """Go on as page `page_id`: the new page that was being written has been saved for the first time.

        Raises `AccessDenied` if that page can't be the one.
        """
        saved = SavedPage(page_id)
        if not isinstance(self.source, NewPage) or not await in_preview_thread(self.source.became, saved):
            raise AccessDenied
        await in_preview_thread(require_editor, self._session_key, saved)
        self.source = saved
        self._mark_changed(self._sequence)

    async def check_access(self) -> None:
        """Raise `AccessDenied` if the editor may not edit the page any more."""
        await in_preview_thread(require_editor, self._session_key, self.source)

    async def render_forever(self, report: Callable[[Rendered], Awaitable[None]]) -> None:
        """Render each newest state and show it to the viewers. `report` is awaited after each round.

        Raises `AccessDenied` or `SourceGone` when there is nothing more to show.
        """
        while True:
            await self._changed.wait()
            self._changed.clear()
            sequence = self._sequence
            frame = await in_preview_thread(self._render, self.source, self._fields)
            self._frame = frame
            for topic in topics_of_editor(self._user_id, self._tab, self.source):
                await self._hub.publish(topic, frame)
            await report(Rendered(sequence, frame.notes))

    async def close(self, *, show_last_state: bool) -> None:
        """End the session. Screens keep the last state, with a word about it, unless they may not see it any more."""
        if self._frame is None:
            return
        farewell = None
        if show_last_state:
            note = _("The editor is closed or has lost its connection. This is the draft as it stood then.")
            farewell = replace(self._frame, version=self._next_version(), notes=(note,))
        for topic in topics_of_editor(self._user_id, self._tab, self.source):
            await self._hub.close(topic, self._frame, farewell)

    def _mark_changed(self, sequence: int) -> None:
        self._sequence = sequence
        self._changed.set()

    def _render(self, source: Source, fields: Fields) -> Frame:
        """Return the frame for the form's state: check of permission, form and template in one crossing to a thread."""
        user = require_editor(self._session_key, source)
        data = QueryDict(mutable=True)
        for name, values in fields.items():
            data.setlist(name, values)
        try:
            draft = bind_draft(source, data, user, self._memory)
            page = cut_page(render_page(draft.page))
        except SourceGone:
            raise
        except Exception:
            # Whatever state a form is in, and whatever a template makes of it: the author goes on seeing the draft.
            if self._frame is None:
                raise
            logger.exception("A state of a draft could not be shown")
            note = _("This state of the draft can't be shown. You see the last one that could; go on writing.")
            return replace(self._frame, version=self._next_version(), notes=(note,))
        notes = [_("Not valid yet, so not shown as it stands: %(field)s.") % {"field": name} for name in draft.unusable]
        return Frame(self._next_version(), page, tuple(asdict(source).values()), tuple(notes))

    def _next_version(self) -> str:
        return f"{self._name}.{next(self._numbers)}"

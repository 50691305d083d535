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
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from preview.access import AccessDenied, require_editor
from preview.binding import Memory, bind_draft
from preview.frames import Frame, changes_about
from preview.hub import Hub
from preview.messages import Fields, FormChange
from preview.regions import cut_page
from preview.rendering import render_page
from preview.sources import NewPage, SavedPage, Source, SourceGone
from preview.splices import Splice, apply_splice, utf16_length
from preview.stages import Stages
from preview.threads import in_preview_thread
from preview.topics import topics_of_editor

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rendered:
    """The outcome of one round, for the editor's own page: up to which message, what is newly said beside the page
    (see `Frame.about`), and how many milliseconds each stage of the work took."""

    sequence: int
    about: dict[str, Any]
    stages: dict[str, float]


class OutOfStep(Exception):
    """A change doesn't fit the form as it is known here: the whole form is needed again."""


class EditingSession:
    """The draft of one editor tab, from its connection to its end."""

    def __init__(self, hub: Hub, source: Source, session_key: str | None, user_id: int, tab: str) -> None:
        self._hub = hub
        self.source = source
        self._session_key = session_key
        self._user_id = user_id
        self._tab = tab
        self._fields: Fields = {}
        self._focus = ""
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

    def change_form(self, change: FormChange) -> None:
        """Take changes to the form as the newest state. Raises `OutOfStep` if they don't fit what is here."""
        changed = dict(change.changed)
        for name, splice, length in change.splices:
            changed[name] = [self._spliced(name, splice, length)]
        removed = set(change.removed)
        self._fields = {name: values for name, values in self._fields.items() if name not in removed} | changed
        self._mark_changed(change.sequence)

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
            if not self._fields:
                continue
            before, stages = self._frame, Stages()
            frame = await in_preview_thread(self._render, self.source, self._fields, self._focus, stages)
            self._frame = frame
            with stages.time("publish"):
                for topic in topics_of_editor(self._user_id, self._tab, self.source):
                    await self._hub.publish(topic, frame)
            await report(Rendered(sequence, changes_about(before, frame), stages.milliseconds))

    async def close(self, *, show_last_state: bool) -> None:
        """End the session. Screens keep the last state, with a word about it, unless they may not see it any more."""
        if self._frame is None:
            return
        farewell = None
        if show_last_state:
            note = _("The editor is closed or has lost its connection. This is the draft as it stood then.")
            farewell = replace(self._frame, version=self._next_version(), about={**self._frame.about, "notes": [note]})
        for topic in topics_of_editor(self._user_id, self._tab, self.source):
            await self._hub.close(topic, self._frame, farewell)

    def _spliced(self, name: str, splice: Splice, length: int) -> str:
        try:
            [before] = self._fields[name]
            after = apply_splice(before, splice)
        except (KeyError, ValueError) as error:
            raise OutOfStep from error
        if utf16_length(after) != length:
            raise OutOfStep
        return after

    def _mark_changed(self, sequence: int) -> None:
        self._sequence = sequence
        self._changed.set()

    def _render(self, source: Source, fields: Fields, focus: str, stages: Stages) -> Frame:
        """Return the frame for the form's state: check of permission, form and template in one crossing to a thread."""
        with stages.time("access"):
            user = require_editor(self._session_key, source)
        data = QueryDict(mutable=True)
        for name, values in fields.items():
            data.setlist(name, values)
        try:
            with stages.time("bind"):
                draft = bind_draft(source, data, user, self._memory)
            with stages.time("render"):
                page = cut_page(render_page(draft.page))
        except SourceGone:
            raise
        except Exception:
            # Whatever state a form is in, and whatever a template makes of it: the author goes on seeing the draft.
            if self._frame is None:
                raise
            logger.exception("A state of a draft could not be shown")
            note = _("This state of the draft can't be shown. You see the last one that could; go on writing.")
            return replace(self._frame, version=self._next_version(), about={**self._frame.about, "notes": [note]})
        notes = [_("Not valid yet, so not shown as it stands: %(field)s.") % {"field": name} for name in draft.unusable]
        about = {"notes": notes, "focus": focus, "tab": self._tab}
        return Frame(self._next_version(), page, tuple(asdict(source).values()), about)

    def _next_version(self) -> str:
        return f"{self._name}.{next(self._numbers)}"

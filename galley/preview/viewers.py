"""The screens' side: sockets that send a draft to a screen, for users of the admin and for guests with a share link.

A guest is sent what the page shows, how long the link works and how many others watch. Names, other pages and messages
for editors are filtered out.
"""

import contextlib
import json
import logging
from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import astuple
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from galley.preview import conf
from galley.preview.broadcast.channels import Frame, Viewer, snapshot_message
from galley.preview.broadcast.hub import hub
from galley.preview.broadcast.presence import PageTarget, Person, ViewTarget, target_of_user
from galley.preview.consumers import Check, PreviewConsumer
from galley.preview.database import in_preview_thread
from galley.preview.drafts.rendering import RenderingFailed, cut_page, render_page
from galley.preview.drafts.sources import SavedPage, Source, SourceGone, require_editor, require_user, source_from
from galley.preview.messages import Note, ResyncRequest, Watch, encode_message, read_screen_message
from galley.preview.models import ShareLink
from galley.preview.notes import NoteRefused, Reviewer, leave_note
from galley.preview.sharing import watch_link

logger = logging.getLogger(__name__)


class ViewerConsumer(PreviewConsumer):
    """A screen's socket: is sent the newest state, and what leads from one to the next."""

    viewer: Viewer

    @abstractmethod
    def target(self) -> ViewTarget:
        """Say what this screen was opened for."""

    @abstractmethod
    def reviewer(self) -> Reviewer:
        """Say in whose name notes are left here."""

    async def begin(self) -> None:
        """Watch what the address names."""
        await self.check_access()
        self.viewer = await hub.join(self.target(), self.person)
        self.own(self.send_news(self.viewer))
        self.own(self.keep_checking_access())

    async def frame(self) -> Frame | None:
        """Return the newest state for this screen, which may be about to join."""
        return self.viewer.frame if self.has_begun else await hub.newest(self.target())

    async def take(self, text: str | None) -> None:
        """Take what the screen says: that it needs the whole page, wants another draft, or what its reader notes."""
        await self.check_access()
        match read_screen_message(text):
            case ResyncRequest():
                self.viewer.forget()
            case Watch(session):
                hub.choose(self.viewer, session)
            case Note() as note:
                await self._leave_note(note)

    async def disconnect(self, code: int) -> None:
        """Stop watching."""
        if self.has_begun:
            hub.part(self.viewer)
        await super().disconnect(code)

    async def shown_source(self) -> Source | None:
        """Return what the screen shows, if it shows anything."""
        if frame := await self.frame():
            return source_from(frame.source)
        page_id = self.target().page_id
        return SavedPage(page_id) if page_id else None

    async def _leave_note(self, note: Note) -> None:
        reason = ""
        try:
            await in_preview_thread(leave_note, await self.shown_source(), note, self.reviewer())
        except NoteRefused as refusal:
            reason = str(refusal)
        except SourceGone:
            raise
        except Exception:
            logger.exception("A note could not be stored")
            reason = _("Your note could not be saved. It is still here: try again.")
        await self.send_message("note", kept=not reason, reason=reason)


class UserViewer(ViewerConsumer):
    """A screen of somebody who is logged in, and may edit what it shows."""

    person: Person

    def target(self) -> ViewTarget:
        """Follow what the address names: a page, one of the user's tabs, or else whatever they write."""
        return target_of_user(self.person.user_id, **self.scope["url_route"]["kwargs"])

    def reviewer(self) -> Reviewer:
        """Leave notes in the user's own name."""
        return Reviewer(self.person.user_id, key=f"user-{self.person.user_id}")

    async def check_access(self, check: Check = in_preview_thread) -> None:
        """Raise `AccessDenied` if the user has gone, or may not edit the page that is shown any more."""
        if source := await self.shown_source():
            await check(require_editor, self.session_key, source)
        else:
            await check(require_user, self.session_key)


def saved_draft(page_id: int) -> Frame:
    """Return the page's latest revision, with a note that says so. Raises `SourceGone` or `RenderingFailed`."""
    source = SavedPage(page_id)
    page, _parent = source.load()
    note = _("Nobody is writing at the moment. You see the draft as it was last saved.")
    return Frame(f"saved.{page.latest_revision_id}", cut_page(render_page(page)), astuple(source), {"notes": [note]})


MESSAGES_FOR_GUESTS = {"snapshot", "structure", "patch", "link", "presence", "note", "pong"}
METADATA_FOR_GUESTS = {"notes", "focus"}


class GuestViewer(ViewerConsumer):
    """Watches the draft of one page for as long as its link works."""

    max_sockets = conf.SOCKETS_PER_LINK
    _link: ShareLink
    _told: dict[str, Any] | None = None
    # The revision that is shown, None for a page without one, 0 while somebody writes.
    _saved_shown: int | None = 0

    async def identify(self) -> Hashable:
        """Open the link, by which its guests are counted. Raises `LinkEnded`."""
        self._link = await in_preview_thread(watch_link, self.scope["url_route"]["kwargs"]["token"])
        return ("link", self._link.pk)

    def target(self) -> PageTarget:
        """Follow the link's page: its maker's draft first, if several people write."""
        return PageTarget(self._link.page_id, self._link.made_by_id)

    async def check_access(self, check: Check = in_preview_thread) -> None:
        """Look whether the link still works, and send the guest what is new about it. Raises `LinkEnded`."""
        self._link = await check(watch_link, self.scope["url_route"]["kwargs"]["token"])
        about_link = {"title": self._link.page.draft_title, "until": self._link.expires_at.isoformat()}
        if about_link != self._told:
            self._told = about_link
            await self.send_message("link", **about_link)
        await self._keep_up_with_saved_draft()

    def reviewer(self) -> Reviewer:
        """Leave notes in the name of the link's maker: a comment needs a user."""
        return Reviewer(self._link.made_by_id, key=f"link-{self._link.pk}", link=self._link.label)

    async def shown_source(self) -> SavedPage:
        """Return the link's page."""
        return SavedPage(self._link.page_id)

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        """Send a message if it is meant for guests."""
        message = for_guests(text_data) if text_data else None
        if message:
            await super().send(message)

    async def _keep_up_with_saved_draft(self) -> None:
        """While nobody writes, show the page as it was last saved."""
        revision = self._link.page.latest_revision_id
        if await self.frame():
            self._saved_shown = 0
        elif revision != self._saved_shown:
            self._saved_shown = revision
            with contextlib.suppress(RenderingFailed):
                await self.send(snapshot_message(await in_preview_thread(saved_draft, self._link.page_id)))


@lru_cache(maxsize=8)
def for_guests(text: str) -> str | None:
    """Return the message as guests may have it, or None if it isn't for them. Many guests share one computation."""
    message = json.loads(text)
    kind = message.pop("type")
    if kind not in MESSAGES_FOR_GUESTS:
        return None
    if "about" in message:
        message["about"] = {name: value for name, value in message["about"].items() if name in METADATA_FOR_GUESTS}
    return encode_message(kind, **message)

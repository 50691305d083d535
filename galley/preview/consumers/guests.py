"""The sockets of people who watch one draft through a link, without an account.

A guest is told what the page shows and how long the link works; names, other pages and what editors are told stay here.
"""

import contextlib
import json
from collections.abc import Awaitable, Callable, Hashable
from functools import lru_cache
from typing import Any

from galley.preview import limits
from galley.preview.consumers.viewers import ViewerConsumer
from galley.preview.consumers.watchkeeping import shared_check
from galley.preview.drafts.rendering import RenderingFailed
from galley.preview.drafts.sources import SavedPage
from galley.preview.models import ShareLink
from galley.preview.notes.comments import Reviewer
from galley.preview.sharing.links import note_seen, open_link
from galley.preview.threads import in_preview_thread
from galley.preview.watching.following import FollowPage
from galley.preview.watching.frames import snapshot_message
from galley.preview.watching.saved_draft import saved_draft, version_of_saved

MESSAGES_FOR_GUESTS = {"snapshot", "structure", "patch", "link", "presence", "note"}
TOPICS_FOR_GUESTS = {"notes", "focus"}


class GuestViewer(ViewerConsumer):
    """Watches the draft of one page for as long as its link works."""

    max_sockets = limits.SOCKETS_PER_LINK
    _link: ShareLink
    _told: dict[str, Any] | None = None
    _saved_shown = ""

    async def identify(self) -> Hashable:
        """Open the link, by which its guests are counted. Raises `LinkEnded`."""
        self._link = await in_preview_thread(open_and_note_seen, self.scope["url_route"]["kwargs"]["token"])
        return ("link", self._link.pk)

    async def identify_watcher(self) -> None:
        """Return None: nobody knows a guest's name."""

    def following(self) -> FollowPage:
        """Follow the link's page."""
        return following_of_link(self._link)

    async def check_access(self) -> None:
        """Look whether the link still works, and tell the guest what is new about it. Raises `LinkEnded`."""
        await self._check_with(in_preview_thread)

    async def check_access_in_time(self) -> None:
        """Do so together with the other guests of the link."""
        await self._check_with(shared_check)

    async def _check_with(self, check: Callable[..., Awaitable[ShareLink]]) -> None:
        self._link = await check(open_and_note_seen, self.scope["url_route"]["kwargs"]["token"])
        about_link = {"title": self._link.page.draft_title, "until": self._link.expires_at.isoformat()}
        if about_link != self._told:
            self._told = about_link
            await self.send(json.dumps({"type": "link", **about_link}))
        await self._keep_up_with_saved_draft()

    def reviewer(self) -> Reviewer:
        """Leave notes in the name of the link's maker: a comment needs a user."""
        return Reviewer(self._link.made_by_id, key=f"link-{self._link.pk}", link=self._link.label)

    async def shown_source(self) -> SavedPage:
        """Return the link's page."""
        return SavedPage(self._link.page_id)

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        """Send what is meant for guests, whoever sends it."""
        message = for_guests(text_data) if text_data else None
        if message:
            await super().send(message)

    async def _keep_up_with_saved_draft(self) -> None:
        """While nobody writes, show the page as it was last saved."""
        version = version_of_saved(self._link.page)
        if await self.frame():
            self._saved_shown = ""
        elif version != self._saved_shown:
            self._saved_shown = version
            with contextlib.suppress(RenderingFailed):
                await self.send(snapshot_message(await in_preview_thread(saved_draft, self._link.page_id)))


def open_and_note_seen(token: str) -> ShareLink:
    """Return the link that `token` opens, and note that it is being watched. Raises `LinkEnded`."""
    link = open_link(token)
    note_seen(link)
    return link


def following_of_link(link: ShareLink) -> FollowPage:
    """Return what guests of `link` follow: its page, and its maker's draft first if several people write."""
    return FollowPage(link.page_id, link.made_by_id)


@lru_cache(maxsize=8)
def for_guests(text: str) -> str | None:
    """Return the message as guests may have it, or None if it isn't for them. Many guests share one computation."""
    message = json.loads(text)
    if message["type"] not in MESSAGES_FOR_GUESTS:
        return None
    if "about" in message:
        message["about"] = {name: value for name, value in message["about"].items() if name in TOPICS_FOR_GUESTS}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))

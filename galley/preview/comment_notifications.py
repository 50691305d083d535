"""Notifies the open editors of a page of new comments, in whichever process they are connected.

Notifications travel through the site's cache: a numbered list for each page, polled by its editors. The list also
repairs a race. Wagtail saves a page's comments as one set and deletes what joins the set between reading and writing
it. A comment that a save has deleted in this way is made again during its first seconds.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from modelcluster.models import get_serializable_data_for_fields
from wagtail.admin.templatetags.wagtailadmin_tags import avatar_url, user_display_name
from wagtail.models import Comment, PageLogEntry

from galley.preview.database import in_preview_thread
from galley.preview.drafts.sources import SavedPage, Source

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
KEPT_SECONDS = 60 * 60
WATCHED_SECONDS = 30


@dataclass(frozen=True)
class CommentNotification:
    """A note that was just left."""

    comment_id: int
    page_id: int
    user_id: int
    text: str
    contentpath: str
    left_at: float


def announce(comment: Comment) -> None:
    """Tell the editors of the comment's page, wherever they are."""
    notification = CommentNotification(
        comment.pk, comment.page_id, comment.user_id, comment.text, comment.contentpath, time.time()
    )
    cache.add(_counter(comment.page_id), 0, KEPT_SECONDS)
    number = cache.incr(_counter(comment.page_id))
    cache.touch(_counter(comment.page_id), KEPT_SECONDS)
    cache.set(_key(comment.page_id, number), asdict(notification), KEPT_SECONDS)


async def send_comment_notifications(
    source: Callable[[], Source], user_id: int, send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Send an open editor the notes on its page as they come, for ever. `source` says what is edited just then."""
    notifications = CommentNotifications(user_id)
    while True:
        try:
            message = await in_preview_thread(notifications.next_message, source())
            if message:
                await send(message)
        except Exception:
            # The notes are stored among the comments, and the draft goes on.
            logger.exception("Notes could not be sent to an editor")
        await asyncio.sleep(LOOK_SECONDS)


class CommentNotifications:
    """The notes that one open editor has still to receive."""

    def __init__(self, user_id: int) -> None:
        self._user_id = user_id
        self._read = 0
        self._untold: dict[int, CommentNotification] = {}
        self._watched: dict[int, CommentNotification] = {}
        self._missing: set[int] = set()

    def next_message(self, source: Source) -> dict[str, Any] | None:
        """Return the message about the notes that have come since the last time; None if there are none.

        A comment on a block that isn't saved yet waits: Wagtail's form would refuse it, and with it the whole page.
        """
        if not isinstance(source, SavedPage):
            return None
        self._read_new(source.page_id)
        self._put_back_lost()
        if not self._untold:
            return None
        page, _parent = source.load()
        comments = [
            comment
            for comment in Comment.objects.filter(pk__in=self._untold, resolved_at=None).order_by("pk")
            if comment.has_valid_contentpath(page)
        ]
        for comment in comments:
            del self._untold[comment.pk]
        return _message(comments, self._user_id) if comments else None

    def _read_new(self, page_id: int) -> None:
        newest = cache.get(_counter(page_id), 0)
        if newest == self._read:
            return
        first = self._read + 1 if newest > self._read else 1
        keys = [_key(page_id, number) for number in range(max(first, newest - 100), newest + 1)]
        found = {fields["comment_id"]: CommentNotification(**fields) for fields in cache.get_many(keys).values()}
        self._read = newest
        self._untold |= found
        self._watched |= found

    def _put_back_lost(self) -> None:
        """Put back what a save has swept away.

        What somebody has deleted stays deleted: a moment later it is in Wagtail's log.
        """
        now = time.time()
        self._watched = {pk: note for pk, note in self._watched.items() if note.left_at > now - WATCHED_SECONDS}
        if not self._watched:
            return
        there = set(Comment.objects.filter(pk__in=self._watched).values_list("pk", flat=True))
        missing = self._watched.keys() - there
        for pk in missing & self._missing:
            put_back(self._watched[pk])
        self._missing = set(missing)


def put_back(note: CommentNotification) -> None:
    """Make the comment of `note` again, as it was, unless somebody has deleted it."""
    deleted = PageLogEntry.objects.filter(
        page_id=note.page_id, action="wagtail.comments.delete", data__comment__id=note.comment_id
    )
    if not deleted.exists():
        values = {"page_id": note.page_id, "user_id": note.user_id, "text": note.text, "contentpath": note.contentpath}
        # `Comment.save` takes whatever has an id for a row that is there.
        Comment.objects.bulk_create([Comment(pk=note.comment_id, **values)], ignore_conflicts=True)


def _message(comments: list[Comment], user_id: int) -> dict[str, Any]:
    """Return the comments in the shape in which Wagtail's editor takes them.

    Follows `wagtail.admin.forms.comments.CommentFormSet.serialize`.
    """
    users = get_user_model().objects.filter(pk__in={user_id, *(comment.user_id for comment in comments)})
    return {
        "type": "comments",
        "user": user_id,
        "authors": {
            str(user.pk): {"name": user_display_name(user), "avatar_url": avatar_url(user)}
            for user in users.select_related("wagtail_userprofile")
        },
        "comments": [
            get_serializable_data_for_fields(comment) | {"deleted": False, "resolved": False, "replies": []}
            for comment in comments
        ],
    }


def _counter(page_id: int) -> str:
    return f"preview.notifications.{page_id}"


def _key(page_id: int, number: int) -> str:
    return f"preview.notifications.{page_id}.{number}"

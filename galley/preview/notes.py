"""Notes of readers on a draft, stored as Wagtail comments on the field that the words come from.

Templates name a field, or the id of a block. Wagtail's comments name the path from the page's field to the innermost
field, `body.<block id>.caption` (see `wagtail.models.Comment.contentpath`).

Open editors are notified, in whichever process they are connected, through the site's cache: a numbered list for each
page, polled by its editors. The list also repairs a race. Wagtail saves a page's comments as one set and deletes what
joins the set between reading and writing it. A comment that a save has deleted in this way is made again during its
first seconds.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.dispatch import Signal
from django.utils.html import strip_tags
from django.utils.timezone import now
from django.utils.translation import gettext as _
from modelcluster.models import get_serializable_data_for_fields
from wagtail.admin.templatetags.wagtailadmin_tags import avatar_url, user_display_name
from wagtail.blocks import BoundBlock, ListBlock, StreamBlock, StructBlock, StructValue
from wagtail.fields import StreamField
from wagtail.models import Comment, Page, PageLogEntry
from wagtail.rich_text import RichText

from galley.preview import conf
from galley.preview.database import in_preview_thread
from galley.preview.drafts.binding import get_draft_form_class
from galley.preview.drafts.live_page import LivePage
from galley.preview.drafts.sources import SavedPage, Source
from galley.preview.messages import Note

logger = logging.getLogger(__name__)

guest_note_left = Signal()
"""Sent with a new note of a guest, as `comment`."""

# No link lives longer.
REMEMBERED_SECONDS = 31 * 24 * 60 * 60


class Reviewer(NamedTuple):
    """The writer of a note: a user, or a guest with a link that the user has made.

    `link` is the link's name as its maker knows it, which may be empty, and None for users themselves; `key` tells
    reviewers apart.
    """

    user_id: int
    key: str
    link: str | None = None


class NoteRefused(Exception):
    """The note can't be stored; the exception's text is a sentence for its writer."""


def leave_note(source: Source | None, note: Note, reviewer: Reviewer) -> Comment:
    """Keep the note as a comment on the page of `source`, and return it. Raises `NoteRefused` or `SourceGone`."""
    if not isinstance(source, SavedPage):
        raise NoteRefused(_("This page isn't saved yet, so it can't take notes. Try again in a moment."))
    page, _parent = source.load()
    page_class: Any = type(page)
    if "comments" not in get_draft_form_class(page_class).formsets:
        raise NoteRefused(_("Pages of this kind take no notes. Please write to the author instead."))
    values = {
        "page_id": page.pk,
        "user_id": reviewer.user_id,
        "text": _comment_text(note, reviewer),
        "contentpath": content_path_of(page, note.path, note.quote),
    }
    # Whose answer got lost on the way sends the note again.
    lately = now() - timedelta(seconds=conf.NOTES_AT_ONCE_SECONDS)
    if again := Comment.objects.filter(**values, created_at__gt=lately).first():
        return again
    _count(reviewer, page)
    comment = Comment.objects.create(**values)
    comment.log_create(user=comment.user)
    try:
        announce(comment)
    except Exception:
        # It is stored: open editors show it when they are reloaded.
        logger.exception("A note could not be announced")
    if reviewer.link is not None:
        guest_note_left.send_robust(Comment, comment=comment)
    return comment


def _count(reviewer: Reviewer, page: Page) -> None:
    if _increased(f"preview.notes.now.{reviewer.key}", conf.NOTES_AT_ONCE_SECONDS) > conf.NOTES_AT_ONCE:
        raise NoteRefused(_("You've left many notes in the last minutes. Wait a little, then send this one again."))
    many = _increased(f"preview.notes.all.{reviewer.key}", REMEMBERED_SECONDS) > conf.NOTES_OF_ONE_REVIEWER
    if many or Comment.objects.filter(page_id=page.pk, resolved_at=None).count() >= conf.COMMENTS_ON_ONE_PAGE:
        raise NoteRefused(_("There are very many notes on this page already. Please write to the author instead."))


def _increased(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it expired between the two
        return 1


def _comment_text(note: Note, reviewer: Reviewer) -> str:
    """Return the comment: where it comes from, the words it is about, and what is said of them.

    Lines end as in a form that a browser sends: else Wagtail would take each save for a change of the comment.
    """
    lines = []
    if reviewer.link is not None:
        link = _("From the link “%s”") % reviewer.link if reviewer.link else _("From a shared link")
        lines.append(f"{link}, {name}:" if (name := _one_line(note.name)) else f"{link}:")
    if note.quote:
        lines.append(f"“{_one_line(note.quote)}”")
    lines += note.text.strip().splitlines()
    return "\r\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def content_path_of(page: Page, marked: str, quote: str) -> str:
    """Return the path for a comment on the words `quote`, inside of the element that is marked as `marked`.

    A block that isn't saved yet has no place on `page`: it is taken for one of the first stream that there is, and
    Wagtail shows the comment as soon as it is saved. What no field is known of goes to the title: every page has one.
    """
    streams = [field.name for field in page._meta.get_fields() if isinstance(field, StreamField)]
    # Inline children have no place for comments.
    own_fields = {field.name for field in page._meta.concrete_fields}
    for path in (marked, *(f"{stream}.{marked}" for stream in streams)):
        is_own = path.split(".")[0] in own_fields
        if marked and is_own and Comment(contentpath=path).has_valid_contentpath(page):
            return ".".join([path, *_innermost(_block_at(page, path), quote)])
    is_block = marked and streams and marked not in {field.name for field in page._meta.get_fields()}
    return f"{streams[0]}.{marked}" if is_block else "title"


def _block_at(page: Page, path: str) -> BoundBlock | None:
    name, *rest = path.split(".")
    field: Any = page._meta.get_field(name)
    return field.get_block_by_content_path(getattr(page, name), rest) if rest else None


def _innermost(block: BoundBlock | None, quote: str) -> list[str]:
    """Return the way from `block` to the field in it that holds the quoted words; to its first field, if none does."""
    if block is None or not isinstance(block.value, StructValue):
        return []
    ways = list(_ways(block))
    words = _plain(quote)
    holding = [way for way, value in ways if words and words in _plain(value)]
    return (holding or [way for way, _value in ways] or [[]])[0]


def _ways(block: BoundBlock) -> Iterator[tuple[list[str], Any]]:
    for name, child in block.value.bound_blocks.items():
        if isinstance(child.value, StructValue):
            yield from (([name, *way], value) for way, value in _ways(child))
        elif not isinstance(child.block, ListBlock | StreamBlock | StructBlock):
            yield [name], child.value


def _plain(value: Any) -> str:
    text = strip_tags(value.source) if isinstance(value, RichText) else str(value)
    return " ".join(text.split())


LOOK_SECONDS = 1.0
KEPT_SECONDS = 60 * 60
WATCHED_SECONDS = 30


def announce(comment: Comment) -> None:
    """Tell the editors of the comment's page, wherever they are."""
    count = _key(comment.page_id, "count")
    cache.add(count, 0, KEPT_SECONDS)
    number = cache.incr(count)
    cache.touch(count, KEPT_SECONDS)
    cache.set(_key(comment.page_id, number), get_serializable_data_for_fields(comment), KEPT_SECONDS)


def _key(page_id: int, number: int | str) -> str:
    return f"preview.notifications.{page_id}.{number}"


async def send_new_comments(live_page: LivePage, user_id: int, send: Callable[..., Awaitable[None]]) -> None:
    """Send an open editor the notes on its page as they come, for ever."""
    news = NewComments(user_id)
    while True:
        try:
            if message := await in_preview_thread(news.next_message, live_page.source):
                await send("comments", **message)
        except Exception:
            # The notes are stored among the comments, and the draft goes on.
            logger.exception("Notes could not be sent to an editor")
        await asyncio.sleep(LOOK_SECONDS)


class NewComments:
    """The notes that one open editor has still to receive."""

    def __init__(self, user_id: int) -> None:
        self._user_id = user_id
        self._read = 0
        self._untold: set[int] = set()
        self._watched: dict[int, dict[str, Any]] = {}
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
        unresolved = Comment.objects.filter(pk__in=self._untold, resolved_at=None).order_by("pk")
        comments = [comment for comment in unresolved if comment.has_valid_contentpath(page)]
        self._untold -= {comment.pk for comment in comments}
        return describe_comments(comments, self._user_id) if comments else None

    def _read_new(self, page_id: int) -> None:
        newest = cache.get(_key(page_id, "count"), 0)
        if newest == self._read:
            return
        first = self._read + 1 if newest > self._read else 1
        keys = [_key(page_id, number) for number in range(max(first, newest - 100), newest + 1)]
        found = {fields["pk"]: fields for fields in cache.get_many(keys).values()}
        self._read = newest
        self._untold |= found.keys()
        self._watched |= found

    def _put_back_lost(self) -> None:
        """Make again, as they were, the comments that a save has swept away.

        What somebody has deleted stays deleted: a moment later it is in Wagtail's log.
        """
        earliest = now() - timedelta(seconds=WATCHED_SECONDS)
        self._watched = {pk: fields for pk, fields in self._watched.items() if fields["created_at"] > earliest}
        there = set(Comment.objects.filter(pk__in=self._watched).values_list("pk", flat=True))
        missing = self._watched.keys() - there
        for pk in missing & self._missing:
            deletions = PageLogEntry.objects.filter(action="wagtail.comments.delete", data__comment__id=pk)
            if not deletions.filter(page_id=self._watched[pk]["page"]).exists():
                # `Comment.save` takes whatever has an id for a row that is there.
                comment = Comment.from_serializable_data(self._watched[pk], check_fks=False)
                Comment.objects.bulk_create([comment], ignore_conflicts=True)
        self._missing = set(missing)


def describe_comments(comments: list[Comment], user_id: int) -> dict[str, Any]:
    """Return the comments in the shape in which Wagtail's editor takes them.

    Follows `wagtail.admin.forms.comments.CommentFormSet.serialize`.
    """
    users = get_user_model().objects.filter(pk__in={user_id, *(comment.user_id for comment in comments)})
    return {
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

"""What readers of a draft say about a place in it: kept as Wagtail's own comments, on the field that it comes from."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils.timezone import now
from django.utils.translation import gettext as _
from wagtail.models import Comment, Page

from galley.preview import limits
from galley.preview.drafts.forms import get_draft_form_class
from galley.preview.drafts.sources import SavedPage, Source
from galley.preview.messages import Note
from galley.preview.notes.arrivals import announce
from galley.preview.notes.paths import content_path_of

logger = logging.getLogger(__name__)

# No link lives longer.
REMEMBERED_SECONDS = 31 * 24 * 60 * 60


@dataclass(frozen=True)
class Reviewer:
    """Who leaves a note: a user, or whoever has a link that the user has made.

    `link` is the link's name as its maker knows it, which may be empty, and None for users themselves; `key` tells
    reviewers apart.
    """

    user_id: int
    key: str
    link: str | None = None


class NoteRefused(Exception):
    """The note can't be kept; the exception's text is a sentence for its writer."""


def leave_note(source: Source | None, note: Note, reviewer: Reviewer) -> Comment:
    """Keep the note as a comment on the page of `source`, and return it. Raises `NoteRefused` or `SourceGone`."""
    if not isinstance(source, SavedPage):
        raise NoteRefused(
            _("This page isn't saved yet, so there is nothing to keep a note with. Try again in a moment.")
        )
    page, _parent = source.load()
    page_class: Any = type(page)
    if "comments" not in get_draft_form_class(page_class).formsets:
        raise NoteRefused(_("Pages of this kind take no notes. Please tell its author in another way."))
    values = {
        "page_id": page.pk,
        "user_id": reviewer.user_id,
        "text": _comment_text(note, reviewer),
        "contentpath": content_path_of(page, note.path, note.quote),
    }
    # Whose answer got lost on the way sends the note again.
    lately = now() - timedelta(seconds=limits.NOTES_AT_ONCE_SECONDS)
    if again := Comment.objects.filter(**values, created_at__gt=lately).first():
        return again
    _count(reviewer, page)
    comment = Comment.objects.create(**values)
    comment.log_create(user=comment.user)
    try:
        announce(comment)
    except Exception:
        # It is kept: open editors show it when they are loaded again.
        logger.exception("A note could not be announced")
    return comment


def _count(reviewer: Reviewer, page: Page) -> None:
    if _increased(f"preview.notes.now.{reviewer.key}", limits.NOTES_AT_ONCE_SECONDS) > limits.NOTES_AT_ONCE:
        raise NoteRefused(_("That are many notes in a short time. Wait a few minutes, then send this one again."))
    many = _increased(f"preview.notes.all.{reviewer.key}", REMEMBERED_SECONDS) > limits.NOTES_OF_ONE_REVIEWER
    if many or Comment.objects.filter(page_id=page.pk, resolved_at=None).count() >= limits.COMMENTS_ON_ONE_PAGE:
        raise NoteRefused(_("There are very many notes on this page already. Please tell its author in another way."))


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

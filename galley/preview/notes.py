"""Notes of readers on a draft, stored as Wagtail comments on the field that the words come from.

Templates name a field, or the id of a block. Wagtail's comments name the path from the page's field to the innermost
field, `body.<block id>.caption` (see `wagtail.models.Comment.contentpath`).
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils.html import strip_tags
from django.utils.timezone import now
from django.utils.translation import gettext as _
from wagtail.blocks import BoundBlock, ListBlock, StreamBlock, StructBlock, StructValue
from wagtail.fields import StreamField
from wagtail.models import Comment, Page

from galley.preview import conf
from galley.preview.comment_notifications import announce
from galley.preview.drafts.binding import get_draft_form_class
from galley.preview.drafts.sources import SavedPage, Source
from galley.preview.messages import Note

logger = logging.getLogger(__name__)

# No link lives longer.
REMEMBERED_SECONDS = 31 * 24 * 60 * 60


@dataclass(frozen=True)
class Reviewer:
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
        raise NoteRefused(_("Pages of this kind take no notes. Please notify its author in another way."))
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
    return comment


def _count(reviewer: Reviewer, page: Page) -> None:
    if _increased(f"preview.notes.now.{reviewer.key}", conf.NOTES_AT_ONCE_SECONDS) > conf.NOTES_AT_ONCE:
        raise NoteRefused(_("You've left many notes in the last minutes. Wait a little, then send this one again."))
    many = _increased(f"preview.notes.all.{reviewer.key}", REMEMBERED_SECONDS) > conf.NOTES_OF_ONE_REVIEWER
    if many or Comment.objects.filter(page_id=page.pk, resolved_at=None).count() >= conf.COMMENTS_ON_ONE_PAGE:
        raise NoteRefused(_("There are very many notes on this page already. Please notify its author in another way."))


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
    fields = [field.name for field in page._meta.get_fields() if isinstance(field, StreamField)]
    for path in (marked, *(f"{field}.{marked}" for field in fields)):
        if marked and _is_in_form(page, path) and Comment(contentpath=path).has_valid_contentpath(page):
            return ".".join([path, *_innermost(_block_at(page, path), quote)])
    is_block = bool(marked) and fields and marked not in {field.name for field in page._meta.get_fields()}
    return f"{fields[0]}.{marked}" if is_block else "title"


def _is_in_form(page: Page, path: str) -> bool:
    """Whether the path begins with a field of the page's own: inline children have no place for comments."""
    return path.split(".")[0] in {field.name for field in page._meta.concrete_fields}


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
    return " ".join(strip_tags(str(getattr(value, "source", value))).split())

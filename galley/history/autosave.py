"""Decides when autosave stores a new revision, instead of overwriting its last one."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.models import Page, Revision

from galley.history.models import AutosavedRevision, is_fixed
from galley.history.words import read_words, removed_words, sum_words

OVERWRITING_TIME = timedelta(minutes=10)
# One part in so many may be removed. A single word may always be: a mistake in typing is corrected.
REMOVED_PART = 10
REMOVED_WORDS = 1


def can_overwrite(revision: Revision, page: Page) -> bool:
    """Return whether autosave may replace the content of `revision` with that of `page`.

    It may not after ten minutes of writing, if a tenth of the words or a whole block or row would be gone, or if the
    revision is fixed. Words that are gone are counted from the first time on that autosave overwrites the revision.
    Call it in the transaction in which the page is saved.
    """
    if Revision.objects.filter(is_fixed(), pk=revision.pk).exists():
        return False
    stored = AutosavedRevision.objects.filter(pk=revision.pk).first()
    autosaved = stored or AutosavedRevision(revision=revision, since=revision.created_at)
    if timezone.now() - autosaved.since >= OVERWRITING_TIME:
        return False
    earlier = Counter(autosaved.removed_words)
    removed = _count_removed(revision.content, page, earlier)
    if removed is None:
        return False
    if not stored or removed != earlier:
        autosaved.removed_words = removed
        autosaved.save()
    return True


def stop_overwriting(revision: Revision) -> None:
    """Let the content of `revision` stay as it is: somebody has opened it. Later versions are compared with it."""
    since = timezone.now() - OVERWRITING_TIME
    if revision.created_at > since:
        AutosavedRevision.objects.update_or_create(revision=revision, defaults={"since": since})


def get_loaded_revision(page: Page) -> dict[str, str]:
    """Return the fields in which an edit form says which revision it comes from, for the latest one of `page`."""
    created_at = page.latest_revision_created_at.isoformat()
    return {"loaded_revision_id": str(page.latest_revision_id), "loaded_revision_created_at": created_at}


def _count_removed(old_content: dict[str, Any], page: Page, earlier: Counter[str]) -> Counter[str] | None:
    """Return the words that are gone, with those that were gone `earlier`. None if they are too many."""
    old_parts, new_parts = (read_words(type(page), content) for content in (old_content, page.serializable_data()))
    old, new = sum_words(old_parts), sum_words(new_parts)
    removed = removed_words(old, new)
    gone = removed + (earlier - (new - old))
    if removed and any(_is_lost(words, new_parts.get(part)) for part, words in old_parts.items()):
        return None
    is_too_much = gone.total() > REMOVED_WORDS and gone.total() * REMOVED_PART > (old + earlier).total()
    return None if is_too_much else gone


def _is_lost(old: Counter[str], new: Counter[str] | None) -> bool:
    """Return whether a block or row with the words `old` isn't there any more (`new` is None), or has become empty."""
    return old.total() > (0 if new is None else REMOVED_WORDS) and not new

"""The page of an open editor, kept between one key and the next.

A key changes one field of a page that may have hundreds. So the page that was bound and rendered last stays in memory:
a change is put on it (`rebinding`), and guessed into the regions that it belongs to (`patching`) or rendered with the
unchanged blocks as they were. `render_whole` does everything afresh, and is what counts in the end.
"""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser

from galley.preview.drafts.binding import Draft, Memory, bind_draft
from galley.preview.drafts.form_state import FormData
from galley.preview.drafts.forms import DraftBlockField
from galley.preview.drafts.patching import NeedsRendering, patch_page
from galley.preview.drafts.rebinding import NeedsFullBind, rebind
from galley.preview.drafts.regions import CutPage, cut_page
from galley.preview.drafts.rendering import render_page
from galley.preview.drafts.sources import Source
from galley.preview.drafts.stages import Stages


@dataclass(frozen=True)
class PageState:
    """The rendered page, and the labels of what couldn't be shown as it stands."""

    page: CutPage
    unusable: tuple[str, ...]


class LivePage:
    """A draft that changes. Not for two threads at a time.

    `is_guess` says whether the last state was rendered from a change, so that the whole is still to follow.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.is_guess = False
        self._memory = Memory()
        self._draft: Draft | None = None
        self._page: CutPage | None = None

    def render_whole(self, data: FormData, user: AbstractBaseUser, stages: Stages) -> PageState:
        """Return the state that the form's `data` describes, bound and rendered afresh. Raises `SourceGone`."""
        self.is_guess = False
        self._draft = self._page = None
        with stages.time("bind"):
            draft = bind_draft(self.source, data, user, self._memory)
        with stages.time("render"):
            self._page = cut_page(render_page(draft.page))
        self._draft = draft
        return self._settled(draft, self._page)

    def render_change(self, data: FormData, changed: set[str], stages: Stages) -> PageState | None:
        """Return the state after the fields `changed`, quickly. None if it takes a whole rendering."""
        draft, page = self._draft, self._page
        if draft is None or page is None:
            return None
        if not changed:
            return self._settled(draft, page)
        self._draft = None
        self.is_guess = True
        try:
            with stages.time("bind"):
                changes = rebind(draft, data, changed, self._memory)
        except NeedsFullBind:
            return None
        with stages.time("render"):
            try:
                self._page = patch_page(page, changes)
            except NeedsRendering:
                self._page = cut_page(render_page(draft.page))
        self._draft = draft
        return self._settled(draft, self._page)

    def _settled(self, draft: Draft, page: CutPage) -> PageState:
        for name, field in draft.form.fields.items():
            if isinstance(field, DraftBlockField):
                field.settle(getattr(draft.page, name))
        return PageState(page, tuple(dict.fromkeys(draft.unusable.values())))

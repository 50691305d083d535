"""The page of an open editor, held in memory between one key and the next.

A key changes one field of a page that may have hundreds. A field update puts it on the page that was bound last. A
region patch then replaces the HTML of the region that shows the field, without rendering the page. That is provisional,
but checked: a region that was exactly the rendered old value becomes the rendered new value. What else depends on the
change, such as a title in a menu or a count of words, follows with `render_whole` soon after the last key.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.utils.html import conditional_escape

from galley.preview.drafts.binding import NEVER_BLANK, Draft, DraftBlockField, DraftChild, Memory, bind_draft
from galley.preview.drafts.form_state import FormData
from galley.preview.drafts.rendering import CutPage, cut_page, render_page
from galley.preview.drafts.sources import Source

Stages = dict[str, float]


@contextmanager
def timed(stages: Stages, name: str) -> Iterator[None]:
    """Add the time until the end of the block, in milliseconds, to the stage `name`."""
    began = time.perf_counter()
    try:
        yield
    finally:
        spent = (time.perf_counter() - began) * 1000
        stages[name] = round(stages.get(name, 0) + spent, 2)


IN_STREAM = re.compile(r"(?P<stream>.+?)-(?P<index>\d+)-value(?:-.+)?", re.DOTALL)


class NeedsFullBind(Exception):
    """The change is one that only a full bind can take over."""


class ChangedField(NamedTuple):
    """A field of the page, with its value before and now."""

    name: str
    before: Any
    now: Any


class ChangedBlock(NamedTuple):
    """A block of a stream, before and now."""

    before: DraftChild
    now: DraftChild


def update_fields(draft: Draft, data: FormData, names: set[str], memory: Memory) -> list[ChangedField | ChangedBlock]:
    """Take the fields `names` of the form's `data` over into `draft`, and return what changed on its page.

    Raises `NeedsFullBind`; the draft may be changed in part then.
    """
    changes: dict[Any, ChangedField | ChangedBlock] = {}
    for name in names:
        if name in draft.form.fields:
            changes[name] = _update_field(draft, data, name, memory)
        else:
            stream, prefix = _place_in_stream(draft, name)
            if prefix not in changes:
                changes[prefix] = _update_block(draft, data, stream, prefix, memory)
    return list(changes.values())


def _update_field(draft: Draft, data: FormData, name: str, memory: Memory) -> ChangedField:
    field = draft.form.fields[name]
    try:
        model_field = draft.page._meta.get_field(name)
    except FieldDoesNotExist as error:
        raise NeedsFullBind from error
    is_plain = model_field.concrete and not model_field.many_to_many and not hasattr(draft.form, f"clean_{name}")
    if not is_plain or name in draft.unusable or (name in NEVER_BLANK and not data.get(name, "").strip()):
        raise NeedsFullBind
    before = getattr(draft.page, name)
    try:
        now = field.clean(field.widget.value_from_datadict(data, {}, name))
    except ValidationError as error:
        raise NeedsFullBind from error
    model_field.save_form_data(draft.page, now)
    memory.fields[name] = now
    return ChangedField(name, before, now)


def _place_in_stream(draft: Draft, name: str) -> tuple[str, str]:
    """Return the stream's field and the prefix of the block that the form's field `name` belongs to."""
    match = IN_STREAM.fullmatch(name)
    if not match or not isinstance(draft.form.fields.get(match["stream"]), DraftBlockField):
        raise NeedsFullBind
    return match["stream"], f"{match['stream']}-{match['index']}"


def _update_block(draft: Draft, data: FormData, stream: str, prefix: str, memory: Memory) -> ChangedBlock:
    field = draft.form.fields[stream]
    value = getattr(draft.page, stream)
    block_id = data.get(f"{prefix}-id")
    block = getattr(field.block, "child_blocks", {}).get(data.get(f"{prefix}-type"))
    at = next((i for i, child in enumerate(value) if child.id == block_id), None)
    if not block_id or block is None or at is None or block_id in draft.unusable or value[at].block is not block:
        raise NeedsFullBind
    try:
        memory.blocks[stream][block_id] = block.clean(block.value_from_datadict(data, {}, f"{prefix}-value"))
    except (ValidationError, LookupError, ValueError, TypeError, AttributeError, BadRequest) as error:
        raise NeedsFullBind from error
    before = value[at]
    value[at] = now = field.make_child(block, block_id)
    return ChangedBlock(before, now)


class NeedsRendering(Exception):
    """Only the page's template knows what the change looks like."""


def patch_page(page: CutPage, changes: list[ChangedField | ChangedBlock]) -> CutPage:
    """Return `page` with the regions exchanged that `changes` belong to. Raises `NeedsRendering`."""
    regions = dict(page.regions)
    for change in changes:
        if isinstance(change, ChangedField):
            name, before, now = change.name, _as_text(change.before), _as_text(change.now)
        else:
            name, before, now = _region_of(change.before.id, regions), change.before.html, _render(change)
        if regions.get(name) != before:
            raise NeedsRendering
        regions[name] = now
    return page._replace(regions=regions)


def _as_text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise NeedsRendering
    return str(conditional_escape(value))


def _region_of(block_id: str, regions: dict[str, str]) -> str:
    """Return the name of the one region that is named after the block."""
    names = [name for name in regions if block_id in name]
    if len(names) != 1:
        raise NeedsRendering
    return names[0]


def _render(change: ChangedBlock) -> str:
    """Return the changed block's HTML, rendered where its predecessor stood."""
    if change.before.renderings != 1:
        raise NeedsRendering
    html = change.now.render(change.before.context)
    change.now.settle()
    return html


NOTE = re.compile(r'\sdata-preview-note="([^"]*)"')


class PageState(NamedTuple):
    """The rendered page, and the labels of what couldn't be shown as it stands."""

    page: CutPage
    unusable: tuple[str, ...]

    @property
    def notes(self) -> list[str]:
        """What the templates tell the author: each value of a `data-preview-note` attribute once."""
        parts = (*self.page.skeleton, *self.page.regions.values())
        marked = (part for part in parts if "data-preview-note" in part)
        return list(dict.fromkeys(unescape(note) for part in marked for note in NOTE.findall(part)))


class LivePage:
    """A draft that changes. Not for two threads at a time.

    `provisional_since` is the time (`time.monotonic`) of the first state that was rendered from a change, while the
    whole is still to follow.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.provisional_since: float | None = None
        self._memory = Memory()
        self._draft: Draft | None = None
        self._page: CutPage | None = None

    def render_whole(self, data: FormData, user: AbstractBaseUser, stages: Stages) -> PageState:
        """Return the state that the form's `data` describes, bound and rendered afresh. Raises `SourceGone`."""
        self.provisional_since = None
        self._draft = self._page = None
        with timed(stages, "bind"):
            draft = bind_draft(self.source, data, user, self._memory)
        with timed(stages, "render"):
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
        self.provisional_since = self.provisional_since or time.monotonic()
        try:
            with timed(stages, "bind"):
                changes = update_fields(draft, data, changed, self._memory)
        except NeedsFullBind:
            return None
        with timed(stages, "render"):
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

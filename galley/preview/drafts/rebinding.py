"""The few fields that a key changes, taken over into a draft that is bound already.

A full bind reads the page from the database and validates every field. Here only what changed is validated and put on
the page in memory. Whatever isn't plain is left to a full bind, which follows soon after the last key in any case.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError

from galley.preview.drafts.binding import NEVER_BLANK, Draft, Memory
from galley.preview.drafts.form_state import FormData
from galley.preview.drafts.forms import DraftBlockField, DraftChild

IN_STREAM = re.compile(r"(?P<stream>.+?)-(?P<index>\d+)-value(?:-.+)?")


class NeedsFullBind(Exception):
    """The change is one that only a full bind can take over."""


@dataclass(frozen=True)
class ChangedField:
    """A field of the page, with its value before and now."""

    name: str
    before: Any
    now: Any


@dataclass(frozen=True)
class ChangedBlock:
    """A block of a stream, before and now."""

    before: DraftChild
    now: DraftChild


def rebind(draft: Draft, data: FormData, names: set[str], memory: Memory) -> list[ChangedField | ChangedBlock]:
    """Take the fields `names` of the form's `data` over into `draft`, and return what changed on its page.

    Raises `NeedsFullBind`; the draft may be changed in part then.
    """
    changes: dict[Any, ChangedField | ChangedBlock] = {}
    for name in names:
        if name in draft.form.fields:
            changes[name] = _rebind_field(draft, data, name, memory)
        else:
            stream, prefix = _place_in_stream(draft, name)
            if prefix not in changes:
                changes[prefix] = _rebind_block(draft, data, stream, prefix, memory)
    return list(changes.values())


def _rebind_field(draft: Draft, data: FormData, name: str, memory: Memory) -> ChangedField:
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


def _rebind_block(draft: Draft, data: FormData, stream: str, prefix: str, memory: Memory) -> ChangedBlock:
    field = draft.form.fields[stream]
    value = getattr(draft.page, stream)
    block_id = data.get(f"{prefix}-id")
    block = getattr(field.block, "child_blocks", {}).get(data.get(f"{prefix}-type"))
    at = next((i for i, child in enumerate(value) if child.id == block_id), None)
    if not block_id or block is None or at is None or block_id in draft.unusable or value[at].block is not block:
        raise NeedsFullBind
    try:
        memory.blocks[stream][block_id] = block.clean(block.value_from_datadict(data, {}, f"{prefix}-value"))
    except (ValidationError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise NeedsFullBind from error
    before = value[at]
    value[at] = now = field.make_child(block, block_id)
    return ChangedBlock(before, now)

"""What an editor's page and a screen may say: checked before anything is done with it."""

import json
from dataclasses import dataclass
from typing import Any

from preview.splices import Splice

# A form of ten thousand fields is upstream's own limit (`DATA_UPLOAD_MAX_NUMBER_FIELDS` of this site).
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
MAX_FIELDS = 10_000
MAX_SCREEN_MESSAGE_BYTES = 16 * 1024
MAX_PATH = 500

Fields = dict[str, list[str]]


class BadMessage(Exception):
    """The message isn't one that an editor's page sends."""


class MessageTooLarge(BadMessage):
    """The form is larger than can be shown while typing."""


@dataclass(frozen=True)
class WholeForm:
    """The form, on joining and after a gap."""

    sequence: int
    fields: Fields


@dataclass(frozen=True)
class FormChange:
    """The fields that changed, and those that are gone.

    `splices` are changes within long values, each with the field's name and the length of the new value in UTF-16
    units: where that isn't what comes out, the two sides have lost each other.
    """

    sequence: int
    changed: Fields
    removed: list[str]
    splices: list[tuple[str, Splice, int]]


@dataclass(frozen=True)
class Focus:
    """The content path of the field where the cursor stands."""

    path: str


@dataclass(frozen=True)
class PageSaved:
    """A new page has been saved for the first time and has an id now."""

    page_id: int


@dataclass(frozen=True)
class Again:
    """What the screen has doesn't fit what was sent: it needs the whole page."""


def read_message(text: str | None) -> WholeForm | FormChange | Focus | PageSaved:
    """Return what an editor's page says in `text`. Raises `BadMessage`, or `MessageTooLarge`."""
    message = _parsed(text, MAX_MESSAGE_BYTES)
    match message:
        case {"type": "form", "sequence": int(sequence), "fields": dict(fields)}:
            return WholeForm(sequence, _checked(fields))
        case {"type": "change", "sequence": int(sequence)}:
            return FormChange(
                sequence,
                changed=_checked(message.get("changed", {})),
                removed=_strings(message.get("removed", [])),
                splices=_spliced(message.get("splices", [])),
            )
        case {"type": "focus", "path": str(path)} if len(path) <= MAX_PATH:
            return Focus(path)
        case {"type": "saved", "page": int(page_id)}:
            return PageSaved(page_id)
    raise BadMessage


def read_screen_message(text: str | None) -> Again:
    """Return what a screen says in `text`. Raises `BadMessage`, or `MessageTooLarge`."""
    match _parsed(text, MAX_SCREEN_MESSAGE_BYTES):
        case {"type": "again"}:
            return Again()
    raise BadMessage


def _parsed(text: str | None, max_bytes: int) -> Any:
    if text is None:
        raise BadMessage
    if len(text) > max_bytes or len(text.encode("utf-8", "surrogatepass")) > max_bytes:
        raise MessageTooLarge
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage from error


def _checked(fields: object) -> Fields:
    if not isinstance(fields, dict):
        raise BadMessage
    if len(fields) > MAX_FIELDS:
        raise MessageTooLarge
    return {name: _strings(values) for name, values in fields.items()}


def _strings(values: object) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadMessage
    return values


def _spliced(splices: object) -> list[tuple[str, Splice, int]]:
    if not isinstance(splices, list):
        raise BadMessage
    read = []
    for splice in splices:
        match splice:
            case [str(name), int(start), int(end), str(text), int(length)]:
                read.append((name, Splice(start, end, text), length))
            case _:
                raise BadMessage
    return read

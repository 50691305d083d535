"""What an editor's page may say: checked before anything is done with it."""

import json
from dataclasses import dataclass

# A form of ten thousand fields is upstream's own limit (`DATA_UPLOAD_MAX_NUMBER_FIELDS` of this site).
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
MAX_FIELDS = 10_000

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
    """The fields that changed, and those that are gone."""

    sequence: int
    changed: Fields
    removed: list[str]


@dataclass(frozen=True)
class PageSaved:
    """A new page has been saved for the first time and has an id now."""

    page_id: int


def read_message(text: str | None) -> WholeForm | FormChange | PageSaved:
    """Return what `text` says. Raises `BadMessage`, or `MessageTooLarge`."""
    if text is None:
        raise BadMessage
    if len(text) > MAX_MESSAGE_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_MESSAGE_BYTES:
        raise MessageTooLarge
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage from error
    match message:
        case {"type": "form", "sequence": int(sequence), "fields": dict(fields)}:
            return WholeForm(sequence, _checked(fields))
        case {"type": "change", "sequence": int(sequence), "changed": dict(changed), "removed": list(removed)}:
            return FormChange(sequence, _checked(changed), _strings(removed))
        case {"type": "saved", "page": int(page_id)}:
            return PageSaved(page_id)
    raise BadMessage


def _checked(fields: dict[str, object]) -> Fields:
    if len(fields) > MAX_FIELDS:
        raise MessageTooLarge
    return {name: _strings(values) for name, values in fields.items()}


def _strings(values: object) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadMessage
    return values

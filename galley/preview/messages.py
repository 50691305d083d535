"""Messages of editors and screens, validated before anything is done with them, and the splices that they contain.

A splice is a change of a text as one replacement. Drafts travel as splices, from the form to the server and from there
to the screens.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder

from galley.preview import conf


class Splice(NamedTuple):
    """In a text, replace the characters from `start` to `end` by `text`. Offsets count UTF-16 units, as browsers do."""

    start: int
    end: int
    text: str


def find_splice(old: str, new: str) -> Splice:
    """Return the one replacement that turns `old` into `new`, with what they share at both ends left out."""
    shortest = min(len(old), len(new))
    prefix = _largest(shortest, lambda size: old.startswith(new[:size]))
    suffix = _largest(shortest - prefix, lambda size: old.endswith(new[len(new) - size :]))
    return Splice(
        start=utf16_length(old[:prefix]),
        end=utf16_length(old[: len(old) - suffix]),
        text=new[prefix : len(new) - suffix],
    )


def _largest(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the largest size up to `limit` for which `holds`, by halving: slices compare faster than characters."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units `text` has: what JavaScript calls its length."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def apply_splice(text: str, splice: Splice) -> str:
    """Return `text` with the replacement made. Raises `ValueError` if it lies outside the text."""
    if not 0 <= splice.start <= splice.end <= utf16_length(text):
        raise ValueError("The splice lies outside the text.")
    if text.isascii():
        return text[: splice.start] + splice.text + text[splice.end :]
    units = text.encode("utf-16-le", "surrogatepass")
    spliced = units[: 2 * splice.start] + splice.text.encode("utf-16-le", "surrogatepass") + units[2 * splice.end :]
    return spliced.decode("utf-16-le", "surrogatepass")


# Beyond this, JavaScript's numbers have gaps.
LARGEST_NUMBER = 2**53 - 1
UNSTORABLE = re.compile("[\0\ud800-\udfff]")

Fields = dict[str, list[str]]


class BadMessage(Exception):
    """The message isn't one that an editor's page sends."""


class MessageTooLarge(BadMessage):
    """The form is larger than can be shown while typing."""


@dataclass(frozen=True)
class FormChange:
    """The fields that changed, and those that are gone; on joining and after a gap, the whole form.

    `splices` are changes within long values, each with the field's name and the length of the new value in UTF-16
    units: where that isn't what comes out, the two sides have lost each other.
    """

    sequence: int
    changed: Fields
    removed: Sequence[str] = ()
    splices: Sequence[tuple[str, Splice, int]] = ()
    is_whole: bool = False


@dataclass(frozen=True)
class Focus:
    """The content path of the field where the cursor stands."""

    path: str


@dataclass(frozen=True)
class PageSaved:
    """A new page has been saved for the first time and has an id now."""

    page_id: int


@dataclass(frozen=True)
class ResyncRequest:
    """What the screen has doesn't fit what was sent: it needs the whole page."""


@dataclass(frozen=True)
class Watch:
    """The screen wants to see another of the sessions that are open on its page."""

    session: str


@dataclass(frozen=True)
class Note:
    """What a screen sends: the content path around the words that were selected, those words, the note itself, and,
    from a guest, a name."""

    path: str
    quote: str
    text: str
    name: str = ""


def encode_message(kind: str, **content: Any) -> str:
    """Return the message of type `kind`, as it is sent to an editor's page or a screen."""
    message = {"type": kind, **content}
    return json.dumps(message, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))


def read_message(text: str | None) -> FormChange | Focus | PageSaved:
    """Return what an editor's page says in `text`. Raises `BadMessage`, or `MessageTooLarge`."""
    message = _parsed(text, conf.MAX_MESSAGE_BYTES)
    match message:
        case {"type": "form", "sequence": sequence, "fields": fields}:
            return FormChange(_number(sequence), _checked(fields), is_whole=True)
        case {"type": "change", "sequence": sequence}:
            return FormChange(
                _number(sequence),
                changed=_checked(message.get("changed", {})),
                removed=_strings(message.get("removed", [])),
                splices=_spliced(message.get("splices", [])),
            )
        case {"type": "focus", "path": str(path)} if len(path) <= conf.MAX_PATH:
            return Focus(storable(path))
        case {"type": "saved", "page": page_id}:
            return PageSaved(_number(page_id))
    raise BadMessage


def storable(text: str) -> str:
    """Return `text` with a replacement character for all that can't be stored or sent, as browsers do on submitting.

    That is half of a surrogate pair, which no encoding has, and NUL, which PostgreSQL refuses. Each is one UTF-16 unit,
    as is what takes its place: offsets into the text stay right.
    """
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def read_screen_message(text: str | None) -> ResyncRequest | Watch | Note:
    """Return what a screen says in `text`. Raises `BadMessage`, or `MessageTooLarge`."""
    match _parsed(text, conf.MAX_SCREEN_MESSAGE_BYTES):
        case {"type": "again"}:
            return ResyncRequest()
        case {"type": "note", "path": str(path), "quote": str(quote), "text": str(text), "name": str(name)}:
            sizes = [(path, conf.MAX_PATH), (quote, conf.MAX_QUOTE), (text, conf.MAX_NOTE), (name, conf.MAX_NAME)]
            if text.strip() and all(len(value) <= most for value, most in sizes):
                return Note(*(storable(value) for value, _most in sizes))
        case {"type": "watch", "session": str(session)}:
            return Watch(session)
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
    if len(fields) > conf.MAX_FIELDS:
        raise MessageTooLarge
    return {name: _strings(values) for name, values in fields.items()}


def _strings(values: object) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadMessage
    return [storable(value) for value in values]


def _number(value: object) -> int:
    # JSON's `true` would be an int too.
    if type(value) is not int or not 0 <= value <= LARGEST_NUMBER:
        raise BadMessage
    return value


def _spliced(splices: object) -> list[tuple[str, Splice, int]]:
    if not isinstance(splices, list):
        raise BadMessage
    found = {}
    for splice in splices:
        match splice:
            # Half of a surrogate pair is all right here: the other half may stand in the field.
            case [str(name), start, end, str(text), length] if name not in found:
                found[name] = name, Splice(_number(start), _number(end), text), _number(length)
            case _:
                # Or a second one for the same field: each costs a copy of the field's whole value.
                raise BadMessage
    return list(found.values())

"""The form of an open editor, built from its messages, and the fields that changed since it was last rendered."""

from django.utils.datastructures import MultiValueDict

from galley.preview import conf
from galley.preview.messages import Fields, FormChange, MessageTooLarge, Splice, apply_splice, storable, utf16_length

FormData = MultiValueDict[str, str]


class StateMismatch(Exception):
    """A change doesn't fit the form as it is known here: the whole form is needed again."""


class FormState:
    """The newest state of a form. `sequence` is the number of the message that it came with."""

    def __init__(self) -> None:
        self.sequence = 0
        self._fields: Fields = {}
        self._size = 0
        self._changed: set[str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no whole form has arrived yet, so that changes have nothing to apply to."""
        return not self._fields

    def change(self, change: FormChange) -> None:
        """Take changes to the form. A message that isn't newer than the last one is a replay, and changes nothing.

        Raises `StateMismatch` if they don't fit the form, and `MessageTooLarge` if the form becomes too large.
        """
        if change.sequence <= self.sequence:
            return
        if change.is_whole:
            self._fields, self._size = {}, 0
        elif self.is_empty:
            raise StateMismatch
        spliced = {name: [self._spliced(name, splice, length)] for name, splice, length in change.splices}
        changed = change.changed | spliced
        removed = set(change.removed)
        structure_stands = not removed and changed.keys() <= self._fields.keys()
        fields = {name: values for name, values in self._fields.items() if name not in removed} | changed
        replaced = {name: self._fields[name] for name in removed | changed.keys() if name in self._fields}
        size = self._size + _size_of(changed) - _size_of(replaced)
        # Many small changes must not make up what no single message may hold.
        if len(fields) > conf.MAX_FIELDS or size > conf.MAX_MESSAGE_BYTES:
            raise MessageTooLarge
        self.sequence = change.sequence
        self._fields, self._size = fields, size
        self._changed = self._changed | changed.keys() if structure_stands and self._changed is not None else None

    def touch(self) -> None:
        """Say that anything may have changed."""
        self._changed = None

    def take(self) -> tuple[FormData, set[str] | None]:
        """Return the form's data, and the fields that changed since it was taken last; None if anything may have."""
        changed, self._changed = self._changed, set()
        return MultiValueDict(self._fields), changed

    def _spliced(self, name: str, splice: Splice, length: int) -> str:
        try:
            [before] = self._fields[name]
            after = apply_splice(before, splice)
        except (KeyError, ValueError) as error:
            raise StateMismatch from error
        if utf16_length(after) != length:
            raise StateMismatch
        return storable(after)


def _size_of(fields: Fields) -> int:
    return sum(len(name) + sum(map(len, values)) for name, values in fields.items())

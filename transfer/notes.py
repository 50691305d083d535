"""What there is to tell about a post."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a detail of the source fared."""

    KEPT = "kept"
    CHANGED = "changed"
    LOST = "not understood"


@dataclass(frozen=True, order=True)
class Note:
    """One detail of a post: its line in the file (0 for the file as a whole), what became of it, and a sentence."""

    line: int
    kind: Kind
    text: str


class Notes(list[Note]):
    """The notes of one post, in the order in which they were made."""

    def kept(self, text: str, line: int = 0) -> None:
        """Note that a detail was taken over as it is."""
        self.append(Note(line, Kind.KEPT, text))

    def changed(self, text: str, line: int = 0) -> None:
        """Note that a detail was taken over in another form."""
        self.append(Note(line, Kind.CHANGED, text))

    def lost(self, text: str, line: int = 0) -> None:
        """Note that a detail wasn't understood or isn't shown."""
        self.append(Note(line, Kind.LOST, text))


class UnreadableFileError(Exception):
    """A file can't be imported. The message is a sentence for the report; `line` is where it went wrong, if known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line

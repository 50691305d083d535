"""What is typed, and where.

Each place where something is typed is a pair of marks, so that what stands between them on a screen tells how far the
screen has come. The words between two marks are part of a running text: a space at the end of a line isn't seen.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Marks:
    """The pair of characters between which is typed."""

    opening: str
    closing: str

    @property
    def sentence(self) -> str:
        """A sentence with the marks in its middle."""
        return f"The copyholder reads aloud {self} while the compositor follows with a finger on the line."

    def __str__(self) -> str:
        return self.opening + self.closing


TEXT = Marks("«", "»")
TITLE = Marks("‹", "›")
CAPTION = Marks("⟦", "⟧")

# No apostrophes, quotation marks or dashes: a typographer would print other characters than were typed.
SENTENCE = "A proof is read twice, once for the sense of it and once for every single letter."
PASSAGE = (
    "The first reader holds the manuscript and says each word as it stands, with its commas and its capitals. "
    "The second looks at nothing but the print, and stops the voice with a hand whenever the two disagree. "
    "Neither of them may enjoy the story, since a reader who enjoys it begins to see what ought to be there. "
    "By noon they change places, for the eye tires before the voice does, and a tired eye forgives too much. "
    "What they mark goes back to the case, is put right, and comes up again as a clean sheet in the evening. "
    "Then somebody who has never seen it reads it once more, upside down, and finds the one that is left over. "
    "So it was done when a page weighed as much as a child, and so it is done now that it weighs nothing at all. "
)

"""Texts that nobody wrote, with the headings, links, lists and code that posts have."""

from random import Random
from typing import Any
from uuid import UUID

from home.blocks import opening_words
from home.blocks.body import BodyBlock

NAMES = ("the compositor", "a reader", "the press", "an apprentice", "the margin", "our printer", "the second proof")
VERBS = ("marks", "forgets", "sets", "reads", "corrects", "measures", "keeps", "loses", "finds", "defends")
THINGS = ("a comma", "the last line", "every heading", "an old figure", "the caption", "a crooked rule", "half a page")
CIRCUMSTANCES = (
    "before the ink is dry",
    "without being asked",
    "when nobody else is in the room",
    "for the third time this week",
    "and says so in the margin",
    "because the sheet has to be folded by noon",
)
SUBJECTS = ("proof", "paper", "type", "ink", "margin", "press", "binding", "grid", "letter", "plate", "rule", "fold")
ASPECTS = ("history", "craft", "tools", "mistakes", "people", "numbers", "colour", "measure", "trade", "care")


def tag_names() -> list[str]:
    """Return the tags that posts may have, the frequent ones first."""
    return [*SUBJECTS, *(f"{subject} {aspect}" for subject in SUBJECTS for aspect in ASPECTS)]


def write_title(random: Random, number: int) -> str:
    """Return a title that no other number has."""
    return f"{random.choice(NAMES).capitalize()} {random.choice(VERBS)} {random.choice(THINGS)}, part {number}"


def write_body(random: Random) -> list[dict[str, Any]]:
    """Return the blocks of a text of about 300 to 900 words, as a StreamField stores them."""
    sections = [_section(random) for _ in range(random.randint(3, 8))]
    half = len(sections) // 2
    quote = {"quote": _sentence(random), "attribution": random.choice(NAMES).capitalize()}
    blocks: list[dict[str, Any]] = [
        {"type": "markdown", "value": "\n\n".join(sections[:half])},
        {"type": "pull_quote", "value": quote},
        {"type": "markdown", "value": "\n\n".join(sections[half:])},
    ]
    return [{"id": str(UUID(int=random.getrandbits(128), version=4)), **block} for block in blocks]


def open_body(body: list[dict[str, Any]]) -> str:
    """Return the words that a list shows of `body`."""
    return opening_words(BodyBlock().to_python(body))


def _section(random: Random) -> str:
    paragraphs = [" ".join(_sentence(random) for _ in range(random.randint(3, 7))) for _ in range(random.randint(1, 2))]
    extras = ["", "", "- " + "\n- ".join(_sentence(random) for _ in range(3)), "```python\nsheet = fold(sheet)\n```"]
    return "\n\n".join([f"## {_sentence(random)[:-1]}", *paragraphs, random.choice(extras)])


def _sentence(random: Random) -> str:
    words = [random.choice(part) for part in (NAMES, VERBS, THINGS, CIRCUMSTANCES)]
    if random.random() < 0.15:
        words[2] = f"[{words[2]}](https://example.org/{random.randint(1, 99)})"
    if random.random() < 0.1:
        words[1] = f"*{words[1]}*"
    return f"{' '.join(words)}.".capitalize()

"""Cuts a text that is too long for one Markdown block."""

import re

from transfer.text import parse_blocks

# The site's Markdown block takes 200,000 characters; the rest is room for the definitions of references.
MAX_PART_LENGTH = 180_000

_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)(?:[^\[\]\\]|\\.){1,999}\]:[ \t]*\S+.*$", re.MULTILINE)


def split_body(body: str) -> list[str]:
    """Return `body` in parts that fit into a Markdown block, cut between paragraphs, lists and the like.

    Each part gets the definitions of the whole text, so that its references still lead somewhere.
    """
    if len(body) <= MAX_PART_LENGTH:
        return [body] if body else []
    parts: list[str] = []
    part = ""
    for block in _top_level_blocks(body):
        if part and len(part) + len(block) > MAX_PART_LENGTH:
            parts.append(part)
            part = ""
        part += block
    parts.append(part)
    definitions = "\n".join(_DEFINITION.findall(body))
    return [f"{part.rstrip()}\n\n{definitions}".rstrip() for part in parts if part.strip()]


def _top_level_blocks(body: str) -> list[str]:
    lines = [f"{line}\n" for line in body.split("\n")]
    starts = sorted({token.map[0] for token in parse_blocks(body) if token.level == 0 and token.map} | {0})
    return ["".join(lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]

"""Estimates the reading time of a text."""

import re
from collections.abc import Iterator
from typing import Any

from wagtail.blocks.stream_block import StreamValue

# Rates of silent reading. The preview's word count uses the same ones.
WORDS_PER_MINUTE = 220
CHARACTERS_PER_MINUTE = 400

# Han, Hiragana and Katakana are written without spaces, so their characters are counted.
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_BREAKS = re.compile(r"[\s—–…/|]+")
_LETTER = re.compile(r"[^\W_]")
# HTML tags, URLs of Markdown links, and plain URLs.
_NOT_READ = re.compile(r"<[a-zA-Z/!][^>]{0,500}>|\]\([^)\s]{0,2000}|https?://\S+")


def minutes_to_read(body: StreamValue) -> int:
    """Return the reading time of `body` in minutes: at least 1, or 0 without any words.

    Every string in every block counts, so that new block types need no change here. Settings of blocks are few words.
    """
    text = _NOT_READ.sub(" ", " ".join(_strings(body.raw_data)))
    characters = len(_UNSPACED.findall(text))
    words = sum(1 for word in _BREAKS.split(_UNSPACED.sub(" ", text)) if _LETTER.search(word))
    if not words + characters:
        return 0
    return max(round(words / WORDS_PER_MINUTE + characters / CHARACTERS_PER_MINUTE), 1)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in {"id", "type"}:
                yield from _strings(part)
    elif not isinstance(value, int | float | bool | None):
        for part in value:
            yield from _strings(part)

"""How long a text takes to read."""

import re
from collections.abc import Iterator
from typing import Any

from wagtail.blocks.stream_block import StreamValue

# Silent reading of prose; the same figures as in the preview's count of words.
WORDS_A_MINUTE = 220
CHARACTERS_A_MINUTE = 400

# Han, Hiragana and Katakana are written without spaces: each character counts as a word.
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_BREAKS = re.compile(r"[\s—–…/|]+")
_LETTER = re.compile(r"[^\W_]")
# Tags, the addresses of links, and addresses by themselves.
_UNREAD = re.compile(r"<[a-zA-Z/!][^>]{0,500}>|\]\([^)\s]{0,2000}|https?://\S+")


def minutes_to_read(body: StreamValue) -> int:
    """Return how many minutes the text `body` takes to read: at least 1, and 0 for a text without words.

    Every string in its blocks is counted, so that a new kind of block counts too: a block's settings are a word or two.
    """
    text = _UNREAD.sub(" ", " ".join(_strings(body.raw_data)))
    characters = len(_UNSPACED.findall(text))
    words = sum(1 for word in _BREAKS.split(_UNSPACED.sub(" ", text)) if _LETTER.search(word))
    if not words + characters:
        return 0
    return max(round(words / WORDS_A_MINUTE + characters / CHARACTERS_A_MINUTE), 1)


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

"""The words of a page, read from the content of a revision. No database query, and no page type is known."""

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import get_all_child_relations
from wagtail.blocks import BaseStreamBlock, Block, ChoiceBlock
from wagtail.fields import StreamField
from wagtail.models import COMMENTS_RELATION_NAME

# Chinese, Japanese, Korean, Thai, Lao, Burmese and Khmer have few spaces. There, a character counts as a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}\U00020000-\U0003ffff]|[^\W{_UNSPACED}\U00020000-\U0003ffff]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# A person types into few words between two autosaves.
_TYPED_AT_ONCE = 20

Parts = dict[str, Counter[str]]
"""The words of each part of a page: `""` is the page itself, others are blocks and rows by their ids."""


def read_words(model: type[models.Model], content: Mapping[str, Any]) -> Parts:
    """Return the words of a page type's serialised `content`. A choice in a block, such as an image, is a word too."""
    texts: dict[str, list[str]] = {"": []}
    _add_fields(texts, "", model, content)
    return {part: Counter(_WORD.findall(_TAG.sub(" ", " ".join(found)))) for part, found in texts.items()}


def sum_words(parts: Parts) -> Counter[str]:
    """Return how often each word stands in all parts together."""
    total: Counter[str] = Counter()
    for words in parts.values():
        total.update(words)
    return total


def removed_words(old: Counter[str], new: Counter[str]) -> Counter[str]:
    """Return which words of `old` are not in `new`, and how often. A word that has been typed to its end is there."""
    removed, added = old - new, new - old
    if removed.total() <= _TYPED_AT_ONCE:
        longer = sorted(added.elements())
        for word in sorted(removed.elements()):
            position = bisect_left(longer, word)
            if position < len(longer) and longer[position].startswith(word):
                removed[word] -= 1
                del longer[position]
    return +removed


def _add_fields(texts: dict[str, list[str]], part: str, model: type[models.Model], content: Mapping[str, Any]) -> None:
    for field in model._meta.concrete_fields:
        value = content.get(field.name)
        is_text = isinstance(field, models.CharField | models.TextField) and field.editable and not field.choices
        if not value:
            continue
        if isinstance(field, StreamField):
            _add_block(texts, part, field.stream_block, json.loads(value) if isinstance(value, str) else value)
        elif is_text and not isinstance(field, models.SlugField):  # a slug repeats the title
            texts[part].append(value)
        elif part and isinstance(field, models.ForeignKey) and not isinstance(field, ParentalKey):
            texts[part].append(f"{field.name}_{value}")  # the choice in a row, such as an author of the page
    for relation in get_all_child_relations(model):
        name = relation.get_accessor_name()
        rows = content.get(name) or () if name != COMMENTS_RELATION_NAME else ()
        for number, row in enumerate(rows):
            row_part = f"{part}/{name}/{row.get('pk') or f'new {number}'}"
            texts[row_part] = []
            _add_fields(texts, row_part, relation.related_model, row)


def _add_block(texts: dict[str, list[str]], part: str, block: Block | None, value: Any) -> None:
    match value:
        case bool() | None:
            pass
        case str() | int() | float():
            if not isinstance(block, ChoiceBlock):
                texts[part].append(str(value))
        case dict():
            children = getattr(block, "child_blocks", {})
            for name, child_value in value.items():
                _add_block(texts, part, children.get(name), child_value)
        case list():
            for number, item in enumerate(value):
                child, child_part, child_value = getattr(block, "child_block", None), part, item
                if isinstance(item, dict) and "type" in item and "value" in item:
                    child_part, child_value = item.get("id") or f"{part}/{number}", item["value"]
                    if isinstance(block, BaseStreamBlock):
                        child = block.child_blocks.get(item["type"])
                    texts[child_part] = []
                _add_block(texts, child_part, child, child_value)

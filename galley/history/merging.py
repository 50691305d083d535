"""Merges two versions of a page that were written from the same one: field by field, block by block, line by line."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modelcluster.models import get_all_child_relations
from wagtail.blocks import BaseStreamBlock, BaseStructBlock, Block, ListBlock, RichTextBlock, TextBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import AbstractImage
from wagtail.models import Page

from galley.history.lines import cut_into_pieces, find_places
from galley.history.texts import describe, find_images, is_model, is_technical, open_item
from galley.history.words import removed_words

# Stands for the version that both come from, if it isn't stored any more. Then every difference is a conflict.
UNKNOWN = object()
# Stands for a block, a row or a paragraph that a version doesn't have.
MISSING = object()
# Draftail gives a new paragraph another key each time.
_PARAGRAPH_KEY = re.compile(r' data-block-key="[^"]*"')


class Versions(NamedTuple):
    """The same part of three versions: the one that both come from, the current draft, and the late one."""

    base: Any
    theirs: Any
    mine: Any

    def map(self, change: Callable[[Any], Any]) -> "Versions":
        """Return what `change` returns for each part that is known and there."""
        return Versions(*(part if part is UNKNOWN or part is MISSING else change(part) for part in self))

    def get(self, name: Any) -> "Versions":
        """Return the parts with the name."""
        return self.map(lambda part: part.get(name))


@dataclass
class Difference:
    """What differs in one place, as texts and images, and its resolutions: some of "theirs", "mine" and "both"."""

    name: str
    place: str
    theirs: str
    mine: str
    images: list[list[AbstractImage]]  # theirs, then mine
    options: tuple[str, ...]
    default: str  # empty if somebody has to choose
    is_conflict: bool


class Merge:
    """The merged `content` of a page, and its `differences`, for serialised contents of the page type `model`.

    What only one of the two has changed since `base` is taken. `choices` has the options that were chosen, by the names
    of differences. The same contents give the same names. Fields that are `fixed` are taken from `theirs`.
    """

    def __init__(
        self,
        model: type[Page],
        base: Mapping[str, Any] | None,
        theirs: dict[str, Any],
        mine: dict[str, Any],
        choices: Mapping[str, str] | None = None,
        fixed: Container[str] = (),
    ) -> None:
        self.differences: list[Difference] = []
        self.content = dict(theirs)
        self._choices = choices or {}
        contents = Versions(base or UNKNOWN, theirs, mine)
        form_class = model.get_edit_handler().get_form_class()
        for name in (name for name in form_class.base_fields if name not in fixed):
            self._merge_field(model, name, contents)
        for name, formset in form_class.formsets.items():
            if name in theirs:
                self._merge_rows(name, capfirst(formset.model._meta.verbose_name), formset.model, contents)

    def replaces_nothing(self, is_own: bool) -> bool:
        """Return whether the late version has everything of the current draft.

        If both are of the same user (`is_own`), words may have been typed on: autosave may have sent them on their way.
        """
        return all(
            not removed_words(Counter(difference.theirs.split()), Counter(difference.mine.split())) and is_own
            if difference.is_conflict
            else difference.default == "mine"
            for difference in self.differences
        )

    def _merge_field(self, model: type[Page], name: str, contents: Versions) -> None:
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:  # of the form alone
            return
        label = capfirst(field.verbose_name)
        if name in contents.theirs and field.many_to_many:
            self.content[name] = self._merge_items(label, field, contents.get(name))
        elif name in contents.theirs:
            self.content[name] = self._merge_value(label, field, contents.get(name))
        elif field.many_to_many:  # tags are rows of a model of their own
            through = field.remote_field.through
            relation = next(each for each in get_all_child_relations(model) if each.related_model is through)
            self._merge_rows(relation.get_accessor_name(), label, through, contents)

    def _merge_rows(self, name: str, label: str, model: type[models.Model], contents: Versions) -> None:
        rows = self._merge_items(label, model, contents.get(name))
        self.content[name] = [row | {"sort_order": n} if "sort_order" in row else row for n, row in enumerate(rows)]

    def _merge_value(self, place: str, shape: Any, values: Versions) -> Any:
        """Return the merged value. `shape` is its block or field."""
        match shape:
            case StreamField():
                blocks = values.map(lambda value: json.loads(value) if isinstance(value, str) else value)
                return json.dumps(self._merge_value(place, shape.stream_block, blocks))
            case BaseStreamBlock() | ListBlock() if all(map(_has_blocks, values)):
                return self._merge_items(place, shape, values)
            case BaseStructBlock() if isinstance(values.theirs, dict) and isinstance(values.mine, dict):
                values = values.map(lambda value: value or {})
                return values.theirs | {
                    name: self._merge_value(f"{place}, {block.label}", block, values.get(name))
                    for name, block in shape.child_blocks.items()
                }
            case RichTextBlock() | TextBlock() | models.TextField():
                return self._merge_text(place, shape, values.map(lambda value: value or ""))
        return self._choose(place, values, lambda value: (shape, value))[0]

    def _merge_items(self, place: str, shape: Any, lists: Versions) -> list[Any]:
        """Return the merged list of blocks, rows or ids. `shape` is what holds them."""
        items = _pair(lists.map(lambda value: value or []))
        order = _interleave(items.theirs, items.mine)
        merged = {key: self._merge_item(place, shape, _get_item(items, key)) for key in order}
        if isinstance(shape, Block) or hasattr(shape, "sort_order"):
            # What was added or deleted says nothing about the order.
            common = set(items.theirs) & set(items.mine)
            orders = items.map(lambda found: [key for key in found if key in common])
            if orders.base is not UNKNOWN:
                orders = orders.map(lambda keys: [key for key in keys if key in items.base])
            show = partial(_describe_order, shape, items.theirs)
            chosen = self._choose(_("%(place)s: order") % {"place": place}, orders, show)[0]
            if chosen == orders.mine:
                order = _interleave(items.mine, items.theirs)
        return [item for key in order for item in merged[key]]

    def _merge_item(self, place: str, shape: Any, item: Versions) -> list[Any]:
        """Return what takes the place of an item: one, two or none."""
        present = item.mine if item.theirs is MISSING else item.theirs
        label, inner_shape, _value = open_item(shape, present)
        place = f"{place}, {label}" if label else place
        # Rows that have rows of their own are taken as a whole.
        has_parts = isinstance(present, dict) and MISSING not in item and ("value" in present or not _has_rows(present))
        if has_parts and _plain(item.theirs) != _plain(item.mine) and item.theirs.get("type") == item.mine.get("type"):
            before = len(self.differences)
            merged = item.theirs | self._merge_parts(place, inner_shape, item)
            is_text = isinstance(inner_shape, TextBlock | RichTextBlock)
            if is_text or not any(difference.is_conflict for difference in self.differences[before:]):
                return [merged]
            del self.differences[before:]
        chosen = self._choose(place, item, lambda value: open_item(shape, value)[1:], isinstance(present, dict))
        if len(chosen) == 2:
            chosen[1] = chosen[1] | ({"id": str(uuid4())} if "value" in present else {"pk": None})
        return chosen

    def _merge_parts(self, place: str, shape: Any, item: Versions) -> dict[str, Any]:
        """Return the merged value of a block, or the merged columns of a row, whose model is `shape`."""
        if not is_model(shape):
            return {"value": self._merge_value(place, shape, item.get("value"))}
        return {
            field.name: self._merge_value(f"{place}, {capfirst(field.verbose_name)}", field, item.get(field.name))
            for field in shape._meta.concrete_fields
            if field.name in item.theirs and not is_technical(field)
        }

    def _merge_text(self, place: str, shape: Any, texts: Versions) -> str:
        """Return the merged text. Each line, or paragraph of rich text, is merged by itself."""
        is_rich = isinstance(shape, RichTextBlock | RichTextField)
        merged = ""
        for hunk in _split(texts, is_rich):
            hunk = hunk.map(lambda text: text or MISSING)
            chosen = self._choose(place, hunk, lambda text: (shape, text), isinstance(shape, Block))
            if len(chosen) == 2 and not is_rich:
                chosen[1] = "\n\n" + chosen[1].lstrip("\n")
            merged += "".join(chosen)
        return merged

    def _choose(
        self, place: str, values: Versions, open_: Callable[[Any], tuple[Any, Any]], can_be_both: bool = False
    ) -> list[Any]:
        """Return the value to take, or two, or none if it is missing there. Add a difference if there is one.

        `open_` returns the shape of a value, and what `describe` makes a text of.
        """
        base, theirs, mine = values.map(_plain)
        if theirs == mine:
            return [] if theirs is MISSING else [values.theirs]
        present = [name for name in ("theirs", "mine") if getattr(values, name) is not MISSING]
        options = ("theirs", "mine", "both") if can_be_both and len(present) == 2 else ("theirs", "mine")
        unchanged = {"mine": theirs, "theirs": mine}
        taken = next((name for name, other in unchanged.items() if other == base), "")
        default = taken or (present[0] if len(present) == 1 else "both" if "both" in options else "")
        name = f"choice-{len(self.differences)}"
        opened = [(None, None) if value is MISSING else open_(value) for value in values[1:]]
        text, other_text = (describe(*each).strip() for each in opened)
        images = [list(find_images(*each)) for each in opened]
        difference = Difference(name, place, text, other_text, images, options, default, is_conflict=not taken)
        self.differences.append(difference)
        choice = self._choices.get(name) or default or "theirs"
        chosen = [values.theirs, values.mine] if choice == "both" else [getattr(values, choice)]
        return [value for value in chosen if value is not MISSING]


def _plain(value: Any) -> Any:
    """Return a block, a row or a value without what differs from form to form."""
    if isinstance(value, str):
        return _PARAGRAPH_KEY.sub("", value).replace("\r\n", "\n")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        technical = {"id"} if {"type", "value"} <= value.keys() else {"pk", "sort_order"} if "pk" in value else set()
        return {name: _plain(part) for name, part in value.items() if name not in technical}
    return value


def _has_rows(row: dict[str, Any]) -> bool:
    return any(isinstance(value, list) for value in row.values())


def _has_blocks(value: Any) -> bool:
    return value is UNKNOWN or not value or (isinstance(value, list) and all("value" in item for item in value))


def _pair(lists: Versions) -> Versions:
    """Return the items of each list by keys: the same for the same item, by its id or by its content."""
    known: dict[Any, list[Any]] = defaultdict(list)
    ids = set()
    for item in lists.theirs if lists.base is UNKNOWN else lists.base:
        if (identity := _identify(item)) is not None:
            ids.add(identity)
            known[_to_json(item)].append(identity)

    def add_keys(items: list[Any]) -> dict[Any, Any]:
        own = {_identify(item) for item in items}
        free = {content: iter([key for key in keys if key not in own]) for content, keys in known.items()}
        found: dict[Any, Any] = {}
        seen: Counter[Any] = Counter()
        for item in items:
            key = _identify(item)
            if key not in ids:
                content = _to_json(item)
                key = next((other for other in free.get(content, ()) if other not in found), content)
            seen[key] += 1
            found[key if seen[key] == 1 else (key, seen[key])] = item
        return found

    return lists.map(add_keys)


def _identify(item: Any) -> Any:
    return item.get("id") or item.get("pk") if isinstance(item, dict) else item


def _to_json(item: Any) -> str:
    return json.dumps(_plain(item), sort_keys=True, default=str)


def _get_item(items: Versions, key: Any) -> Versions:
    return items.map(lambda found: found.get(key, MISSING))


def _interleave(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> list[Any]:
    """Return all keys in the order of `first`. Those of `second` alone come after the one that they follow there."""
    followers = defaultdict(list)
    last: Any = MISSING
    for key in second:
        if key in first:
            last = key
        else:
            followers[last].append(key)
    return [*followers[MISSING], *(each for key in first for each in (key, *followers[key]))]


def _describe_order(shape: Any, items: Mapping[Any, Any], keys: list[Any]) -> tuple[None, str]:
    texts = (describe(*open_item(shape, items[key])[1:]).partition("\n")[0][:60] for key in keys)
    return None, "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))


def _split(texts: Versions, is_rich: bool) -> Iterator[Versions]:
    """Yield what stands in the same place of the texts, from one line that is in all of them to the next."""
    pieces = texts.map(partial(cut_into_pieces, is_rich=is_rich))
    base = pieces.theirs if pieces.base is UNKNOWN else pieces.base
    lists = (base, pieces.theirs, pieces.mine)
    plain = [[_plain(piece) for piece in each] for each in lists]
    places = [find_places(plain[0], version) for version in plain[1:]]
    starts = [0, 0, 0]
    for i in range(len(base) + 1):
        # Where the end of one piece and the beginning of the next are in each text. One known piece says both.
        ends, begins = [i], [i]
        for place, version in zip(places, lists[1:], strict=True):
            end = place.get(i - 1, -2) + 1 if i else 0
            begin = place.get(i, -1) if i < len(base) else len(version)
            ends.append(begin if end == -1 else end)
            begins.append(end if begin == -1 else begin)
        if -1 in ends:
            continue
        for first, last in ((starts, ends), (ends, begins)):
            spans = [each[start:stop] for each, start, stop in zip(lists, first, last, strict=True)]
            is_paired = len(set(map(len, spans))) == 1
            for hunk in zip(*spans, strict=True) if is_paired else [tuple(map("".join, spans))]:
                yield Versions(UNKNOWN if pieces.base is UNKNOWN else hunk[0], *hunk[1:])
        starts = begins

"""Wagtail's rich text editor, telling of each change as it happens, and opening whatever text is stored."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.core.exceptions import BadRequest
from draftjs_exporter.engines.string import DOMString, Elt
from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.admin.rich_text.converters.contentstate_models import ContentState
from wagtail.admin.rich_text.converters.html_to_contentstate import (
    BLOCK_KEY_NAME,
    HandlerState,
    HtmlToContentStateHandler,
)
from wagtail.rich_text import features as feature_registry

from galley.preview.rich_text_links import prefetch_links

# Elements that the editor couldn't show. A view that tells of them sets an empty set before it renders the form.
dropped_elements: ContextVar[set[str]] = ContextVar("dropped_elements")
# Of list items. The editor makes five levels; the exporter raises RecursionError for some hundred.
MAX_DEPTH = 20
# Of styles and links at one place: the exporter takes quadratic time, and raises RecursionError for some hundred.
MAX_OVERLAPPING = 50
# Of elements in wrong nesting: repairing them takes quadratic time. Of what is deeper or more, the words stay.
MAX_REPAIRED_DEPTH = 500
MAX_REPAIRED_TAGS = 20_000
# What Wagtail stores: text, and tags without a sign in an attribute that could end them.
_NAMES = "a|b|blockquote|br|code|del|em|h[1-6]|hr|i|li|ol|p|s|strong|sub|sup|u|ul"
_TOKEN = re.compile(
    rf"(?P<text>[^<]+)|</(?P<end>{_NAMES})>|<(?P<start>{_NAMES})"
    r'(?P<attributes>(?: [a-z-]+="(?:[^"<>&]|&(?:amp|gt|lt|quot|\#x27);)*+")*+)(?P<is_empty>/)?>'
)
_OPENING, _TAG = re.compile(r"<([a-z][a-z0-9]*)"), re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
BLOCKS = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ol", "ul", "li", "div", "[document]"]


class GrowingText:
    """The text of a block to which is added often. Adding to a string copies what is there already."""

    def __init__(self, text: str) -> None:
        self._pieces, self._length = [text], len(text)

    def __iadd__(self, piece: str) -> "GrowingText":
        self._pieces.append(piece)
        self._length += len(piece)
        return self

    def __len__(self) -> int:
        return self._length

    def __str__(self) -> str:
        return "".join(self._pieces)


class TolerantReader(HtmlToContentStateHandler):
    """Reads stored HTML for the editor. Wagtail's reader raises for wrong nesting and for missing attributes."""

    def feed(self, html: str) -> None:
        """Read `html`. What can't be shown is added to `dropped_elements`; the words in it stay."""
        prefetch_links(html, self.element_handlers)
        with suppress(Exception):  # the handlers raise errors of any kind
            self._read(html)
            if not self.open_elements:
                return
        self.reset()
        super().feed(self._repair(html))

    def _read(self, html: str) -> None:
        """Read `html`; what Wagtail stores in a fifth of the time that Python's parser takes."""
        tokens = list(_TOKEN.finditer(html))
        if sum(token.end() - token.start() for token in tokens) < len(html):
            super().feed(html)
            HTMLParser.close(self)  # hands over a tag or comment that has no end
            return
        for token in tokens:
            text, end, start, attributes, is_empty = token.groups()
            if text:
                self.handle_data(unescape(text))
            elif end:
                self.handle_endtag(end)
            else:
                found: list[tuple[str, str | None]] = [
                    (name, unescape(value)) for name, value in _ATTRIBUTE.findall(attributes)
                ]
                (self.handle_startendtag if is_empty else self.handle_starttag)(start, found)

    def handle_data(self, content: str) -> None:
        """Add `content` to the block."""
        block = self.state.current_block
        if block and isinstance(block.text, str):
            block.text = GrowingText(block.text)
        super().handle_data(content)

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; note one that the editor doesn't know."""
        if name not in ("div", "span") and not self.element_handlers.match(name, dict(attrs)):
            dropped_elements.get(set()).add(name)
        super().handle_starttag(name, [(key, value or "") for key, value in attrs])

    def _repair(self, html: str) -> str:
        """Return `html` nested as it should be, without the elements that Wagtail's handlers refuse."""
        if html.count("<") > MAX_REPAIRED_TAGS:
            dropped_elements.get(set()).update(_OPENING.findall(html))
            return f"<p>{escape(unescape(_TAG.sub(' ', html)))}</p>"
        soup, state = BeautifulSoup(html, "html.parser"), HandlerState()
        depths: dict[int, int] = {}
        for element in soup.find_all(True):
            depths[id(element)] = depths.get(id(element.parent), 0) + 1
        if max(depths.values(), default=0) > MAX_REPAIRED_DEPTH:
            dropped_elements.get(set()).update(element.name for element in soup.find_all(True))
            return f"<p>{escape(soup.get_text())}</p>"
        state.list_item_type = "unordered-list-item"  # so that list items can be tried alone
        for element in soup.find_all(True):
            if element.name == "li" and element.parent and element.parent.name not in ("ol", "ul"):
                element.name = "p"
            while element.name in BLOCKS and (around := element.parent) and around.name not in BLOCKS:
                self._leave_out(around)
            try:
                if handler := self.element_handlers.match(element.name, element.attrs):
                    handler.handle_starttag(element.name, element.attrs.items(), state, ContentState())
            except Exception:  # as above
                self._leave_out(element)
        return str(soup)

    def _leave_out(self, element: Tag) -> None:
        dropped_elements.get(set()).add(element.name)
        element.unwrap()


class LinearDOM(DOMString):
    """Appends in constant time: upstream searches each child among all before it, to append a list only once."""

    @staticmethod
    def append_child(elt: Elt, child: Any) -> None:
        """Append `child`, unless it is an element that was appended just before."""
        if not (isinstance(child, Elt) and elt.children and elt.children[-1] is child):
            elt.children.append(child)


def _with_key(tag: str) -> Callable[[dict[str, Any]], Elt]:
    """Return what makes the elements of blocks, as upstream does in twice the time."""

    def make_element(props: dict[str, Any]) -> Elt:
        key = props["block"].get("key")
        element = Elt(tag, {} if key is None else {BLOCK_KEY_NAME: str(key)})
        if props["children"] not in (None, ""):
            element.children.append(props["children"])
        return element

    return make_element


class TolerantConverter(ContentstateConverter):
    """Converts rich text of any form and length between the database and the editor."""

    def __init__(self, features: list[str]) -> None:
        super().__init__(features)
        self.exporter._engine = f"{__name__}.{LinearDOM.__name__}"
        configs = {"unstyled": "p"}
        for feature in features:
            rule = feature_registry.get_converter_rule("contentstate", feature) or {"to_database_format": {}}
            configs |= rule["to_database_format"].get("block_map", {})
        for kind, config in configs.items():
            tag = config if isinstance(config, str) else config.get("element") if isinstance(config, dict) else None
            if isinstance(tag, str) and (isinstance(config, str) or config.keys() <= {"element", "wrapper"}):
                self.exporter.block_options[kind].element = _with_key(tag)

    def from_database_format(self, html: str) -> str:
        """Return what the editor is given for `html`: as upstream, without indents, which take a third of the time."""
        reader = TolerantReader(self.features)  # of its own, since threads share the converter
        reader.feed(html)
        reader.close()
        state: str = reader.contentstate.as_json(separators=(",", ":"), default=str)  # a `GrowingText`
        return state

    def to_database_format(self, contentstate_json: str) -> str:
        """Return the HTML of what the editor sent. Raises BadRequest for what no editor sends.

        Items of a list that are nested too deeply stay, at `MAX_DEPTH`.
        """
        try:
            state = json.loads(contentstate_json) or {}
            for block in state.get("blocks", []):
                block["depth"] = min(block.get("depth", 0), MAX_DEPTH)
                if ranges := [*block.get("inlineStyleRanges", []), *block.get("entityRanges", [])]:
                    self._check_ranges(ranges)
            html: str = self.exporter.render(state)
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise BadRequest("A rich text can't be read.") from error
        return html

    def _check_ranges(self, ranges: list[dict[str, int]]) -> None:
        starts = sorted(each["offset"] for each in ranges)
        ends = sorted(each["offset"] + each["length"] for each in ranges)
        if any(before - bisect_right(ends, start) >= MAX_OVERLAPPING for before, start in enumerate(starts)):
            raise ValueError("Too many styles overlap.")


class LiveRichTextArea(DraftailRichTextArea):
    """Writes its hidden field at once. Draftail otherwise waits 250 ms after the last key (`stateSaveInterval`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options["stateSaveInterval"] = 0
        self.converter = TolerantConverter(self.features)

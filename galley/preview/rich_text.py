"""Wagtail's rich text editor, telling of each change as it happens, and opening whatever text is stored."""

import json
from bisect import bisect_right
from contextlib import suppress
from contextvars import ContextVar
from html.parser import HTMLParser
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.core.exceptions import BadRequest
from draftjs_exporter.engines.string import DOMString, Elt
from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.admin.rich_text.converters.contentstate_models import ContentState
from wagtail.admin.rich_text.converters.html_to_contentstate import HandlerState, HtmlToContentStateHandler

# Elements that the editor couldn't show. A view that tells of them sets an empty set before it renders the form.
dropped_elements: ContextVar[set[str]] = ContextVar("dropped_elements")
# Of list items. The editor makes five levels; the exporter raises RecursionError for some hundred.
MAX_DEPTH = 20
# Of styles and links at one place: the exporter takes quadratic time, and raises RecursionError for some hundred.
MAX_OVERLAPPING = 50
BLOCKS = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ol", "ul", "li", "div", "[document]"]


class TolerantReader(HtmlToContentStateHandler):
    """Reads stored HTML for the editor. Wagtail's reader raises for wrong nesting and for missing attributes."""

    def feed(self, html: str) -> None:
        """Read `html`. What can't be shown is added to `dropped_elements`; the words in it stay."""
        with suppress(Exception):  # the handlers raise errors of any kind
            super().feed(html)
            HTMLParser.close(self)  # hands over a tag or comment that has no end
            if not self.open_elements:
                return
        self.reset()
        super().feed(self._repair(html))

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; note one that the editor doesn't know."""
        if name not in ("div", "span") and not self.element_handlers.match(name, dict(attrs)):
            dropped_elements.get(set()).add(name)
        super().handle_starttag(name, [(key, value or "") for key, value in attrs])

    def _repair(self, html: str) -> str:
        """Return `html` nested as it should be, without the elements that Wagtail's handlers refuse."""
        soup, state = BeautifulSoup(html, "html.parser"), HandlerState()
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


class TolerantConverter(ContentstateConverter):
    """Converts rich text of any form and length between the database and the editor."""

    def __init__(self, features: list[str]) -> None:
        super().__init__(features)
        self.html_to_contentstate_handler = TolerantReader(features)
        self.exporter._engine = f"{__name__}.{LinearDOM.__name__}"

    def from_database_format(self, html: str) -> str:
        """Return what the editor is given for `html`: as upstream, without indents, which take a third of the time."""
        reader = self.html_to_contentstate_handler
        reader.reset()
        reader.feed(html)
        reader.close()
        state: str = reader.contentstate.as_json(separators=(",", ":"))
        return state

    def to_database_format(self, contentstate_json: str) -> str:
        """Return the HTML of what the editor sent. Raises BadRequest for what no editor sends.

        Items of a list that are nested too deeply stay, at `MAX_DEPTH`.
        """
        try:
            state = json.loads(contentstate_json) or {}
            for block in state.get("blocks", []):
                block["depth"] = min(block.get("depth", 0), MAX_DEPTH)
                self._check_ranges([*block.get("inlineStyleRanges", []), *block.get("entityRanges", [])])
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

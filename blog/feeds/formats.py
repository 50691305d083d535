"""The formats of feeds: Django's Atom and RSS, with full texts and several authors, and JSON Feed.

A browser shows a feed as bare XML. Browsers are removing XSLT, so a style sheet formats the feed. CSS can't make a text
a link. So the feed itself contains links: summaries are XHTML, which is allowed in Atom, and in RSS as an Atom element.
The style sheet stretches the link of a summary over its whole entry.
"""

import datetime
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.templatetags.static import static
from django.utils import feedgenerator
from django.utils.feedgenerator import Stylesheet, rfc3339_date
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.xmlutils import SimplerXMLGenerator

XHTML = "http://www.w3.org/1999/xhtml"
# Characters that XML 1.0 doesn't allow (section 2.2), not even as references.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class DatedFeed(feedgenerator.SyndicationFeed):
    """A feed whose date of change is `beginning` as long as it has no posts, instead of the current time."""

    def latest_post_date(self) -> datetime.datetime:
        """Return the date of the newest post or change."""
        return super().latest_post_date() if self.items else self.feed["beginning"]


class StyledFeed(DatedFeed):
    """The common part of Atom and RSS."""

    # A browser shows this type, but offers to download a feed's own type. Feed readers and validators accept both.
    content_type = "application/xml; charset=utf-8"
    atom = ""
    """The prefix of Atom's elements."""

    def __init__(self, **kwargs: Any) -> None:
        sheet = Stylesheet(static("css/feed.css"), mimetype="text/css", media="all")
        clean = {name: _clean(value) for name, value in kwargs.items()}
        super().__init__(**clean, stylesheets=[sheet])

    def add_item(self, **fields: Any) -> None:  # type: ignore[override]
        """Add the fields of a post, as `blog.feeds.views.build_item` returns them."""
        super().add_item(**{name: _clean(value) for name, value in fields.items()})

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        """Add the elements of the whole feed, and for people who open it in a browser what a feed is."""
        super().add_root_elements(handler)
        hint = gettext("This address is for feed readers: add it to yours, and new posts come to you.")
        with _element(handler, f"{self.atom}subtitle", type="xhtml"), _element(handler, "div", xmlns=XHTML):
            handler.addQuickElement("p", self.feed["description"])
            with _element(handler, "p"):
                handler.characters(f"{hint} ")
                handler.addQuickElement("a", gettext("Read on the site"), {"href": self.feed["link"]})

    def add_summary(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add the summary of a post, as a link to it."""
        with _element(handler, f"{self.atom}summary", type="xhtml"), _element(handler, "div", xmlns=XHTML):
            handler.addQuickElement("a", item["description"] or item["title"], {"href": item["link"]})


class AtomFeed(StyledFeed, feedgenerator.Atom1Feed):
    """Atom (RFC 4287)."""

    def write(self, outfile: Any, encoding: str) -> None:
        """Write the feed as `Atom1Feed.write` does, which doesn't support style sheets."""
        handler = SimplerXMLGenerator(outfile, encoding, short_empty_elements=True)
        handler.startDocument()
        for stylesheet in self.feed["stylesheets"]:
            handler.processingInstruction("xml-stylesheet", stylesheet)
        with _element(handler, "feed", **self.root_attributes()):
            self.add_root_elements(handler)
            self.write_items(handler)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add the elements of a post."""
        super().add_item_elements(handler, item | {"description": None})
        for name, address in item["authors"]:
            with _element(handler, "author"):
                handler.addQuickElement("name", name)
                handler.addQuickElement("uri", address)
        self.add_summary(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


class RssFeed(StyledFeed, feedgenerator.Rss201rev2Feed):
    """RSS 2.0, with the text in `content:encoded` and the authors in `dc:creator`.

    RSS requires an email address in its own `author`.
    """

    atom = "atom:"

    def rss_attributes(self) -> dict[str, str]:
        """Return the attributes of the outermost element: the names of the modules."""
        return super().rss_attributes() | {
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        }

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add the elements of a post."""
        super().add_item_elements(handler, item | {"description": escape(item["description"])})
        for name, _address in item["authors"]:
            handler.addQuickElement("dc:creator", name)
        handler.addQuickElement("atom:updated", rfc3339_date(item["updateddate"]))
        self.add_summary(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class JsonFeed(DatedFeed):
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        """Write the feed; JSON is always UTF-8."""
        feed = self.feed
        described = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed["title"],
            "home_page_url": feed["link"],
            "feed_url": feed["feed_url"],
            "description": feed["description"],
            "language": feed["language"],
            "authors": [{"name": feed["author_name"], "url": feed["author_link"]}],
            "items": [_describe_item(item) for item in self.items],
        }
        json.dump(described, outfile, ensure_ascii=False)


def _describe_item(item: dict[str, Any]) -> dict[str, Any]:
    fields = {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "summary": item["description"],
        "content_html": item["content"],
        "date_published": rfc3339_date(item["pubdate"]),
        "date_modified": rfc3339_date(item["updateddate"]),
        "authors": [{"name": name, "url": address} for name, address in item["authors"]],
        "tags": item["categories"],
    }
    # Unknown fields are left out. An empty text is still a text.
    return {name: value for name, value in fields.items() if value or name == "content_html"}


@contextmanager
def _element(handler: SimplerXMLGenerator, name: str, **attributes: str) -> Iterator[None]:
    handler.startElement(name, AttributesImpl(attributes))
    yield
    handler.endElement(name)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_IN_XML.sub("\ufffd", value)
    if isinstance(value, list | tuple):
        return type(value)(map(_clean, value))
    return value


Feed = AtomFeed | RssFeed | JsonFeed
FORMATS: dict[str, type[Feed]] = {"atom": AtomFeed, "rss": RssFeed, "json": JsonFeed}

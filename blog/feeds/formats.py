"""The three formats: Django's Atom and RSS with full texts and several authors, and JSON Feed beside them.

Browsers show a feed as bare XML. XSLT, the old remedy, is being taken out of them; a style sheet stays. It can style
what is there and make nothing a link, so links are in the feed: summaries are XHTML, which Atom allows in so many
words and RSS as an Atom element. The sheet lets the link of a summary cover its whole entry.
"""

import datetime
import re
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.templatetags.static import static
from django.utils import feedgenerator
from django.utils.feedgenerator import Stylesheet, rfc3339_date
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.xmlutils import SimplerXMLGenerator

from blog.feeds.json_feed import JsonFeed

XHTML = "http://www.w3.org/1999/xhtml"
# What XML 1.0 has no place for (section 2.2), however it is written.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class StyledFeed(feedgenerator.SyndicationFeed):
    """What Atom and RSS have in common. Without posts, `beginning` is when something changed last."""

    # Browsers show this, and offer to save what says that it is a feed; feed readers and validators take both.
    content_type = "application/xml; charset=utf-8"
    atom = ""
    """The prefix of Atom's elements."""

    def __init__(self, *, beginning: datetime.datetime, **kwargs: Any) -> None:
        sheet = Stylesheet(static("css/feed.css"), mimetype="text/css", media="all")
        clean = {name: _clean(value) for name, value in kwargs.items()}
        super().__init__(**clean, stylesheets=[sheet])
        self.beginning = beginning

    def add_item(self, **fields: Any) -> None:  # type: ignore[override]
        """Add a post as `blog.feeds.building` describes it."""
        super().add_item(**{name: _clean(value) for name, value in fields.items()})

    def latest_post_date(self) -> datetime.datetime:
        """Return when something changed last: the same for as long as nothing does."""
        return super().latest_post_date() if self.items else self.beginning

    def add_explanation(self, handler: SimplerXMLGenerator) -> None:
        """Say to a person who opens the feed what it is, and lead them to what they can read."""
        _open(handler, f"{self.atom}subtitle", type="xhtml")
        _open(handler, "div", xmlns=XHTML)
        handler.addQuickElement("p", self.feed["description"])
        _open(handler, "p")
        handler.characters(gettext("This address is for feed readers: add it to yours, and new posts come to you."))
        handler.characters(" ")
        handler.addQuickElement("a", gettext("Read on the site"), {"href": self.feed["link"]})
        handler.endElement("p")
        handler.endElement("div")
        handler.endElement(f"{self.atom}subtitle")

    def add_summary(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add the summary of a post, as a link to it."""
        _open(handler, f"{self.atom}summary", type="xhtml")
        _open(handler, "div", xmlns=XHTML)
        handler.addQuickElement("a", item["description"] or item["title"], {"href": item["link"]})
        handler.endElement("div")
        handler.endElement(f"{self.atom}summary")


class AtomFeed(StyledFeed, feedgenerator.Atom1Feed):
    """Atom (RFC 4287)."""

    def write(self, outfile: Any, encoding: str) -> None:
        """Write the feed as `Atom1Feed.write` does, which knows no style sheets yet."""
        handler = SimplerXMLGenerator(outfile, encoding, short_empty_elements=True)
        handler.startDocument()
        for stylesheet in self.feed["stylesheets"]:
            handler.processingInstruction("xml-stylesheet", stylesheet)
        _open(handler, "feed", **self.root_attributes())
        self.add_root_elements(handler)
        self.write_items(handler)
        handler.endElement("feed")

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        """Add what is told of the whole feed."""
        super().add_root_elements(handler)
        self.add_explanation(handler)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add what is told of a post."""
        super().add_item_elements(handler, item | {"description": None})
        for name, address in item["authors"]:
            _open(handler, "author")
            handler.addQuickElement("name", name)
            handler.addQuickElement("uri", address)
            handler.endElement("author")
        self.add_summary(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


class RssFeed(StyledFeed, feedgenerator.Rss201rev2Feed):
    """RSS 2.0, with the text in `content:encoded` and the authors in `dc:creator`, since they have no addresses."""

    atom = "atom:"

    def rss_attributes(self) -> dict[str, str]:
        """Return the attributes of the outermost element: the names of the modules."""
        return super().rss_attributes() | {
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        }

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        """Add what is told of the whole feed."""
        super().add_root_elements(handler)
        self.add_explanation(handler)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add what is told of a post."""
        super().add_item_elements(handler, item | {"description": escape(item["description"])})
        for name, _address in item["authors"]:
            handler.addQuickElement("dc:creator", name)
        handler.addQuickElement("atom:updated", rfc3339_date(item["updateddate"]))
        self.add_summary(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


def _open(handler: SimplerXMLGenerator, name: str, **attributes: str) -> None:
    handler.startElement(name, AttributesImpl(attributes))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_IN_XML.sub("\ufffd", value)
    if isinstance(value, list | tuple):
        return type(value)(map(_clean, value))
    return value


Feed = AtomFeed | RssFeed | JsonFeed
FORMATS: dict[str, type[Feed]] = {"atom": AtomFeed, "rss": RssFeed, "json": JsonFeed}

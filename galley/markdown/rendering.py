"""Markdown to HTML in two steps: what depends on the text alone is kept, what depends on the site is filled in anew."""

import hashlib
import logging
from threading import Lock

from cachetools import LRUCache, cached
from django.template.defaultfilters import linebreaks_filter
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from galley.markdown.assembling import render_in_chunks
from galley.markdown.parser import parser
from galley.markdown.parts import Part, cut_at_references, memory_size
from galley.markdown.references import Reference, fetch_targets
from galley.markdown.sanitising import sanitise

logger = logging.getLogger(__name__)

# Twice what a Markdown block takes. Longer text is printed as it is.
LONGEST_TEXT = 400_000

MAX_CACHE_BYTES = 16 * 1024 * 1024


def render_markdown(text: str, footnotes_name: str = "") -> SafeString:
    """Return the sanitised HTML of the Markdown `text`. Blocks: reads the database if there are links into the site.

    `footnotes_name` goes into the ids of footnotes, to tell them from those of another text on the same page.
    Text that can't be parsed comes back escaped, as plain paragraphs; nothing is ever raised for what a text says.
    """
    parts = render_parts(str(text), footnotes_name)
    references = [part.reference for part in parts if not isinstance(part, str)]
    return mark_safe(_fill_in(parts, references) if references else "".join(map(str, parts)))


def _fill_in(parts: tuple[Part, ...], references: list[Reference]) -> str:
    targets = fetch_targets(references)
    return "".join(part if isinstance(part, str) else part.fill_in(targets) for part in parts)


def _hash_text(text: str, footnotes_name: str) -> bytes:
    whole = f"{get_language()}\0{footnotes_name}\0{text}".encode(errors="surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).digest()


@cached(LRUCache(MAX_CACHE_BYTES, getsizeof=memory_size), key=_hash_text, lock=Lock())
def render_parts(text: str, footnotes_name: str) -> tuple[Part, ...]:
    """Return the sanitised parts of `text`, which depend on nothing but the text and the language."""
    if len(text) <= LONGEST_TEXT:
        try:
            encodable = text.encode(errors="replace").decode()
            return render_in_chunks(encodable, footnotes_name) or render_whole(encodable, footnotes_name)
        except Exception:
            # RecursionError, or a defect in the parser: one text must not take its whole page down.
            logger.exception(
                "A Markdown text of %d characters could not be rendered; it is printed as it is", len(text)
            )
    return (linebreaks_filter(text, autoescape=True),)


def render_whole(text: str, footnotes_name: str = "") -> tuple[Part, ...]:
    """Return the sanitised parts of the Markdown `text`, rendered at one go: what rendering in chunks has to equal."""
    # markdown-it's footnotes take their name from `docId`.
    env = {"docId": footnotes_name} if footnotes_name else {}
    return cut_at_references(sanitise(parser.render(text, env)))

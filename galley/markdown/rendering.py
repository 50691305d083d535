"""Renders Markdown in two steps: sanitised HTML, cached by its text, then the internal links in it."""

import hashlib
import logging
from threading import Lock

from cachetools import cached
from django.template.defaultfilters import linebreaks_filter
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from galley.markdown.caching import make_html_cache
from galley.markdown.headings import number_equal_ids
from galley.markdown.incremental import render_incrementally
from galley.markdown.internal_links import resolve_links
from galley.markdown.parser import parser
from galley.markdown.sanitising import sanitise
from galley.markdown.time_limit import MAX_SECONDS, TooSlow, is_time_limited, time_text

logger = logging.getLogger(__name__)

# Twice what a Markdown block takes. Longer text is printed as it is.
MAX_LENGTH = 400_000

MAX_CACHE_BYTES = 16 * 1024 * 1024
# Short texts are quickly rendered again. Without a bound on their number, a process would gain memory for days.
MAX_CACHED_TEXTS = 2_000
# A text that is typed is another one with each key. The other texts of some drafts have room beside it.
MAX_DRAFT_CACHE_BYTES = 1024 * 1024


def render_markdown(text: str, footnotes_name: str = "") -> SafeString:
    """Return the sanitised HTML of the Markdown `text`. Blocks: reads the database if there are internal links.

    `footnotes_name` becomes part of the ids of footnotes, to make them unique on a page with several texts.
    Text that can't be rendered comes back escaped, as plain paragraphs, with a note for the live preview. Never raises
    for the content of a text.
    """
    try:
        html = render_unresolved(str(text), footnotes_name)
    except TooSlow:
        # Not cached: chunks that were rendered in time are cached, so the next attempt may succeed.
        logger.warning("A Markdown text of %d characters takes more than %s s", len(text), MAX_SECONDS)
        note = _("A Markdown text takes too long to format. Split it into several blocks, or the page into several.")
        html = _print_as_it_is(str(text), note)
    return mark_safe(resolve_links(html))


def _print_as_it_is(text: str, note: str) -> str:
    return f'<div data-preview-note="{escape(note)}">{linebreaks_filter(text, autoescape=True)}</div>'


def _hash_text(text: str, footnotes_name: str) -> bytes:
    whole = f"{get_language()}\0{footnotes_name}\0{text}".encode(errors="surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).digest()


def render_unresolved(text: str, footnotes_name: str) -> str:
    """Return the sanitised HTML of `text` before its internal links are resolved. It depends on text and language.

    Raises `TooSlow` for a draft's text after `MAX_SECONDS`.
    """
    return (render_draft if is_time_limited() else render_published)(text, footnotes_name)


def _render(text: str, footnotes_name: str) -> str:
    if len(text) <= MAX_LENGTH:
        try:
            encodable = text.encode(errors="replace").decode()
            with time_text():
                html = render_incrementally(encodable, footnotes_name) or render_whole(encodable, footnotes_name)
            return number_equal_ids(html)
        except TooSlow:
            raise
        except Exception:
            # RecursionError, or a defect in the parser: one text must not make its whole page fail.
            logger.exception("A Markdown text of %d characters can't be rendered; it is printed as it is", len(text))
    return _print_as_it_is(text, _("A Markdown text is too long, or too deeply nested, to be formatted."))


render_published = cached(make_html_cache(MAX_CACHE_BYTES, MAX_CACHED_TEXTS), key=_hash_text, lock=Lock())(_render)
render_draft = cached(make_html_cache(MAX_DRAFT_CACHE_BYTES), key=_hash_text, lock=Lock())(_render)


def render_whole(text: str, footnotes_name: str = "") -> str:
    """Return the sanitised HTML of `text`, parsed in one piece. Incremental rendering must give the same HTML."""
    # markdown-it's footnotes take their name from `docId`.
    env = {"docId": footnotes_name} if footnotes_name else {}
    return sanitise(parser.render(text, env))

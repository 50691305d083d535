"""Syntax highlighting on the server, by CSS classes."""

import re
from contextlib import suppress
from functools import lru_cache
from threading import Lock

from cachetools import cached
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from pygments import format
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import STANDARD_TYPES

from galley.markdown.caching import make_html_cache
from galley.markdown.time_limit import OutOfTime, render_in_time, time_colouring

# The classes that Pygments writes. The style sheet colours them, the sanitiser allows them.
TOKEN_CLASSES = frozenset(name for name in STANDARD_TYPES.values() if name)

# Longer code isn't highlighted. Many lexers take quadratic time on text in another language.
MAX_HIGHLIGHTED_LENGTH = 50_000
# Some expressions of Pygments take quadratic time for one line, or for one gap. Nothing else runs meanwhile.
MAX_LINE_LENGTH = 2_000
_LONG_GAP = re.compile(r"(?<!\s)\s{500}")
# Names of lexers with an expression that takes exponential time, such as for some tabs. Nothing else runs meanwhile.
_ENDLESS = frozenset({"Easytrieve"})

# To look up an unknown name, Pygments searches the installed packages for plugins: milliseconds for each listing.
_LANGUAGES = frozenset(
    alias.lower() for name, aliases, *_ in get_all_lexers(plugins=False) if name not in _ENDLESS for alias in aliases
)

MAX_CACHE_BYTES = 4 * 1024 * 1024

_formatter = HtmlFormatter(nowrap=True)


def highlight_code(code: str, language: str) -> SafeString:
    """Return `code` as escaped HTML, with `<span class>` around the tokens of `language`, one of Pygments' names.

    Code that is very long, slow, or in an unknown language is only escaped.
    """
    lexer = _find_lexer(language.lower()) if len(code) <= MAX_HIGHLIGHTED_LENGTH else None
    if lexer is None or max(map(len, code.split("\n"))) > MAX_LINE_LENGTH or _LONG_GAP.search(code):
        return escape(code)
    with suppress(OutOfTime):
        return mark_safe(_colour(code, lexer))
    return escape(code)


def render_code(code: str, language: str) -> SafeString:
    """Return `code` as `highlight_code` does; in a draft whose texts take too long, plain and with a note."""
    note = _("The texts of this draft take too long to format. Some of its code is shown without colours.")
    return render_in_time(lambda: highlight_code(code, language), code, note)


@cached(
    make_html_cache(MAX_CACHE_BYTES),
    key=lambda code, lexer: (code, lexer.name),
    lock=Lock(),
)
def _colour(code: str, lexer: Lexer) -> str:
    with time_colouring() as check:
        tokens = (token for token in lexer.get_tokens(code) if not check())
        html: str = format(tokens, _formatter)
    return html.removesuffix("\n")


def language_name(language: str) -> str:
    """Return the full name of `language`: 'JavaScript' for 'js'. A name unknown to Pygments is returned as it is."""
    lexer = _find_lexer(language.lower())
    return lexer.name if lexer else "" if language == "text" else language


@lru_cache(maxsize=64)
def _find_lexer(language: str) -> Lexer | None:
    if language == "text" or language not in _LANGUAGES:
        return None
    return get_lexer_by_name(language, stripnl=False)

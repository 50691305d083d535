"""Program code, coloured on the server by classes."""

from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

# The classes that Pygments writes; the style sheet colours them, the sanitiser lets them through.
TOKEN_CLASSES = frozenset(name for name in STANDARD_TYPES.values() if name)

# Some lexers take more than linear time on text that isn't in their language: past this length code stays plain.
LONGEST_HIGHLIGHTED = 50_000

_formatter = HtmlFormatter(nowrap=True)


def highlight_code(code: str, language: str) -> SafeString:
    """Return `code` as escaped HTML, with `<span class>` around what `language` (a name Pygments knows) gives a colour.

    Code in a language that isn't known, or that is very long, comes back escaped and otherwise as it is.
    """
    lexer = _find_lexer(language.lower()) if len(code) <= LONGEST_HIGHLIGHTED else None
    if lexer is None:
        return escape(code)
    return mark_safe(highlight(code, lexer, _formatter).removesuffix("\n"))


def name_language(language: str) -> str:
    """Return what `language` is called: 'JavaScript' for 'js'. One that Pygments doesn't know stays as written."""
    lexer = _find_lexer(language.lower())
    return lexer.name if lexer else "" if language == "text" else language


@lru_cache(maxsize=64)
def _find_lexer(language: str) -> Lexer | None:
    if len(language) > 30 or language in {"", "text"}:
        return None
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None

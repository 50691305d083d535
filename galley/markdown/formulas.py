"""Formulas: TeX to MathML, which browsers and screen readers support by themselves.

In Markdown they are written `$…$` within a line, `$$…$$` on lines of their own. Prices aren't formulas. The text
between two dollars must neither begin nor end with a space, nor begin with a number that words follow. No letter or
digit may stand right before the first dollar or right after the second.
"""

import re
from collections.abc import Mapping, Sequence
from html import unescape
from threading import Lock
from typing import Any
from xml.etree.ElementTree import Element, tostring

from cachetools import cached
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from latex2mathml import commands
from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.dollarmath.index import math_block_dollar, math_inline_dollar

from galley.markdown.caching import make_html_cache
from galley.markdown.sanitising import sanitise
from galley.markdown.time_limit import check_time, render_in_time

# The cost of a formula grows with its length.
MAX_FORMULA_LENGTH = 2_000
# Of all formulas of one text, with the cost of one that is empty. What follows is printed as it is.
MAX_FORMULA_SIZE = 40_000
_EMPTY_FORMULA_SIZE = 5
MAX_CACHE_BYTES = 4 * 1024 * 1024

# Recursive definitions could turn one line into a gigabyte.
_DEFINITIONS = (commands.NEWCOMMAND, commands.DEF, commands.NEWENVIRONMENT, commands.DECLAREMATHOPERATOR)

# The number of children that each element must have; browsers show an error otherwise.
_CHILD_COUNTS = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msubsup": 3, "msup": 2, "munder": 2, "munderover": 3}
_INCOMPLETE = gettext_noop("Something is missing in it: a brace, or what belongs to a command.")

_DOLLARS = re.compile(r"\$+")
_PRICE = re.compile(r"\d[^$]*?\s\(?(?:[^\W\d_]{3,}|at|in|is|of|on|or|to)\b")
_parse_dollar_lines = math_block_dollar(allow_labels=False)
_parse_dollars = math_inline_dollar(allow_space=False, allow_digits=False)


class InvalidFormula(ValueError):
    """TeX that can't be converted. The message tells its author why."""


def convert_formula(tex: str, display: bool = False) -> SafeString:
    """Return `tex` as a `<math>` element, as a block if `display`. Raises `InvalidFormula`."""
    converted = convert_or_explain(tex, display, get_language())
    if isinstance(converted, SafeString):
        return converted
    raise InvalidFormula(converted)


@cached(make_html_cache(MAX_CACHE_BYTES), lock=Lock())
def convert_or_explain(tex: str, display: bool, language: str | None) -> str:
    """Return `tex` as a safe `<math>` element; of an invalid formula, what is wrong with it, in this `language`."""
    tex = tex.strip()
    if len(tex) > MAX_FORMULA_LENGTH:
        return _("It is longer than %(most)s characters.") % {"most": MAX_FORMULA_LENGTH}
    if definition := next((name for name in _DEFINITIONS if name in tex), None):
        return _("%(command)s can't be used here.") % {"command": definition}
    try:
        math = Converter(display="block" if display else "inline").convert_to_element(tex)
        for element in math.iter():
            # The library leaves character references in the texts: it would put them into HTML unescaped.
            element.text = unescape(element.text or "")
        html = tostring(math, encoding="unicode", short_empty_elements=False)
    except Exception:
        # The library's errors have no common ancestor, and others pass through: StopIteration, RecursionError.
        return _(_INCOMPLETE)
    return _find_error(math) or mark_safe(sanitise(html))


def _find_error(math: Element) -> str:
    for element in math.iter():
        if element.tag == "mi" and re.match(r"\\\w", element.text or ""):
            return _("The command %(command)s isn't known.") % {"command": element.text}
        if len(element) != _CHILD_COUNTS.get(element.tag, len(element)):
            return _(_INCOMPLETE)
    return ""


def render_formula(tex: str, display: bool = False) -> SafeString:
    """Return `tex` as MathML; an invalid formula as code."""
    try:
        math = convert_formula(tex, display=display)
    except InvalidFormula:
        return format_html("<code>{}</code>", tex)
    if not display:
        return math
    return format_html(
        '<div class="math-scroll" role="group" tabindex="0" aria-label="{}">{}</div>', _("Formula"), math
    )


def render_formula_block(tex: str, display: bool = True) -> SafeString:
    """Return `tex` as `render_formula` does; in a draft whose texts take too long, as it is and with a note."""
    note = _("The texts of this draft take too long to format. Some of its formulas are shown as they were written.")
    return render_in_time(lambda: render_formula(tex, display=display), tex, note)


def formula_plugin(parser: MarkdownIt) -> None:
    """Add formulas to `parser`."""
    # A blank line ends a formula, as it ends a paragraph: a dollar sign never swallows the rest of a text.
    dollarmath_plugin(parser, allow_labels=False, allow_blank_lines=False)
    parser.inline.ruler.at("math_inline", _parse_formula)
    parser.block.ruler.at("math_block", _parse_formula_block)
    parser.add_render_rule("math_inline", _render)
    parser.add_render_rule("math_block", _render)


def _parse_formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a formula on lines of its own.

    Upstream searches its end from each opening line. Here the lines that were searched in vain aren't searched again.
    """
    if start < state.env.get("lines_without_formula", 0) or has_too_many_formulas(state.env):
        return False
    if _parse_dollar_lines(state, start, end, silent):
        if not silent:
            _count(state)
        return True
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if line.startswith("$$") and "$$" not in line[2:]:
        state.env["lines_without_formula"] = next((i for i in range(start + 1, end) if state.isEmpty(i)), end)
    return False


def _parse_formula(state: StateInline, silent: bool) -> bool:
    """Parse a run of dollars, of which only the last can begin a formula: upstream tries that for each by itself."""
    run = _DOLLARS.match(state.src, state.pos)
    if run is None:
        return False
    start = run.end() - 1
    is_formula = _is_formula(state, start)
    before = run[0][:-1] if is_formula else run[0]
    state.pos += len(before)
    if not silent:
        state.pending += before
    if is_formula:
        _parse_dollars(state, silent)
        if not silent:
            _count(state)
    return True


def _is_formula(state: StateInline, start: int) -> bool:
    """Return whether the dollar at `start` begins a formula."""
    if has_too_many_formulas(state.env) or _is_alphanumeric(state.src, start - 1):
        return False
    position, state.pos = state.pos, start
    is_formula = _parse_dollars(state, True)
    end, state.pos = state.pos, position
    return is_formula and not (_is_alphanumeric(state.src, end) or _PRICE.match(state.src, start + 1, end))


def has_too_many_formulas(env: Mapping[str, Any]) -> bool:
    """Return whether the text that was parsed with `env` has reached `MAX_FORMULA_SIZE`."""
    return env.get("formula_size", 0) >= MAX_FORMULA_SIZE


def _count(state: StateBlock | StateInline) -> None:
    """Add the formula that was read last to the size of all that its text has. One that is too long isn't converted."""
    size = min(len(state.tokens[-1].content), MAX_FORMULA_LENGTH) + _EMPTY_FORMULA_SIZE
    state.env["formula_size"] = state.env.get("formula_size", 0) + size


def _is_alphanumeric(text: str, position: int) -> bool:
    return 0 <= position < len(text) and text[position].isalnum()


def _render(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    check_time()
    if tokens[index].type == "math_inline":
        return render_formula(tokens[index].content)
    return render_formula(tokens[index].content, display=True) + "\n"

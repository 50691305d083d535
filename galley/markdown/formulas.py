"""Formulas in Markdown: `$…$` within a line, `$$…$$` on lines of their own.

Prices are no formulas: what stands between two dollars must neither begin nor end with a space, nor begin with a number
and go on in words; and no letter or digit may stand right before the first dollar or right after the second.
"""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.dollarmath.index import math_inline_dollar

from galley.markdown.mathematics import render_formula

_PRICE = re.compile(r"\d[^$]*?\s\(?(?:[^\W\d_]{3,}|at|in|is|of|on|or|to)\b")

_parse_dollars = math_inline_dollar(allow_space=False, allow_digits=False)


def formula_plugin(parser: MarkdownIt) -> None:
    """Teach `parser` formulas."""
    # A blank line ends a formula, as it ends a paragraph: a dollar sign never swallows the rest of a text.
    dollarmath_plugin(parser, allow_labels=False, allow_blank_lines=False)
    parser.inline.ruler.at("math_inline", _parse_formula)
    parser.add_render_rule("math_inline", _render_inline)
    parser.add_render_rule("math_block", _render_block)


def _parse_formula(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if _is_letter(state.src, start - 1) or not _parse_dollars(state, True):
        return False
    end, state.pos = state.pos, start
    if _is_letter(state.src, end) or _PRICE.match(state.src, start + 1, end):
        return False
    return _parse_dollars(state, silent)


def _is_letter(text: str, position: int) -> bool:
    return 0 <= position < len(text) and text[position].isalnum()


def _render_inline(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return render_formula(tokens[index].content)


def _render_block(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return render_formula(tokens[index].content, display=True) + "\n"

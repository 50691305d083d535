"""The Markdown dialect of the site: CommonMark with tables, footnotes, formulas, lists of terms and of tasks."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from galley.markdown.anchors import make_id, make_unique
from galley.markdown.formulas import formula_plugin
from galley.markdown.highlighting import highlight_code, name_language
from galley.markdown.words import plain_words

MOST_TABLE_TOKENS = 60_000

_HEADING_ID = re.compile(r"\s*\{\s*#([\w:.-]+)\s*\}\s*$")
_ALIGNMENT = re.compile(r"text-align:\s*(left|center|right)")


def make_parser() -> MarkdownIt:
    """Return a parser with the site's rules, always in the same order."""
    parser = MarkdownIt("commonmark", {"html": True, "xhtmlOut": False, "tasklists": True})
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin, inline=False).use(deflist_plugin).use(formula_plugin)
    parser.block.ruler.at("table", _parse_bounded_table, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.push("headings", _anchor_headings)
    parser.core.ruler.push("alignment", _align_by_class)
    parser.core.ruler.push("tables", _describe_tables)
    parser.add_render_rule("fence", _render_fence)
    parser.add_render_rule("code_block", _render_indented_code)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    parser.add_render_rule("footnote_anchor", _render_footnote_anchor)
    # The sanitiser checks addresses, in Markdown and in raw HTML alike; the parser's own check would leave
    # `[words](javascript:…)` standing in the text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    # The chains of rules are compiled at their first use, and not safely when two threads meet there.
    parser.render("First use.")
    return parser


def _parse_bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a table, unless the tables before it have used up what one text may have.

    Rows are filled up to the width of their header: four kilobytes of text make 65,000 cells.
    """
    if state.env.get("table_tokens", 0) > MOST_TABLE_TOKENS:
        return False
    tokens_before = len(state.tokens)
    is_table = table(state, start, end, silent)
    state.env["table_tokens"] = state.env.get("table_tokens", 0) + len(state.tokens) - tokens_before
    return is_table


def _anchor_headings(state: StateCore) -> None:
    """Give every heading an id, and leave the first level to the page's title.

    For a part of a text, `env` says what only the whole text knows: `demotes_headings`, and the `heading_ids` to give.
    The ids that the headings ask for are left in `env` as `wanted_ids`.
    """
    headings = [
        (token, state.tokens[position + 1], state.tokens[position + 2])
        for position, token in enumerate(state.tokens)
        if token.type == "heading_open"
    ]
    demotes = state.env.get("demotes_headings", any(opening.tag == "h1" for opening, _, _ in headings))
    wanted = tuple(_heading_id(inline) for _, inline, _ in headings)
    state.env["wanted_ids"] = wanted
    ids = state.env.get("heading_ids") or unique_ids(wanted, Counter())
    for (opening, inline, closing), heading_id in zip(headings, ids, strict=True):
        opening.tag = closing.tag = f"h{min(int(opening.tag[1]) + demotes, 6)}"
        opening.attrSet("id", heading_id)
        _link_to_itself(inline, heading_id)


def _link_to_itself(inline: Token, heading_id: str) -> None:
    """Make the words of a heading a link to it, unless they hold a link or HTML of the author's own."""
    children = inline.children or []
    if not children or any(child.type in {"link_open", "html_inline", "footnote_ref"} for child in children):
        return
    start = Token("link_open", "a", 1, attrs={"href": f"#{heading_id}", "class": "anchor"})
    inline.children = [start, *children, Token("link_close", "a", -1)]


def unique_ids(wanted: Iterable[str], taken: Counter[str]) -> tuple[str, ...]:
    """Return the `wanted` ids with a number after each that is `taken` already; the results count as taken from now."""
    return tuple(make_unique(name, taken) for name in wanted)


def _heading_id(inline: Token) -> str:
    """Return the id a heading asks for as `## Title {#id}`, cutting that off its text, or one made of its words."""
    last = inline.children[-1] if inline.children else None
    if last and last.type == "text" and (wanted := _HEADING_ID.search(last.content)):
        last.content = last.content[: wanted.start()]
        return wanted[1]
    words = "".join(child.content for child in inline.children or [] if child.type in {"text", "code_inline"})
    return make_id(words)


def _align_by_class(state: StateCore) -> None:
    """Say the alignment of a table's cells in classes: a strict content security policy drops inline styles."""
    for token in state.tokens:
        if token.type in {"th_open", "td_open"}:
            style = str(token.attrs.pop("style", ""))
            if alignment := _ALIGNMENT.search(style):
                token.attrSet("class", f"align-{alignment[1]}")


def _render_fence(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    # Documentation tools add words to the language, as in ```rust,ignore
    language = re.split(r"[\s,{]", token.info.strip(), maxsplit=1)[0]
    name = name_language(language)
    caption = f'<figcaption><span class="label">{escape(name)}</span></figcaption>' if name else ""
    attributes = f' class="highlight" data-lang="{escape(language)}"' if language else ' class="highlight"'
    return _listing(f"<pre{attributes}><code>{highlight_code(token.content, language)}</code></pre>", caption)


def _render_indented_code(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return _listing(f"<pre><code>{escape(tokens[index].content)}</code></pre>")


def _listing(code: str, caption: str = "") -> str:
    return f'<figure class="listing-figure">{caption}{code}</figure>\n'


def _describe_tables(state: StateCore) -> None:
    """Leave with each table the words of its header, which name it; a cell of the header without words is none."""
    table_open = None
    for token, inline, closing in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if token.type == "table_open":
            table_open, token.meta = token, {"header": []}
        elif token.type == "th_open" and table_open:
            if inline.children:
                token.attrSet("scope", "col")
                table_open.meta["header"].append(plain_words(inline.children))
            else:
                token.tag = closing.tag = "td"


def _open_table(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    """A table wider than a phone scrolls by itself; whoever has no pointer scrolls it by keyboard."""
    header = ", ".join(filter(None, tokens[index].meta["header"]))
    name = gettext("Table: %(header)s") % {"header": Truncator(header).chars(80)} if header else gettext("Table")
    return f'<div class="table-scroll" role="group" tabindex="0" aria-label="{escape(name)}"><table>\n'


def _close_table(*_: Any) -> str:
    return "</table></div>\n"


def _render_footnote_anchor(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    name = renderer.rules["footnote_anchor_name"](tokens, index, options, env)
    repeat = tokens[index].meta["subId"]
    target = f"{name}:{repeat}" if repeat > 0 else name
    return f' <a href="#fnref{target}" class="footnote-backref" aria-label="Back to the text">↩\ufe0e</a>'


parser = make_parser()

"""The Markdown dialect: CommonMark with tables, footnotes, formulas, definition lists and task lists.

`summarise_markdown` and `extract_text` return its plain text, for lists and for the search index.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, lheading, reference, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis, image, link, strikethrough
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

from galley.markdown.formulas import formula_plugin
from galley.markdown.headings import MAX_NAME_LENGTH, heading_id
from galley.markdown.highlighting import highlight_code, language_name
from galley.markdown.time_limit import check_time

MAX_TABLE_TOKENS = 45_000
# Of a whole text, tables aside: 10,000 paragraphs, or 6,000 items of lists. What follows is printed as it is.
MAX_BLOCK_TOKENS = 30_000
# In one paragraph. Pairing them all is one step, which can't be ended half-way.
MAX_EMPHASIS_MARKS = 20_000
# Of the text of one paragraph. What follows is printed as it is.
MAX_PARAGRAPH_LENGTH = 100_000
# That open a link, picture or footnote, or are tried for one, in one paragraph.
MAX_BRACKETS = 5_000
# How many characters of a text are read for its summary.
SUMMARISED_LENGTH = 4_000

# Begins with a mark, not with spaces: a long run of them would be searched again from each.
_HEADING_ID = re.compile(r"\{\s*#([\w:.-]+)\s*\}\s*$")
# Upstream searches the end of each label through the whole text.
_FOOTNOTE = re.compile(r"\[\^[^ \n\]]{1,200}\]")
# A line that may make those above it a heading.
_UNDERLINE = re.compile(r"(?<![^\s>])(?:=+|-+)[ \t]*$", re.MULTILINE)
# The characters with which a rule can begin.
_MARKS = {
    "newline": "\n", "math_inline": "$", "escape": "\\", "backticks": "`", "strikethrough": "~", "emphasis": "*_",
    "link": "[", "image": "!", "footnote_ref": "[", "autolink": "<", "html_inline": "<", "entity": "&",
}  # fmt: skip
_ALIGNMENT = re.compile(r"text-align:\s*(left|center|right)")


class Parser(MarkdownIt):
    """A parser that leaves the check of URLs to the sanitiser, which checks those in raw HTML too.

    The parser's own check would print the source of links such as `[text](javascript:…)`.
    """

    def validateLink(self, url: str) -> bool:  # noqa: N802
        """Return True."""
        return True


def make_parser() -> Parser:
    """Return a parser for the dialect."""
    parser = Parser("commonmark", {"html": True, "xhtmlOut": False, "tasklists": True})
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin, inline=False).use(deflist_plugin).use(formula_plugin)
    parser.block.ruler.at("table", _parse_bounded_table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.at("footnote_ref", partial(_parse_bracketed, _parse_footnote))
    parser.inline.ruler.at("emphasis", partial(_parse_bounded_marks, emphasis.tokenize))
    parser.inline.ruler.at("strikethrough", partial(_parse_bounded_marks, strikethrough.tokenize))
    parser.block.ruler.at("lheading", _parse_underlined)
    parser.block.ruler.at("reference", _parse_reference)
    parser.inline.ruler.at("link", partial(_parse_bracketed, link))
    parser.inline.ruler.at("image", partial(_parse_bracketed, image))
    parser.block.ruler.before("table", "rest", _print_rest)
    # Also before each line of what goes on over many.
    parser.block.ruler.before("table", "time", check_time, {"alt": ["paragraph", "blockquote", "list", "reference"]})
    parser.inline.ruler.before("text", "time", check_time)
    _choose_by_mark(parser.inline)
    for rule in parser.inline.ruler2.get_all_rules():
        parser.inline.ruler2.before(rule, f"time before {rule}", check_time)
    parser.core.ruler.at("inline", _parse_inline)
    parser.core.ruler.push("headings", _anchor_headings)
    parser.core.ruler.push("alignment", _align_by_class)
    parser.core.ruler.push("tables", _describe_tables)
    parser.add_render_rule("text", _render_text)
    parser.add_render_rule("fence", _render_fence)
    parser.add_render_rule("code_block", _render_indented_code)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    parser.add_render_rule("footnote_anchor", _render_footnote_anchor)
    # The chains of rules are compiled at their first use, which isn't thread-safe.
    parser.render("First use.")
    return parser


def _parse_bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a table, up to the bound for all tables of one text. The rows that follow are printed as they are.

    Rows are padded to the width of their header: four kilobytes of text make 65,000 cells.
    """
    left = MAX_TABLE_TOKENS - state.env.get("table_tokens", 0)
    if left < 0 or silent:
        return left >= 0 and table(state, start, end, silent)
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start]) + 1
    last = min(end, start + 3 + left // (3 * columns + 2))
    tokens_before = len(state.tokens)
    is_table = table(state, start, last, silent)
    left -= len(state.tokens) - tokens_before
    if is_table and state.line == last < end:
        left = -1  # also where the last row would have left room for a narrow table
    state.env["table_tokens"] = MAX_TABLE_TOKENS - left
    return is_table


def _print_rest(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take all lines that follow as one block that isn't parsed, once the text has very many blocks."""
    if silent or len(state.tokens) - state.env.get("table_tokens", 0) < MAX_BLOCK_TOKENS:
        return False
    token = state.push("code_block", "code", 0)
    token.content, token.map = state.getLines(start, end, 0, False), [start, end]
    state.line = end
    return True


def _parse_inline(state: StateCore) -> None:
    """Parse the texts of all blocks. One in which no mark can begin, as in most cells of a table, is taken as it is."""
    inline = state.md.inline
    for token in state.tokens:
        if token.type == "inline" and token.content:
            if inline.terminator_re.search(token.content):
                token.children = inline.parse(token.content[:MAX_PARAGRAPH_LENGTH], state.md, state.env, [])
                if rest := token.content[MAX_PARAGRAPH_LENGTH:]:
                    token.children.append(Token("text", "", 0, content=rest))
            else:
                check_time()
                token.children = [Token("text", "", 0, content=token.content)]


def _choose_by_mark(inline: ParserInline) -> None:
    """Try at each mark only the rules that can begin with it. Upstream tries all twelve."""
    rules = dict(zip(inline.ruler.get_active_rules(), inline.ruler.getRules(""), strict=True))
    by_mark: dict[str, list[Callable[[StateInline, bool], bool]]] = defaultdict(list)
    for name, rule in rules.items():
        for mark in _MARKS.get(name, ""):
            by_mark[mark].append(rule)

    def parse_mark(state: StateInline, silent: bool) -> bool:
        return any(rule(state, silent) for rule in by_mark.get(state.src[state.pos], ()))

    inline.ruler.push("mark", parse_mark)
    inline.ruler.enableOnly([*(name for name in rules if name not in _MARKS), "mark"])


def _parse_underlined(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse an underlined heading. Without any underline in the text, no paragraph is searched for its own."""
    if "has_underlines" not in state.env:
        state.env["has_underlines"] = _UNDERLINE.search(state.src) is not None
    return state.env["has_underlines"] and lheading(state, start, end, silent)


def _parse_reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse the definition of a link. Upstream reads all lines of a paragraph, to find the end of the label.

    A label has at most 999 characters: <https://spec.commonmark.org/0.31.2/#link-label>.
    """
    first = state.bMarks[start] + state.tShift[start]
    return "]:" in state.src[first : first + 1_002] and reference(state, start, end, silent)


def _parse_bracketed(parse: Callable[[StateInline, bool], bool], state: StateInline, silent: bool) -> bool:
    """Parse a link, image or footnote, unless no bracket follows that could close it, or the paragraph has too many.

    Upstream tries each opening bracket on each of twenty levels. `StateInline.cache` is by position in the text; at -1
    and -2, which are none, it has the position of the last closing bracket, and how many opening ones were tried.
    """
    last, tried = state.cache.get(-1), state.cache.get(-2, 0)
    if last is None:
        last = state.cache[-1] = state.src.rfind("]")
    if state.pos >= last or tried >= MAX_BRACKETS:
        return False
    state.cache[-2] = tried + 1
    return parse(state, silent)


def _parse_bounded_marks(parse: Callable[[StateInline, bool], bool], state: StateInline, silent: bool) -> bool:
    """Parse marks of emphasis, unless the paragraph has reached the bound: then they are printed."""
    return len(state.delimiters) < MAX_EMPHASIS_MARKS and parse(state, silent)


def _parse_footnote(state: StateInline, silent: bool) -> bool:
    return _FOOTNOTE.match(state.src, state.pos) is not None and footnote_ref(state, silent)


def _anchor_headings(state: StateCore) -> None:
    """Set an id on every heading, and demote all by one level if there is an `h1`: that is the page's title.

    For a part of a text, `demotes_headings` in `env` tells whether the whole text has an `h1`.
    """
    demotes = state.env.get("demotes_headings", any(token.tag == "h1" for token in state.tokens))
    for position, opening in enumerate(state.tokens):
        if opening.type == "heading_open":
            inline, closing = state.tokens[position + 1 : position + 3]
            opening.tag = closing.tag = f"h{min(int(opening.tag[1]) + demotes, 6)}"
            opening.attrSet("id", wanted := _wanted_id(inline))
            _link_to_itself(inline, wanted)


def _link_to_itself(inline: Token, own_id: str) -> None:
    """Make the text of a heading a link to it, unless it holds a link or raw HTML."""
    children = inline.children or []
    if not children or any(child.type in {"link_open", "html_inline", "footnote_ref"} for child in children):
        return
    start = Token("link_open", "a", 1, attrs={"href": f"#{own_id}", "class": "anchor"})
    inline.children = [start, *children, Token("link_close", "a", -1)]


def _wanted_id(inline: Token) -> str:
    """Return the id in `## Title {#id}`, removing it from the text, or else an id made of the text."""
    last = inline.children[-1] if inline.children else None
    if last and last.type == "text" and (wanted := _HEADING_ID.search(last.content)):
        last.content = last.content[: wanted.start()].rstrip()
        return wanted[1]
    text = "".join(child.content for child in inline.children or [] if child.type in {"text", "code_inline"})
    return heading_id(text)


def inline_text(children: Iterable[Token]) -> str:
    """Return the text of inline tokens on one line, without Markdown marks."""
    return " ".join("".join(_text_of(child) for child in children).split())


def _text_of(token: Token) -> str:
    if token.type in {"text", "code_inline"}:
        return token.content
    return " " if token.type in {"softbreak", "hardbreak"} else ""


def _align_by_class(state: StateCore) -> None:
    """Replace the inline styles that align table cells by classes, which the sanitiser allows."""
    for token in state.tokens:
        if token.type in {"th_open", "td_open"}:
            style = str(token.attrs.pop("style", ""))
            if alignment := _ALIGNMENT.search(style):
                token.attrSet("class", f"align-{alignment[1]}")


def _render_text(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    check_time()
    return escapeHtml(tokens[index].content)


def _render_fence(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    check_time()
    token = tokens[index]
    # Documentation tools add words to the language, as in ```rust,ignore
    language = re.split(r"[\s,{]", token.info.strip(), maxsplit=1)[0]
    name = language_name(language)
    caption = f'<figcaption><span class="label">{escape(name)}</span></figcaption>' if name else ""
    attributes = f' class="highlight" data-lang="{escape(language)}"' if language else ' class="highlight"'
    return _listing(f"<pre{attributes}><code>{highlight_code(token.content, language)}</code></pre>", caption)


def _render_indented_code(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return _listing(f"<pre><code>{escape(tokens[index].content)}</code></pre>")


def _listing(code: str, caption: str = "") -> str:
    return f'<figure class="listing-figure">{caption}{code}</figure>\n'


def _describe_tables(state: StateCore) -> None:
    """Store the header texts of each table in its token, for its label. An empty header cell becomes a `td`."""
    table_open = None
    for token, inline, closing in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if token.type == "table_open":
            table_open, token.meta = token, {"header": []}
        elif token.type == "th_open" and table_open:
            if inline.children:
                token.attrSet("scope", "col")
                table_open.meta["header"].append(inline_text(inline.children))
            else:
                token.tag = closing.tag = "td"


def _open_table(_renderer: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    """Open a table within a region that scrolls, also by keyboard, where the table is wider than the screen."""
    # Only so much of it is normalised: a long run of combining marks takes quadratic time.
    header = ", ".join(filter(None, tokens[index].meta["header"]))[:MAX_NAME_LENGTH]
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


def summarise_markdown(text: str) -> str:
    """Return the first paragraphs of `text` as one line, without Markdown marks, headings, code and tables."""
    tokens = parser.parse(text[:SUMMARISED_LENGTH])
    paragraphs = (
        tokens[position + 1].children or [] for position, token in enumerate(tokens) if token.type == "paragraph_open"
    )
    return " ".join(map(inline_text, paragraphs)).strip()


def extract_text(text: str) -> str:
    """Return all words of `text` as one line, also of headings, tables and code, without Markdown marks and URLs."""
    return " ".join("".join(_texts(parser.parse(text))).split())


def _texts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield f"{inline_text(token.children or [])} "
        elif token.type in {"fence", "code_block"}:
            yield token.content

"""Renders Markdown to safe HTML: parses, sanitises, then resolves the internal links and images.

The parser is markdown-it-py. It follows CommonMark, gives each token its line, and takes linear time, where
python-markdown takes seconds for a few thousand brackets. README.md describes the package.
"""

from galley.markdown.body import RenderedBody, feed_html, render_body
from galley.markdown.formulas import InvalidFormula, convert_formula, render_formula, render_formula_block
from galley.markdown.headings import anchor_headings, normalise_headings
from galley.markdown.highlighting import highlight_code, language_name, render_code
from galley.markdown.internal_links import prefetch_links
from galley.markdown.parser import extract_text, summarise_markdown
from galley.markdown.rendering import render_markdown
from galley.markdown.rich_text import extract_rich_text
from galley.markdown.sanitising import ALLOWED_ATTRIBUTES, ALLOWED_TAGS, TAGS_WITHOUT_CONTENT, is_too_deep
from galley.markdown.time_limit import limit_time
from galley.markdown.validation import find_broken_links, find_formula_errors, find_references

__all__ = [
    "ALLOWED_ATTRIBUTES",
    "ALLOWED_TAGS",
    "TAGS_WITHOUT_CONTENT",
    "InvalidFormula",
    "RenderedBody",
    "anchor_headings",
    "convert_formula",
    "extract_rich_text",
    "extract_text",
    "feed_html",
    "find_broken_links",
    "find_formula_errors",
    "find_references",
    "highlight_code",
    "is_too_deep",
    "language_name",
    "limit_time",
    "normalise_headings",
    "prefetch_links",
    "render_body",
    "render_code",
    "render_formula",
    "render_formula_block",
    "render_markdown",
    "summarise_markdown",
]

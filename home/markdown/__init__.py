"""Markdown to HTML that is safe to print: parse, sanitise, then fill in the site's own links and pictures.

The parser is markdown-it-py: it follows CommonMark as most blogs write it, names the line of every token, and takes
time in proportion to the text where python-markdown takes seconds for a few thousand brackets. The editor's field is
wagtail-markdown's.
"""

from home.markdown.highlighting import highlight_code
from home.markdown.references import MissingReference, find_missing_references, references_at_hand
from home.markdown.rendering import render_markdown
from home.markdown.summary import summarise_markdown

__all__ = [
    "MissingReference",
    "find_missing_references",
    "highlight_code",
    "references_at_hand",
    "render_markdown",
    "summarise_markdown",
]

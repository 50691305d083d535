"""Markdown to HTML that is safe to print: parse, sanitise, then fill in the site's own links and pictures.

The parser is markdown-it-py: it follows CommonMark as most blogs write it, names the line of every token, and takes
time in proportion to the text where python-markdown takes seconds for a few thousand brackets. The editor's field is
wagtail-markdown's.
"""

from galley.markdown.highlighting import highlight_code, name_language
from galley.markdown.mathematics import UnreadableFormula, convert_formula, render_formula
from galley.markdown.references import MissingReference, find_missing_references, references_at_hand
from galley.markdown.rendering import render_markdown
from galley.markdown.summary import read_markdown, summarise_markdown
from galley.markdown.wrong_formulas import WrongFormula, find_wrong_formulas

__all__ = [
    "MissingReference",
    "UnreadableFormula",
    "WrongFormula",
    "convert_formula",
    "find_missing_references",
    "find_wrong_formulas",
    "highlight_code",
    "name_language",
    "read_markdown",
    "references_at_hand",
    "render_formula",
    "render_markdown",
    "summarise_markdown",
]

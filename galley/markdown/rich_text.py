"""The words of rich text, however broken its HTML is: an import or an API may have stored it."""

import re

from bs4 import BeautifulSoup
from django.core.exceptions import SuspiciousOperation
from wagtail import blocks
from wagtail.rich_text import RichText, get_text_for_indexing

_PLAIN = re.compile(r"[^<]*+(?:<(?!!\[)[/a-z!?][^<>]*+>[^<]*+)*+", re.IGNORECASE)
# A tag may hold `<` in the values of its attributes, a comment anywhere. The bound keeps the search linear.
_MARK = re.compile(
    r"""</?+[a-z](?:[^<>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+){0,100}+> | <!--(?:(?!-->|<!--).)*+-->
    | <(?!!\[)[!?][^<>]*+> | <""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def escape_stray_marks(html: str) -> str:
    """Return `html` in which each `<` begins a tag or a comment that ends; others are escaped, and stay as text.

    Python's parser and Wagtail's expressions search the end of each tag through the whole text: 100,000 characters of
    `<a href="` would take 14 s.
    """
    if _PLAIN.fullmatch(html):
        return html
    return _MARK.sub(lambda mark: ("<" if mark[0] != "<" else "&lt;") + mark[0][1:].replace("<", "&lt;"), html)


def extract_rich_text(html: str) -> str:
    """Return the text of `html`. Wagtail's function raises SuspiciousOperation for many tags that never end."""
    html = escape_stray_marks(html)
    try:
        text: str = get_text_for_indexing(html)
    except SuspiciousOperation:
        text = BeautifulSoup(html, "html.parser").get_text(" ")
    return text


class SearchableRichTextBlock(blocks.RichTextBlock):
    """Rich text that can be shown, indexed, edited and saved, whatever is stored in it."""

    def to_python(self, value: str | None) -> RichText:
        """Return the rich text that is stored as `value`."""
        return RichText(value and escape_stray_marks(value))

    def get_searchable_content(self, value: RichText | None) -> list[str]:
        """Return the text without its markup."""
        return [extract_rich_text(value.source if value else "")] if self.search_index else []

"""The words of rich text, however broken its HTML is: an import or an API may have stored it."""

from bs4 import BeautifulSoup
from django.core.exceptions import SuspiciousOperation
from wagtail import blocks
from wagtail.rich_text import RichText, get_text_for_indexing


def extract_rich_text(html: str) -> str:
    """Return the text of `html`. Wagtail's function raises SuspiciousOperation for many tags that never end."""
    try:
        text: str = get_text_for_indexing(html)
    except SuspiciousOperation:
        text = BeautifulSoup(html, "html.parser").get_text(" ")
    return text


class SearchableRichTextBlock(blocks.RichTextBlock):
    """Rich text that can be indexed and saved, whatever is stored in it."""

    def get_searchable_content(self, value: RichText | None) -> list[str]:
        """Return the text without its markup."""
        return [extract_rich_text(value.source if value else "")] if self.search_index else []

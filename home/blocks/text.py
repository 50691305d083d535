"""Blocks for text: paragraphs, Markdown, headings, quotations and callouts."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from wagtail import blocks
from wagtailmarkdown.blocks import MarkdownBlock as MarkdownEditorBlock

from galley.markdown import extract_text, find_broken_links, find_formula_errors, find_references
from galley.markdown.rich_text import SearchableRichTextBlock


class ParagraphBlock(SearchableRichTextBlock):
    """Rich text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("features", ["bold", "italic", "link", "document-link", "ol", "ul", "code", "superscript"])
        kwargs.setdefault("help_text", "Write as you would in a word processor. Type / for more.")
        super().__init__(**kwargs)

    class Meta:
        icon = "pilcrow"
        template = "blocks/paragraph.html"
        is_prose = True
        description = "Text with bold, italic, links and lists."
        preview_value = "<p>A <b>galley proof</b> is the first print of a text, made to be <i>corrected</i>.</p>"


class MarkdownBlock(MarkdownEditorBlock):
    """Text in Markdown, up to the length of a whole article."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200_000)
        kwargs.setdefault(
            "help_text", "Text with Markdown marks: **bold**, *italic*, [a link](https://…), # heading, - list."
        )
        super().__init__(**kwargs)

    def clean(self, value: str) -> str:
        """Return `value`. Raises ValidationError on publication for broken internal links and unreadable formulas."""
        text: str = super().clean(value)
        # Unfinished links and formulas in a draft must not stop an autosave.
        if self.is_deferred_validation:
            return text
        errors = find_formula_errors(text)
        if broken_links := find_broken_links(text):
            errors += [*broken_links, "The number of a page, document or picture stands in its address in the admin."]
        if errors:
            raise ValidationError(errors)
        return text

    def get_searchable_content(self, value: str) -> list[str]:
        """Return the text without its markup."""
        return [extract_text(value)]

    def extract_references(self, value: str) -> Iterator[tuple[type[Model], str, str, str]]:
        """Yield the pages, documents and images that the text links to, for Wagtail's reference index."""
        for model, pk in find_references(value or ""):
            yield model, pk, "", ""

    def get_context(self, value: str, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the context with a prefix for footnote ids, since other blocks of the page may have footnotes too."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        child_of_stream = context.get("block")
        context["footnotes_name"] = str(getattr(child_of_stream, "id", None) or "")[:8]
        return context

    class Meta:
        icon = "doc-full"
        template = "blocks/markdown.html"
        is_prose = True
        description = "Text with Markdown marks, for people who like to write that way."
        preview_value = "## Corrections\n\nThe *first* reader marks them in **red**, in the margin."


class HeadingBlock(blocks.StructBlock):
    """A heading within the text."""

    text = blocks.CharBlock(max_length=255, help_text="A few words that say what the next part is about.")
    level = blocks.ChoiceBlock(
        choices=[("2", "Section"), ("3", "Subsection")],
        search_index=False,
        default="2",
        help_text="A section stands on its own; a subsection belongs to the section above it.",
    )

    class Meta:
        icon = "title"
        template = "blocks/heading.html"
        is_prose = True
        description = "A heading for the next part of the text."
        preview_value = {"text": "How a page is proved", "level": "2"}


class PullQuoteBlock(blocks.StructBlock):
    """A sentence set large, with its source."""

    quote = blocks.TextBlock(rows=3, help_text="The sentence, without quotation marks.")
    attribution = blocks.CharBlock(
        required=False, max_length=255, help_text="Who said it. Leave empty if it is from the text itself."
    )

    class Meta:
        icon = "openquote"
        template = "blocks/pull_quote.html"
        is_prose = True
        description = "A sentence set large, with its source."
        preview_value = {"quote": "Every book is proved before it is printed.", "attribution": "A compositor"}


class CalloutBlock(blocks.StructBlock):
    """A note set apart from the running text."""

    kind = blocks.ChoiceBlock(
        choices=[("note", "Note"), ("tip", "Tip"), ("warning", "Warning")],
        search_index=False,
        default="note",
        help_text="Printed as the label of the box.",
    )
    text = ParagraphBlock(help_text="What the reader should not miss.")

    class Meta:
        icon = "warning"
        template = "blocks/callout.html"
        is_prose = True
        description = "A note, a tip or a warning, set apart from the text."
        preview_value = {"kind": "tip", "text": "<p>Read the proof aloud: the ear finds what the eye forgives.</p>"}


class DetailsBlock(blocks.StructBlock):
    """A collapsed text that readers can open."""

    summary = blocks.CharBlock(max_length=255, help_text="A few words that say what is inside. They are always shown.")
    text = ParagraphBlock(help_text="What is shown when the reader opens it.")

    class Meta:
        icon = "collapse-down"
        template = "blocks/details.html"
        is_prose = True
        description = "Words that stay folded until the reader opens them: an aside, a long list, an answer."
        preview_value = {
            "summary": "Why the first proof is never the last",
            "text": "<p>Because a corrected line may break the next one.</p>",
        }


class MarginNoteBlock(blocks.StructBlock):
    """A remark in the margin beside the next block."""

    text = ParagraphBlock(help_text="A sentence or two. On a phone they stand before the text that follows.")

    class Meta:
        icon = "comment"
        template = "blocks/margin_note.html"
        description = "A remark in the margin, beside the text that follows it."
        preview_value = {"text": "<p>The word is as old as printing: <i>stet</i>, let it stand.</p>"}


class SharedBodyBlock(blocks.StreamBlock):
    """What a shared text is made of: no pictures, whose sizes depend on the page, and no other shared text."""

    paragraph = ParagraphBlock()
    markdown = MarkdownBlock()
    callout = CalloutBlock()
    pull_quote = PullQuoteBlock()

"""Blocks that lead on: a button, a file, and other posts."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from galley.listings import set_addresses
from galley.site_settings.menus import validate_address


class _EitherBlock(blocks.StructBlock):
    """A block of whose children `either` exactly one has to be filled in, before it is published."""

    either = ("", "")

    def clean(self, value: Any) -> Any:
        """Return `value`. Raises StructBlockValidationError if both are empty or filled in."""
        cleaned = super().clean(value)
        first, second = self.either
        if not self.is_deferred_validation and bool(cleaned[first]) == bool(cleaned[second]):
            labels = {name: self.child_blocks[name].label.lower() for name in self.either}
            text = _("Fill in one of the two: %(first)s or %(second)s.")
            error = ValidationError(text, params={"first": labels[first], "second": labels[second]})
            raise StructBlockValidationError({first: error})
        return cleaned


class ButtonBlock(_EitherBlock):
    """A link that stands out."""

    either = ("page", "address")
    label = blocks.CharBlock(max_length=60, label="Words", help_text="What happens: 'Read the report', 'Write to us'.")
    page = blocks.PageChooserBlock(
        required=False, help_text="Where the button leads. It disappears while that page isn't published."
    )
    address = blocks.CharBlock(
        required=False,
        max_length=500,
        validators=[validate_address],
        help_text="Or an address in place of a page: https://…, mailto:… or tel:….",
    )

    class Meta:
        icon = "link"
        template = "blocks/button.html"
        description = "A link that nobody overlooks, for the one thing that readers should do."
        preview_value = {"label": "Read the first proof", "address": "/"}


class DownloadBlock(blocks.StructBlock):
    """A file to be downloaded."""

    document = DocumentChooserBlock(label="File", help_text="A document from the library, or a new one.")
    title = blocks.CharBlock(required=False, max_length=255, help_text="Leave empty for the title of the document.")
    text = blocks.TextBlock(required=False, rows=2, max_length=500, help_text="What is in it. Leave empty for nothing.")

    class Meta:
        icon = "download"
        template = "blocks/download.html"
        description = "A file of the library, with its kind and size."

    def get_preview_value(self) -> blocks.StructValue:
        """Return a file that isn't stored."""
        document = get_document_model()(pk=0, title="The first proof", file="documents/first-proof.pdf", file_size=482_000)
        return self.normalize({"document": document, "title": "", "text": "Twelve pages, with all corrections."})


class PostsBlock(_EitherBlock):
    """Posts that are chosen, or the newest of a category."""

    either = ("posts", "category")
    heading = blocks.CharBlock(required=False, max_length=120, help_text="Printed over the list. Leave empty for none.")
    posts = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="blog.BlogPostPage", label="Post"),
        default=[],
        max_num=12,
        help_text="The posts, in the order in which they should be read.",
    )
    category = SnippetChooserBlock(
        "blog.Category", required=False, help_text="Or a category in place of posts: its newest ones are shown."
    )
    number = blocks.IntegerBlock(
        min_value=1, max_value=12, default=3, help_text="How many posts of the category are shown."
    )

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the context with the `posts` that visitors may read, without the page itself. Blocks."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        page, readable = context.get("page"), self.child_blocks["posts"].child_block.target_model.objects.live().public()
        if chosen := [post.pk for post in value["posts"] if post]:
            found = readable.in_bulk(chosen)
            posts = [found[pk] for pk in chosen if pk in found]
        else:
            newest = readable.filter(categories=value["category"]).exclude(pk=page and page.pk)
            posts = list(newest.order_by("-date", "-pk")[: value["number"] or 3])
        set_addresses(posts, context.get("request"))
        return context | {"posts": posts}

    class Meta:
        icon = "list-ul"
        template = "blocks/posts.html"
        description = "Posts to read next: those that you choose, or the newest of a category."
        preview_value = {"heading": "Read next", "posts": [], "category": None, "number": 3}

"""From a place on a rendered page to the field in the editor that Wagtail can hang a comment on.

Templates name a field, or the id of a block; Wagtail's comments name the way from the page's field to the innermost
field, `body.<block id>.caption` (see `wagtail.models.Comment.contentpath`).
"""

from collections.abc import Iterator
from typing import Any

from django.utils.html import strip_tags
from wagtail.blocks import BoundBlock, ListBlock, StreamBlock, StructBlock, StructValue
from wagtail.fields import StreamField
from wagtail.models import Comment, Page


def content_path_of(page: Page, marked: str, quote: str) -> str:
    """Return the path for a comment on the words `quote`, inside of the element that is marked as `marked`.

    A block that isn't saved yet has no place on `page`: it is taken for one of the first stream that there is, and
    Wagtail shows the comment as soon as it is saved. What no field is known of goes to the title: every page has one.
    """
    fields = [field.name for field in page._meta.get_fields() if isinstance(field, StreamField)]
    for path in (marked, *(f"{field}.{marked}" for field in fields)):
        if marked and _is_in_form(page, path) and Comment(contentpath=path).has_valid_contentpath(page):
            return ".".join([path, *_innermost(_block_at(page, path), quote)])
    is_block = bool(marked) and fields and marked not in {field.name for field in page._meta.get_fields()}
    return f"{fields[0]}.{marked}" if is_block else "title"


def _is_in_form(page: Page, path: str) -> bool:
    """Whether the path begins with a field of the page's own: inline children have no place for comments."""
    return path.split(".")[0] in {field.name for field in page._meta.concrete_fields}


def _block_at(page: Page, path: str) -> BoundBlock | None:
    name, *rest = path.split(".")
    field: Any = page._meta.get_field(name)
    return field.get_block_by_content_path(getattr(page, name), rest) if rest else None


def _innermost(block: BoundBlock | None, quote: str) -> list[str]:
    """Return the way from `block` to the field in it that holds the quoted words; to its first field, if none does."""
    if block is None or not isinstance(block.value, StructValue):
        return []
    ways = list(_ways(block))
    words = _plain(quote)
    holding = [way for way, value in ways if words and words in _plain(value)]
    return (holding or [way for way, _value in ways] or [[]])[0]


def _ways(block: BoundBlock) -> Iterator[tuple[list[str], Any]]:
    for name, child in block.value.bound_blocks.items():
        if isinstance(child.value, StructValue):
            yield from (([name, *way], value) for way, value in _ways(child))
        elif not isinstance(child.block, ListBlock | StreamBlock | StructBlock):
            yield [name], child.value


def _plain(value: Any) -> str:
    return " ".join(strip_tags(str(getattr(value, "source", value))).split())

"""What blocks, fields and rows of a serialised page say, as plain text, and how two texts differ."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from django.db import models
from django.utils import formats
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modelcluster.fields import ParentalKey
from wagtail.admin.compare import TextDiff, diff_text
from wagtail.blocks import BaseStreamBlock, BaseStructBlock, Block, ChooserBlock, ListBlock, RichTextBlock
from wagtail.fields import RichTextField
from wagtail.images.models import AbstractImage
from wagtail.utils.text import text_from_html

# Comparing more characters word by word takes seconds.
MAX_COMPARED = 20_000
_ENDS_OF_PARAGRAPHS = ("</p>", "</li>", "<br/>", "</h2>", "</h3>", "</h4>")


def describe(shape: Any, value: Any) -> str:
    """Return what `value` says, in lines. `shape` is its block, its field or, for a row of the page, its model."""
    if value is None or value == "":
        return ""
    if isinstance(shape, BaseStreamBlock | ListBlock) and isinstance(value, list):
        return "\n".join(filter(None, (describe(*open_item(shape, item)[1:]) for item in value)))
    if isinstance(shape, BaseStructBlock) and isinstance(value, Mapping):
        return _describe_parts((block, block.label, value.get(name)) for name, block in shape.child_blocks.items())
    if is_model(shape):
        fields = [field for field in shape._meta.concrete_fields if not is_technical(field)]
        return _describe_parts((field, capfirst(field.verbose_name), value.get(field.name)) for field in fields)
    if isinstance(shape, RichTextBlock | RichTextField):
        for end in _ENDS_OF_PARAGRAPHS:
            value = value.replace(end, f"{end}\n")
        return text_from_html(value)
    if isinstance(shape, ChooserBlock):
        return str(shape.to_python(value) or _("(deleted)"))
    if isinstance(shape, models.ForeignKey | models.ManyToManyField):
        return str(shape.related_model._default_manager.filter(pk=value).first() or _("(deleted)"))
    return _describe_value(shape, value)


def find_images(shape: Any, value: Any) -> Iterator[AbstractImage]:
    """Yield the images that are chosen in `value`. `shape` is as for `describe`."""
    if isinstance(shape, BaseStreamBlock | ListBlock) and isinstance(value, list):
        parts = [open_item(shape, item)[1:] for item in value]
    elif isinstance(shape, BaseStructBlock) and isinstance(value, Mapping):
        parts = [(block, value.get(name)) for name, block in shape.child_blocks.items()]
    elif is_model(shape):
        parts = [(field, value.get(field.name)) for field in shape._meta.concrete_fields if not is_technical(field)]
    else:
        parts = []
        model = getattr(shape, "model_class", None) or getattr(shape, "related_model", None)
        if value and isinstance(value, int) and is_model(model) and issubclass(model, AbstractImage):
            yield from model._default_manager.filter(pk=value)
    for part in parts:
        yield from find_images(*part)


def _describe_value(shape: Any, value: Any) -> str:
    if choices := getattr(shape, "choices", None) or (
        isinstance(shape, Block) and getattr(shape.field, "choices", None)
    ):
        value = dict(models.Field(choices=choices).flatchoices).get(value, value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Mapping) and isinstance(value.get("data"), list):  # a table
        return "\n".join(" | ".join(str(cell or "") for cell in row) for row in value["data"])
    return str(formats.localize(value))


def _describe_parts(parts: Any) -> str:
    lines = [(label, text) for shape, label, value in parts if (text := describe(shape, value))]
    return lines[0][1] if len(lines) == 1 else "\n".join(f"{label}: {text}" for label, text in lines)


def open_item(shape: Any, item: Any) -> tuple[str, Any, Any]:
    """Return the label of an item of a list, and its own shape and value. `shape` is what holds the list."""
    if not isinstance(shape, BaseStreamBlock | ListBlock):
        return "", shape, item
    if isinstance(shape, ListBlock):
        return "", shape.child_block, item["value"]
    block = shape.child_blocks.get(item["type"])
    return str(block.label if block else item["type"]), block, item["value"]


def is_model(shape: Any) -> TypeGuard[type[models.Model]]:
    """Return whether `shape` is the model of rows."""
    return isinstance(shape, type)


def is_technical(field: models.Field) -> bool:
    """Return whether a field of a row says only which row it is, and where."""
    return field.primary_key or isinstance(field, ParentalKey) or field.name == "sort_order"


def mark_differences(one: str, other: str) -> tuple[SafeString, SafeString]:
    """Return both texts as HTML. In each, the words that the other one doesn't have are marked."""
    if not one or not other or len(one) + len(other) > MAX_COMPARED:
        return escape(one), escape(other)
    changes = diff_text(one, other).changes
    first, second = ([change for change in changes if change[0] != kind] for kind in ("addition", "deletion"))
    marks = {"tag": "mark", "addition_class": "", "deletion_class": ""}
    return TextDiff(first).to_html(**marks), TextDiff(second).to_html(**marks)

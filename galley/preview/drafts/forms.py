"""Wagtail's own page form, made to take a draft as it stands: unfinished, and in the middle of a word.

Three things differ from the form that saves:

- Required fields may be empty. Upstream switches `required` off and on again on block objects that the whole process
  shares (`wagtail.blocks.base.Block.clean_deferred`); here a copy of the block tree is switched off once, for good.
- A block of a stream that can't be used keeps its last good state, and the others are taken all the same.
- Nothing of it can save: forms are bound and read, `save()` is never called.
"""

import copy
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.blocks import Block, StreamBlock, StreamValue
from wagtail.blocks.base import BlockField, BlockWidget


class DraftBlockWidget(BlockWidget):
    """Reads blocks from form data that may lack some of it: what comes through a socket isn't always a whole form."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the blocks' value. Raises `ValidationError` where upstream would fail on missing or odd data."""
        try:
            return super().value_from_datadict(data, files, name)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise ValidationError("The blocks can't be read.") from error


class DraftChild(StreamValue.StreamChild):
    """A block in a draft's stream that knows how it was rendered last, so that only what changed is rendered again."""

    html = ""
    context: dict[str, Any] | None = None
    renderings = 0
    is_settled = False

    def render(self, context: dict[str, Any] | None = None) -> str:
        """Return the block's HTML; once settled, that of its one rendering before."""
        if self.is_settled:
            return self.html
        self.html, self.context = super().render(context), context
        self.renderings += 1
        return self.html

    def settle(self) -> None:
        """Be done with rendering: the block stays as it is. One that stands on the page twice is rendered each time."""
        self.is_settled = self.renderings == 1


class DraftBlockField(BlockField):
    """A StreamField's form field that takes every block it can.

    `remembered` maps the id of a block to its last good value and is kept between binds by the session;
    `unusable` maps, after `clean`, the ids of blocks that couldn't be taken as they stand to their labels.
    """

    def __init__(self, original: BlockField) -> None:
        block = copy.deepcopy(original.block)
        block.defer_required_validation()
        super().__init__(block=block, widget=DraftBlockWidget(block), required=False, label=original.label)
        self.remembered: dict[str, Any] = {}
        self.unusable: dict[str, str] = {}

    def clean(self, value: Any) -> Any:
        """Return the value with every usable block. Raises `ValidationError` only if it isn't a stream."""
        if not isinstance(self.block, StreamBlock):
            return self.block.clean(value)
        children = []
        for child in value:
            try:
                self.remembered[child.id] = child.block.clean(child.value)
            except ValidationError:
                self.unusable[child.id] = str(child.block.label)
            if child.id in self.remembered:
                children.append(self.make_child(child.block, child.id))
        return StreamValue(self.block, children)

    def make_child(self, block: Block, child_id: str) -> DraftChild:
        """Return the block of type `block` with its last good value."""
        return DraftChild(block, block.normalize(self.remembered[child_id]), id=child_id)

    def settle(self, value: Any) -> None:
        """Let the blocks of `value` keep the HTML that they were rendered as."""
        for child in value if isinstance(value, StreamValue) else ():
            if isinstance(child, DraftChild):
                child.settle()


@cache
def get_draft_form_class(page_class: Any) -> Any:
    """Return the form class for drafts of `page_class`. Wagtail builds a new class at each call; one is enough."""
    form_class = page_class.get_edit_handler().get_form_class()
    _use_draft_fields(form_class)
    return form_class


def _use_draft_fields(form_class: Any) -> None:
    for name, field in form_class.base_fields.items():
        if isinstance(field, BlockField):
            form_class.base_fields[name] = DraftBlockField(field)
    for formset_class in getattr(form_class, "formsets", {}).values():
        _use_draft_fields(formset_class.form)

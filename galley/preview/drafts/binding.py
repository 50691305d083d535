"""Form data of an open editor, in whatever state it is, to a page in memory that can be rendered.

The form is Wagtail's own page form with three differences:

- Required fields may be empty. Upstream switches `required` off and on again on block objects that the whole process
  shares (`wagtail.blocks.base.Block.clean_deferred`); here it is switched off for good on a copy of the blocks.
- A block of a stream that can't be used keeps its last good state, and the others are used.
- It never saves: forms are bound and read, `save()` is never called.
"""

import copy
import itertools
import uuid
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import BadRequest, ValidationError
from django.forms.models import construct_instance
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext
from modelcluster.fields import ParentalManyToManyField
from taggit.managers import TaggableManager
from wagtail.blocks import Block, StreamBlock, StreamValue
from wagtail.blocks.base import BlockField, BlockWidget
from wagtail.models import Page

from galley.preview.conf import MAX_TAGS
from galley.preview.drafts.form_state import FormData
from galley.preview.drafts.sources import NewPage, Source
from galley.preview.messages import BadMessage


class DraftBlockWidget(BlockWidget):
    """Reads blocks from form data that may lack some of it: what comes through a socket isn't always a whole form."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the blocks' value. Raises `ValidationError` where upstream would fail on missing or odd data."""
        try:
            return super().value_from_datadict(data, files, name)
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError, BadRequest) as error:
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

    `remembered` maps the id of a block to its last good value and belongs to the session, from bind to bind;
    `unusable` maps, after `clean`, the ids of blocks that couldn't be taken as they stand to their labels.
    """

    def __init__(self, original: BlockField) -> None:
        block = copy_block(original.block)
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


def copy_block(block: Block, attempts: int = 10) -> Block:
    """Return a copy of `block` with its children. The copy is begun again if another thread computes properties of it.

    Django renders the edit page from the same block. A `cached_property` that it computes ends the copying.
    """
    for _attempt in range(attempts):
        with suppress(RuntimeError):
            return copy.deepcopy(block)
    return copy.deepcopy(block)


@cache
def get_draft_form_class(page_class: Any) -> Any:
    """Return the form class for drafts of `page_class`. Wagtail builds a new class at each call; one is enough."""
    form_class = page_class.get_edit_handler().get_form_class()
    use_draft_fields(form_class)
    return form_class


def use_draft_fields(form_class: Any) -> None:
    """Let the form and those of its inline children take blocks in whatever state they are."""
    for name, form_field in form_class.base_fields.items():
        if isinstance(form_field, BlockField):
            form_class.base_fields[name] = DraftBlockField(form_field)
    for formset_class in form_class.formsets.values():
        use_draft_fields(formset_class.form)


TOTAL = "-TOTAL_FORMS"


def set_true_counts(data: FormData) -> None:
    """Let no formset in `data` claim more children than the form has fields of."""
    names = sorted(data)

    def is_there(child: str) -> bool:
        place = bisect_left(names, child)
        return place < len(names) and names[place].startswith(child)

    for total in [name for name in names if name.endswith(TOTAL)]:
        prefix = total.removesuffix(TOTAL)
        present = next(number for number in itertools.count() if not is_there(f"{prefix}-{number}-"))
        claimed = str(data[total])
        if not claimed.isdecimal() or len(claimed) > len(str(present)) or int(claimed) > present:
            data[total] = str(present)


NEVER_BLANK = ("title", "slug")
# Wagtail's comments are a formset of the page form, but no part of the page that a reader sees.
NOT_OF_THE_PAGE = ("comments",)


@dataclass
class Memory:
    """The last good state of each part of a form, so that a half-typed value doesn't blank what is seen."""

    fields: dict[str, Any] = field(default_factory=dict)
    blocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    formsets: dict[str, FormData] = field(default_factory=dict)


class Draft(NamedTuple):
    """A page as its author has it on the screen, with the form that it was bound by.

    `unusable` maps what couldn't be taken as it stands (names of fields and formsets, ids of blocks) to its label.
    """

    page: Page
    form: Any
    unusable: dict[str, str]


def bind_draft(source: Source, data: FormData, user: AbstractBaseUser, memory: Memory) -> Draft:
    """Return the draft that `data`, the editor's form, describes.

    `memory` belongs to the editing session and is updated. Nothing is written to the database. Raises `SourceGone`, and
    `BadMessage` if no edit form has such children.
    """
    page, parent = source.load()
    page_class: Any = type(page)
    data = _with_placeholders(data)
    form = get_draft_form_class(page_class)(data, instance=page, parent_page=parent, for_user=user)
    _build_children(form)
    form.defer_required_fields()
    for name, form_field in form.fields.items():
        if isinstance(form_field, DraftBlockField):
            form_field.remembered = memory.blocks.setdefault(name, {})
            form_field.unusable = {}
    form.is_valid()
    unusable = _take_fields(form, memory) | _take_formsets(form, data, memory)
    if isinstance(source, NewPage):
        page.set_url_path(parent)
    return Draft(page, form, unusable)


def _with_placeholders(data: FormData) -> FormData:
    """An author begins with the text: a page without title or slug is shown all the same, as upstream does."""
    data = copy.copy(data)
    placeholders = {"title": gettext("Untitled"), "slug": uuid.uuid4().hex}
    for name in NEVER_BLANK:
        if not data.get(name, "").strip():
            data[name] = placeholders[name]
    set_true_counts(data)
    return data


def _build_children(form: Any) -> None:
    """Build the forms of inline children: that fails where one that claims to be saved has no id, or an odd one."""
    try:
        for formset in form.formsets.values():
            for child in formset.forms:
                _build_children(child)
    except (LookupError, ValidationError) as error:
        raise BadMessage from error


def _take_fields(form: Any, memory: Memory) -> dict[str, str]:
    """Put every usable field on the page, the last good value where one can't be used. Return those with labels."""
    unusable = {}
    for name, form_field in form.fields.items():
        if name in form.cleaned_data:
            memory.fields[name] = form.cleaned_data[name]
        elif name in memory.fields:
            form.cleaned_data[name] = memory.fields[name]
        if name in form.errors and name != "slug":
            unusable[name] = _label(form_field.label, name)
        unusable |= getattr(form_field, "unusable", {})
    construct_instance(form, form.instance, form._meta.fields, form._meta.exclude)
    _take_relations(form)
    return unusable


def _take_relations(form: Any) -> None:
    """Put tags and many-to-many choices on the page in memory.

    Follows `modelcluster.forms.ClusterForm.save_cluster_m2m`, but for tags: taggit would write new ones to the
    database.
    """
    for model_field in form.instance._meta.many_to_many:
        if model_field.name not in form.cleaned_data:
            continue
        value = form.cleaned_data[model_field.name]
        if isinstance(model_field, TaggableManager):
            _take_tags(form.instance, model_field, value[:MAX_TAGS])
        elif isinstance(model_field, ParentalManyToManyField):
            model_field.save_form_data(form.instance, value)


def _take_tags(page: Page, model_field: Any, names: list[str]) -> None:
    through = model_field.through
    known = {tag.name: tag for tag in through.tag_model().objects.filter(name__in=names)}
    tags = [known.get(name) or through.tag_model()(name=name, slug=slugify(name)) for name in names]
    relation = through._meta.get_field("content_object").remote_field.get_accessor_name()
    getattr(page, relation).set([through(tag=tag) for tag in tags])


def _take_formsets(form: Any, data: FormData, memory: Memory) -> dict[str, str]:
    """Put the inline children on the page in memory, in their last good state where they can't be used."""
    unusable = {}
    for name, formset in form.formsets.items():
        if name in NOT_OF_THE_PAGE:
            continue
        if formset.is_valid():
            memory.formsets[name] = data
        else:
            unusable[name] = _label(formset.model._meta.verbose_name, name)
            formset = _last_good_formset(form, name, memory)
        if formset is not None:
            formset.save(commit=False)
    return unusable


def _last_good_formset(form: Any, name: str, memory: Memory) -> Any | None:
    if name not in memory.formsets:
        return None
    current = form.formsets[name]
    formset = type(current)(
        memory.formsets[name], instance=form.instance, prefix=current.prefix, form_kwargs=current.form_kwargs
    )
    formset.min_num = 0
    for child in formset:
        child.defer_required_fields()
    return formset if formset.is_valid() else None


def _label(label: Any, name: str) -> str:
    return str(capfirst(label or name.replace("_", " ")))

"""Takes out of a page's form what isn't valid, so that autosave can save the rest and name what is missing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpResponse, JsonResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modelcluster.forms import ClusterForm
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import Block, StreamBlockValidationError, StreamValue, StructBlockValidationError, StructValue
from wagtail.blocks.base import BlockField
from wagtail.blocks.list_block import ListBlockValidationError, ListValue


@dataclass(frozen=True)
class InvalidPart:
    """A field of the form, or of a block in it. `selector` finds its element in the page editor; it may be empty."""

    selector: str
    label: str
    error: str

    def __str__(self) -> str:
        return f"{self.label}: {self.error}" if self.label else self.error


class SavesValidParts:
    """For views that save pages by themselves: autosave saves what is valid, and names what isn't."""

    action_name: str
    expects_json_response: bool
    form: WagtailAdminPageForm
    invalid_parts: list[InvalidPart] = []

    def form_invalid(self, form: WagtailAdminPageForm) -> HttpResponse:
        """Save the valid part of a draft, if it is autosaved and nobody has locked the page."""
        if self.expects_json_response and self.action_name == "save" and not getattr(self, "locked_for_user", False):
            form.defer_required_fields()
            self.invalid_parts = leave_out_invalid(form)
            if form.is_valid():
                form.instance.title = form.instance.title or _("Untitled")
                return self.form_valid(form)  # type: ignore[attr-defined]
            form.restore_required_fields()
        return super().form_invalid(form)  # type: ignore[misc]

    def json_error_response(self, error_code: str, error_message: str) -> HttpResponse:
        """Answer autosave with an error; one of validation names the parts that aren't valid."""
        if error_code == "validation_error":
            error_message = " ".join(map(str, self.invalid_parts)) or error_message
        return super().json_error_response(error_code, error_message)  # type: ignore[misc]

    def save_action(self) -> HttpResponse:
        """Save, and add to the answer what was left out: as `invalid_parts`, each with `selector` and `text`."""
        response = super().save_action()  # type: ignore[misc]
        if self.invalid_parts:
            parts = [{"selector": part.selector, "text": str(part)} for part in self.invalid_parts]
            response = JsonResponse(
                json.loads(response.content) | {"invalid_parts": parts}, status=response.status_code
            )
        return response


def leave_out_invalid(form: ClusterForm, place: str = "") -> list[InvalidPart]:
    """Take out of a bound form what isn't valid, and return it. These fields and blocks stay as they were saved.

    A new block or row that can't do without the invalid field is left out. What is wrong with several fields or rows
    together is returned, too, but the form stays invalid. `place` stands before the labels.
    """
    parts: list[InvalidPart] = []
    for name, error in form.errors.as_data().items():
        if name == NON_FIELD_ERRORS:
            parts.append(InvalidPart("", place, error[0].messages[0]))
            continue
        parts.extend(_leave_out_field(form, name, error[0], place))
        del form.errors[name]
    for formset in form.formsets.values():
        selector = f"#id_{formset.prefix}-FORMS"
        parts.extend(InvalidPart(selector, "", str(error)) for error in formset.non_form_errors())
        rows = [row for row in formset if not row.cleaned_data.get(DELETION_FIELD_NAME)]
        for number, row in enumerate(rows, 1):
            invalid = leave_out_invalid(row, f"{place}{capfirst(formset.model._meta.verbose_name)} {number}, ")
            parts.extend(invalid)
            if invalid and row.instance.pk is None and not _can_be_stored(row):
                row.cleaned_data[DELETION_FIELD_NAME] = True
    return parts


def _leave_out_field(form: ClusterForm, name: str, error: ValidationError, place: str) -> Iterator[InvalidPart]:
    field = form.fields[name]
    label = f"{place}{field.label}"
    saved = form.initial.get(name)
    if not isinstance(field, BlockField):
        _restore(form, name, saved)
        yield InvalidPart(f"#{form[name].id_for_label}", label, error.messages[0])
        return
    value = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    valid = _ValidBlocks()
    value = valid.part_of(field.block, value, error, saved, f'[data-contentpath="{name}"]', label)
    yield from valid.left_out
    try:
        form.cleaned_data[name] = field.clean(value)
        setattr(form.instance, name, form.cleaned_data[name])
    except ValidationError:
        _restore(form, name, saved)


def _restore(form: ClusterForm, name: str, saved: Any) -> None:
    """Undo what an invalid field has changed in the instance: errors of the model are found after that."""
    form.cleaned_data.pop(name, None)
    try:
        field = form.instance._meta.get_field(name)
    except FieldDoesNotExist:
        return
    if field.concrete and not field.many_to_many:
        setattr(form.instance, field.attname, saved)


def _can_be_stored(row: ClusterForm) -> bool:
    fields = row.instance._meta.concrete_fields
    required = [field for field in fields if not field.null and not field.primary_key and field.name in row.fields]
    return all(getattr(row.instance, field.attname) is not None for field in required)


class _ValidBlocks:
    """The valid part of a StreamField's value. `left_out` is the rest."""

    def __init__(self) -> None:
        self.left_out: list[InvalidPart] = []

    def part_of(self, block: Block, value: Any, error: ValidationError, saved: Any, selector: str, label: str) -> Any:
        """Return `value` with each part that has an `error` as it was `saved`. None if there is no such value."""

        def part(child: Block, child_value: Any, child_error: ValidationError, child_saved: Any, name: str) -> Any:
            place = f'{selector} [data-contentpath="{name}"]'
            return self.part_of(child, child_value, child_error, child_saved, place, f"{label}, {child.label}")

        match error:
            case StructBlockValidationError(block_errors=errors, non_block_errors=[]) if isinstance(value, StructValue):
                parts = dict(value)
                for name, child_error in errors.items():
                    child = block.child_blocks[name]
                    found = part(child, value[name], child_error, saved and saved.get(name), name)
                    parts[name] = child.get_default() if found is None else found
                return block.meta.value_class(block, parts)
            case StreamBlockValidationError(block_errors=errors, non_block_errors=[]):
                before = {(child.id, child.block_type): child.value for child in saved or ()}
                children = []
                for index, child in enumerate(value):
                    found = child.value
                    if index in errors:
                        was = before.get((child.id, child.block_type))
                        found = part(child.block, found, errors[index], was, child.id)
                    if found is not None:
                        children.append((child.block_type, found, child.id))
                return StreamValue(block, children)
            case ListBlockValidationError(block_errors=errors, non_block_errors=[]):
                before = {child.id: child.value for child in saved.bound_blocks} if saved else {}
                children = []
                for index, child in enumerate(value.bound_blocks):
                    found = child.value
                    if index in errors:
                        found = part(child.block, found, errors[index], before.get(child.id), child.id)
                    if found is not None:
                        children.append(ListValue.ListChild(child.block, found, id=child.id))
                return ListValue(block, bound_blocks=children)
        [*inner] = getattr(error, "block_errors", {}).values()
        sentences = [*getattr(error, "non_block_errors", ()), *(sentence for one in inner for sentence in one.messages)]
        self.left_out.append(InvalidPart(selector, label, (sentences or error.messages)[0]))
        return saved

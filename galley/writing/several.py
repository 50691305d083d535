"""A list block and a panel that take several at once: pictures, pages. Empty members don't stop a publication."""

import copy
from itertools import chain
from typing import Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import ClusterForm
from wagtail.admin.panels import MultipleChooserPanel
from wagtail.admin.telepath import register
from wagtail.blocks import ListBlock
from wagtail.blocks.list_block import ListBlockAdapter, ListBlockValidationError, ListValue


def _is_empty(value: Any) -> bool:
    return all(map(_is_empty, value.values())) if isinstance(value, dict) else value in (None, "", False)


class SeveralBlock(ListBlock):
    """A list whose members have a chooser, with a button that chooses several at once."""

    def clean(self, value: Any) -> ListValue:
        """Return `value` without the members in which nothing is chosen or written."""
        children = self.normalize(value).bound_blocks
        filled = {index: child for index, child in enumerate(children) if not _is_empty(child.value)}
        try:
            return super().clean(ListValue(self, bound_blocks=list(filled.values())))
        except ListBlockValidationError as error:
            places = list(filled)
            found = {places[index]: child_error for index, child_error in error.block_errors.items()}
            raise ListBlockValidationError(found, error.non_block_errors) from error

    def deconstruct_with_lookup(self, lookup: Any) -> Any:
        """Return what migrations write: Wagtail's block, whose values are the same."""
        _path, args, kwargs = super().deconstruct_with_lookup(lookup)
        return "wagtail.blocks.ListBlock", args, kwargs

    class Meta:
        takes_files = False


class PicturesBlock(SeveralBlock):
    """A list of pictures. Files that are uploaded or dropped become members, too."""

    class Meta:
        takes_files = True


class SeveralBlockAdapter(ListBlockAdapter):
    """Describes the block to the scripts of streams."""

    js_constructor = "writing.SeveralBlock"

    def js_args(self, block: SeveralBlock) -> list[Any]:
        """Return Wagtail's arguments, with the labels of the buttons."""
        *arguments, meta = super().js_args(block)
        upload_label = _("Upload several, or drop them here") if block.meta.takes_files else ""
        return [*arguments, meta | {"chooseLabel": str(_("Choose several")), "uploadLabel": str(upload_label)}]

    @property
    def media(self) -> forms.Media:
        """The script of Wagtail's lists, and ours."""
        return super().media + forms.Media(js=["writing/block_ids.js", "writing/several_block.js"])


register(SeveralBlockAdapter(), SeveralBlock)


class PicturesPanel(MultipleChooserPanel):
    """Wagtail's panel of pictures, which takes several that are uploaded or dropped, too."""

    class BoundPanel(MultipleChooserPanel.BoundPanel):
        """The panel of one form."""

        template_name = "writing/pictures_panel.html"


class LeavesOutBlankRows:
    """For forms of pages: rows in which nothing has been chosen or written are left out."""

    formsets: dict[str, Any]

    def is_valid(self) -> bool:
        """Return whether what is left without blank rows is valid."""
        for row in chain.from_iterable(self.formsets.values()):
            if row.is_bound and _is_blank(row):
                row.data = copy.copy(row.data)
                row.data[row.add_prefix(DELETION_FIELD_NAME)] = "1"
        valid: bool = super().is_valid()  # type: ignore[misc]
        return valid


def _is_blank(row: ClusterForm) -> bool:
    """Whether a row was added, and has only its number."""
    is_new = not row.data.get(row.add_prefix(row.instance._meta.pk.name))
    return is_new and set(row.changed_data) <= {ORDERING_FIELD_NAME} and not any(map(len, row.formsets.values()))

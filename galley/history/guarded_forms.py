"""Stores no form over what was saved after it was opened: of settings, snippets, redirects, images, documents."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.core.files import File
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.text import capfirst, get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from taggit.models import TagBase
from wagtail.admin import messages
from wagtail.blocks.stream_block import StreamValue
from wagtail.log_actions import registry
from wagtail.models import Comment
from wagtail.snippets.views.snippets import EditView as SnippetEditView
from wagtail.utils.timestamps import render_timestamp

from galley.history.texts import describe, mark_differences
from galley.languages.conf import further_languages, language_name
from galley.languages.texts import name_in

LOADED = "loaded_values"
_TECHNICAL = {LOADED, "id", "ORDER", "DELETE"}


class _LoadedValues(forms.CharField):
    """Which values the form was opened with: their digests by field, and the last entry of the log then."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return that it hasn't: nobody has written it."""
        return False


class GuardsValues:
    """For Wagtail's generic edit views, if they have no autosave. A form replaces nothing that its author hasn't seen.

    A field that only somebody else has changed meanwhile keeps what is stored. If both have changed it, nothing is
    stored: the form is shown again, with what is stored above it. Sent once more, it replaces that.
    """

    request: HttpRequest
    object: Any
    conflicts: list[str]
    merged: list[str]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save the form. From the comparison to the end, nobody else saves the same object."""
        self.conflicts, self.merged = [], []
        with transaction.atomic():
            found = self.get_object()  # type: ignore[attr-defined]
            type(found)._base_manager.select_for_update().filter(pk=found.pk).first()
            self.object = self.get_object()  # type: ignore[attr-defined]
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        if self.merged:
            fields = ", ".join(self._label(name) for name in self.merged)
            messages.info(request, f"{self.who} {_('These changes stay: %s.') % fields}")
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return Wagtail's arguments. Rows that have been deleted meanwhile count as new."""
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        formsets = getattr(self.get_form_class(), "formsets", None)  # type: ignore[attr-defined]
        if formsets and "data" in kwargs:
            kwargs["data"] = without_deleted_rows(kwargs["data"], formsets)
        return kwargs

    def get_form(self, form_class: Any = None) -> Any:
        """Return the form. Once sent, it leaves fields alone that only somebody else has changed."""
        form = super().get_form(form_class)  # type: ignore[misc]
        if form.is_bound:
            kwargs = {name: value for name, value in self.get_form_kwargs().items() if name not in ("data", "files")}
            self.stored = _read_stored(type(form)(**kwargs))
            form = self._compare(form, form_class)
        else:
            digests = {name: _digest(value) for name, value in _read_stored(form).items()}
            last = registry.get_logs_for_instance(self.object).order_by("-pk").values_list("pk", flat=True).first()
            form.initial[LOADED] = json.dumps({"values": digests, "log": last or 0})
        form.fields[LOADED] = _LoadedValues(required=False)
        return form

    def is_valid(self, form: Any) -> bool:
        """Return whether the form can be saved. If not, Wagtail shows the message that this sets."""
        if not super().is_valid(form):  # type: ignore[misc]
            return False
        if self.conflicts:
            fields = [(self._label(name), self._mark(name)) for name in self.conflicts]
            self.produced_error_code = "invalid_revision"
            context = {"who": self.who, "fields": fields}
            self.produced_error_message = render_to_string("history/newer_values.html", context)
        return not self.conflicts

    def _compare(self, form: Any, form_class: Any) -> Any:
        """Find what was changed meanwhile, and return the form to save or, if there are conflicts, to show."""
        name_of_field = form.add_prefix(LOADED)
        loaded, last = _parse(form.data.get(name_of_field, ""))
        digests = {name: _digest(value) for name, value in self.stored.items()}
        changed = [name for name, digest in digests.items() if loaded.get(name, digest) != digest]
        self.form, self.rows = form, {name: formset.model for name, formset in getattr(form, "formsets", {}).items()}
        if not changed or not form.is_valid():
            return form
        self.who = self._say_who(last)
        self.typed = _read_typed(form)
        typed = {name: _digest(self.typed[name]) for name in changed}
        self.merged = [name for name in changed if typed[name] == loaded[name]]
        self.conflicts = [name for name in changed if typed[name] not in (loaded[name], digests[name])]
        if self.merged and not self.conflicts:
            self.form = self._build(form_class, leave_alone=self.merged)
            if self.form.is_valid():
                return self.form
            self.conflicts = self.merged  # what is stored there doesn't go with what was typed elsewhere
        if self.conflicts:
            self.merged = []
        self.form = self._build(form_class)
        if self.conflicts:
            known = loaded | {name: digests[name] for name in self.conflicts}
            self.form.data = self.form.data.copy()
            self.form.data[name_of_field] = json.dumps({"values": known, "log": last})
        return self.form

    def _build(self, form_class: Any, leave_alone: Any = ()) -> Any:
        """Return the form that was sent, for the object as it is stored."""
        self.object = self.get_object()  # type: ignore[attr-defined]
        form = super().get_form(form_class)  # type: ignore[misc]
        for name in leave_alone:
            if name in form.fields:
                form.fields[name].disabled = True  # Django takes what is stored then
            else:
                del form.formsets[name]
        return form

    def _say_who(self, last: int) -> str:
        """Return who has saved the object since the entry `last` of its log, and when."""
        entries = list(registry.get_logs_for_instance(self.object).filter(pk__gt=last).order_by("pk"))
        if not entries:
            return _("While you were writing, somebody saved this.")
        values = {"time": render_timestamp(entries[-1].timestamp)}
        if all(entry.user_id == self.request.user.pk for entry in entries):
            return _("You saved this in another window (%(time)s).") % values
        names = list(dict.fromkeys(entry.user_display_name for entry in entries))
        return _("While you were writing, %(names)s saved this (%(time)s).") % {
            **values,
            "names": get_text_list(names, _("and")),
        }

    def _label(self, name: str) -> str:
        if name in self.rows:
            return str(capfirst(self.rows[name]._meta.verbose_name_plural))
        languages = [language_name(one) for one in further_languages() if name.endswith(name_in(one, ""))]
        label = str(self.form.fields[name].label or capfirst(name.replace("_", " ")))
        return f"{label} ({languages[0]})" if languages else label

    def _mark(self, name: str) -> str:
        """Return what is stored as HTML. The words that were not typed are marked."""
        return mark_differences(self._describe(name, self.stored[name]), self._describe(name, self.typed[name]))[0]

    def _describe(self, name: str, value: Any) -> str:
        if name in self.rows:
            return "\n".join(describe(self.rows[name], row) for row in value)
        field = self.form.fields[name]
        try:
            shape = getattr(field, "block", None) or self.object._meta.get_field(name)
        except FieldDoesNotExist:
            shape = field
        if isinstance(shape, models.ManyToManyField):
            return ", ".join(describe(shape, one) for one in value)
        if isinstance(value, list) and not hasattr(field, "block"):
            return ", ".join(str(one) for one in value)
        return describe(shape, localtime(value) if isinstance(value, datetime) else value)


def without_deleted_rows(sent: QueryDict, formsets: Mapping[str, Any]) -> QueryDict:
    """Return what was `sent`. Rows that have been deleted meanwhile count as new, and comments as deleted."""
    data: Any = sent.copy()
    for prefix, formset in formsets.items():
        names = [name for name in data if re.fullmatch(rf"{prefix}-[0-9]+-id", name) and data[name].isdecimal()]
        found = formset.model._default_manager.filter(pk__in=[data[name] for name in names])
        existing = {str(pk) for pk in found.values_list("pk", flat=True)}
        for name in names:
            if data[name] not in existing:
                data[name] = ""
                if formset.model is Comment:
                    data[name.replace("-id", "-DELETE")] = "1"
    return data


def _read_stored(form: Any) -> dict[str, Any]:
    """Return what stands in a form that hasn't been sent, by field and by relation."""
    values = {
        name: _plain(form.initial.get(name, field.initial))
        for name, field in form.fields.items()
        if name not in _TECHNICAL
    }
    formsets = getattr(form, "formsets", {}).items()
    return values | {name: [_read_stored(row) for row in formset.initial_forms] for name, formset in formsets}


def _read_typed(form: Any) -> dict[str, Any]:
    """Return what stands in a form that was sent, as `_read_stored` does. It is valid."""
    values = {name: _plain(form.cleaned_data.get(name)) for name in form.fields if name not in _TECHNICAL}
    rows = {
        name: [_read_typed(row) for row in _rows_of(formset)] for name, formset in getattr(form, "formsets", {}).items()
    }
    return values | rows


def _rows_of(formset: Any) -> list[Any]:
    if formset.can_order:
        return list(formset.ordered_forms)
    deleted = formset.deleted_forms if formset.can_delete else ()
    return [row for row in formset.forms if row not in deleted and (row in formset.initial_forms or row.has_changed())]


def _plain(value: Any) -> Any:
    """Return a value of a form, before or after its validation, as JSON or a date."""
    if isinstance(value, StreamValue):
        list(value)  # loads the blocks: those that aren't loaded are written as they are stored
        return _without_ids(value.get_prep_value())
    if isinstance(value, models.Model):
        return value.name if isinstance(value, TagBase) else value.pk
    if isinstance(value, models.QuerySet | list | tuple | set):
        return sorted((_plain(one) for one in value), key=str)
    if isinstance(value, File):
        return value.name or ""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return "" if value is None or callable(value) else value


def _without_ids(value: Any) -> Any:
    """Return the value of a stream without ids of blocks: Wagtail makes new ones where none are stored."""
    if isinstance(value, list):
        return [_without_ids(one) for one in value]
    if isinstance(value, dict):
        is_block = "type" in value and "value" in value
        return {name: _without_ids(one) for name, one in value.items() if not (is_block and name == "id")}
    return value


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, default=str, sort_keys=True).encode()).hexdigest()[:16]


def _parse(sent: str) -> tuple[dict[str, str], int]:
    """Return the digests of a form that was sent, and the entry of the log. It has none if somebody else wrote it."""
    try:
        found = json.loads(sent)
        return dict(found["values"]), int(found["log"])
    except (ValueError, TypeError, KeyError):
        return {}, 0


class GuardedSnippetEditView(GuardsValues, SnippetEditView):
    """Wagtail's view of a snippet, which replaces nothing unseen."""

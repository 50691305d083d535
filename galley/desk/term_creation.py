"""The form in the chooser of a page that creates a term: its texts, a picture to upload, and a first link."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import CharField, Model, TextField, URLField
from django.utils.functional import cached_property
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from modelcluster.models import get_all_child_relations
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.permissions import policy_registry
from wagtail.snippets.views.chooser import ChooseView, SnippetChooserViewSet, SnippetCreateView

from galley.images.uploads import UploadField
from galley.languages.conf import has_several_languages, language_name


def find_texts(model: type[Model]) -> Iterator[Any]:
    """Yield the fields of `model` for texts that editors write, URLs among them."""
    for field in model._meta.fields:
        if isinstance(field, CharField | TextField) and field.editable:
            yield field


class TermCreationForm(forms.ModelForm):
    """A term's texts. A picture that a term refers to is uploaded here, by those who may; of rows, there is one."""

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self._uploads: dict[str, Any] = {}
        self._point_to_other_languages()
        for bound_field in self:
            if isinstance(bound_field.field.widget, forms.Textarea):
                bound_field.field.widget.attrs["rows"] = 3
        for field in self._pictures() if self._collections else ():
            label, help_text = capfirst(field.verbose_name), field.help_text
            self.fields[field.name] = UploadField(label=label, help_text=help_text, required=False)
        for relation in get_all_child_relations(self._meta.model):
            for field in find_texts(relation.related_model):
                label = f"{capfirst(relation.related_model._meta.verbose_name)}: {field.verbose_name}"
                scheme = {"assume_scheme": "https"} if isinstance(field, URLField) else {}
                self.fields[f"{relation.name}_{field.name}"] = field.formfield(required=False, label=label, **scheme)

    def _point_to_other_languages(self) -> None:
        """Say where the other languages are written: with their fields, the form would be a long one."""
        names = getattr(self._meta.model, "translated_fields", ()) if has_several_languages() else ()
        for name in names[:1]:
            text = _("Here in {language}. In the other languages, you write it under People and subjects.")
            help_text = format_lazy(text, language=language_name(settings.LANGUAGE_CODE))
            self.fields[name].help_text = format_lazy("{} {}", self.fields[name].help_text, help_text)

    def _pictures(self) -> list[Any]:
        return [field for field in self._meta.model._meta.fields if field.related_model is get_image_model()]

    @cached_property
    def _collections(self) -> list[Any]:
        """The collections that the user may add pictures to."""
        policy = policy_registry.get_by_type(get_image_model())
        return list(policy.collections_user_has_permission_for(self.user, "add")[:1]) if self.user else []

    def clean(self) -> dict[str, Any]:
        """Check the picture as Wagtail's own form does, and the row."""
        data = super().clean() or self.cleaned_data
        for field in self._pictures():
            if (file := data.get(field.name)) and data.get("name"):
                values = {"title": data["name"], "collection": self._collections[0].pk}
                image = get_image_model()(uploaded_by_user=self.user)
                upload_form = get_image_form(get_image_model(), fields=("title", "collection", "file"))
                upload = upload_form(values, {"file": file}, instance=image, user=self.user)
                for error in chain.from_iterable(upload.errors.values()):
                    self.add_error(field.name, error)
                self._uploads[field.name] = upload
        for relation in get_all_child_relations(self._meta.model):
            self._add_row(relation, data)
        return data

    def _add_row(self, relation: Any, data: dict[str, Any]) -> None:
        values = {field.name: data.get(f"{relation.name}_{field.name}") for field in find_texts(relation.related_model)}
        if not any(values.values()):
            return
        row = relation.related_model(**values)
        try:
            row.clean_fields(exclude=[relation.field.name])
        except ValidationError as errors:
            for name, error in errors.error_dict.items():
                if f"{relation.name}_{name}" not in self.errors:
                    self.add_error(f"{relation.name}_{name}", error)
        getattr(self.instance, relation.name).add(row)

    def save(self, commit: bool = True) -> Any:
        """Save the picture and the term with its row."""
        for name, upload in self._uploads.items():
            setattr(self.instance, name, upload.save())
        return super().save(commit)


class _ForUser:
    """For views with that form."""

    request: Any

    def get_creation_form_kwargs(self) -> dict[str, Any]:
        # The form of the page around it has fields of the same names.
        own = {"user": self.request.user, "auto_id": "id_new_term_%s"}
        return super().get_creation_form_kwargs() | own  # type: ignore[misc]


class TermChooseView(_ForUser, ChooseView):
    """Wagtail's view with that form."""


class TermCreateView(_ForUser, SnippetCreateView):
    """Wagtail's view with that form."""


class TermChooserViewSet(SnippetChooserViewSet):
    """Wagtail's chooser, in which a new term can be written without leaving the page."""

    choose_view_class = TermChooseView
    create_view_class = TermCreateView

    @cached_property
    def creation_form_class(self) -> type[forms.ModelForm]:
        """The form for the texts of the model."""
        names = sorted((field.name for field in find_texts(self.model)), key=lambda name: name != "name")
        return forms.modelform_factory(self.model, form=TermCreationForm, fields=names)

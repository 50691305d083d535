"""Texts in the further languages of a site, stored beside those in the first: in models, their forms and queries."""

import copy
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.admin.utils import NotRelationField, get_fields_from_path
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.forms import Field
from django.utils.text import capfirst, format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.models import formfield_for_dbfield
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, Panel
from wagtail.fields import StreamField

from galley.languages.conf import further_languages, language_name


def name_in(language: str | None, name: str) -> str:
    """Return the name of the form field, or of the block, for the text `name` in a further language."""
    return f"{name}_{language or ''}".replace("-", "_")


class TranslationsField(models.JSONField):
    """The texts by language and field: `{"de": {"tagline": "…"}}`. Migrations name Django's field."""

    def deconstruct(self) -> Any:
        """Return what migrations write."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def extract_references(self, value: Any) -> Iterator[tuple[type[models.Model], str, str, str]]:
        """Yield the pages, documents and images to which the texts lead, for Wagtail's reference index."""
        for language, texts in value.items():
            for name, text in texts.items():
                field: Any = self.model._meta.get_field(name)
                if hasattr(field, "extract_references"):
                    for model, pk, *paths in field.extract_references(field.to_python(text)):
                        yield model, pk, *(f"{language}.{name}.{path}" for path in paths)


class _DeclaresTexts(type(WagtailAdminModelForm)):  # type: ignore[misc]
    """Declares the fields of the texts, so that panels can name them as they name others."""

    def __new__(cls, name: str, bases: Any, attrs: dict[str, Any]) -> Any:
        model = getattr(attrs.get("Meta"), "model", None)
        texts = [
            name_in(code, text) for text in getattr(model, "translated_fields", ()) for code in further_languages()
        ]
        return super().__new__(cls, name, bases, {**attrs, **{text: Field(required=False) for text in texts}})


class TranslatedForm(WagtailAdminModelForm, metaclass=_DeclaresTexts):
    """A form with a field for each text in each further language. None of them is required."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, field, name in self._find_texts():
            self.fields[name] = formfield_for_dbfield(_make_optional(field), help_text=_help())
            text = (self.instance.translations or {}).get(language, {}).get(field.name)
            self.initial[name] = field.to_python(text) if text else field.get_default()

    def _find_texts(self) -> Iterator[tuple[str, Any, str]]:
        """Yield language, model field and form field of the texts that the user may edit."""
        model: Any = self._meta.model
        for name in model.translated_fields:
            if name in self.fields:
                yield from ((one, model._meta.get_field(name), name_in(one, name)) for one in further_languages())

    def save(self, commit: bool = True) -> Any:
        """Save the object with the texts. Those in a language that is switched off stay."""
        texts = {language: dict(found) for language, found in (self.instance.translations or {}).items()}
        for language, field, name in self._find_texts():
            texts.setdefault(language, {})[field.name] = field.get_prep_value(self.cleaned_data[name])
        written = {language: {name: text for name, text in found.items() if text} for language, found in texts.items()}
        self.instance.translations = {language: found for language, found in written.items() if found} or None
        return super().save(commit)


def _make_optional(field: Any) -> Any:
    """Return a copy of the model field whose form field isn't required."""
    field = copy.copy(field)
    field.blank = True
    if isinstance(field, StreamField):
        field.stream_block = copy.copy(field.stream_block)
        field.stream_block.meta = copy.copy(field.stream_block.meta)
        field.stream_block.meta.required = False
    return field


def _help() -> Any:
    return format_lazy(_("Empty: visitors read it in {language}."), language=language_name(settings.LANGUAGE_CODE))


class TranslatedTexts(models.Model):
    """For models with texts for visitors: those in `translated_fields` can be written in the further languages, too."""

    translations = TranslationsField(null=True, editable=False)

    first: Any = None
    """Of a copy that `local` has made, the object with the texts in the first language."""

    translated_fields: ClassVar[tuple[str, ...]] = ()
    base_form_class: ClassVar[type[WagtailAdminModelForm]] = TranslatedForm

    class Meta:
        abstract = True

    @property
    def local(self) -> Self:
        """This object for visitors: a copy with the texts that there are in the active language. Not to be saved."""
        language = get_language()
        texts = (self.translations or {}).get(language) if language in further_languages() else None
        if not texts:
            return self
        found = copy.copy(self)
        found.first = self
        for name in self.translated_fields:
            if name in texts:
                setattr(found, name, texts[name])
        return found


class TranslatedPanel(Panel):
    """A field, with those for the same text in the further languages below it."""

    def __init__(self, field_name: str) -> None:
        super().__init__()
        self.field_name = field_name

    def bind_to_model(self, model: type[models.Model]) -> Panel:
        """Return the panel: with one language, just that of the field."""
        languages = further_languages()
        if not languages:
            return FieldPanel(self.field_name).bind_to_model(model)
        heading = capfirst(model._meta.get_field(self.field_name).verbose_name)  # type: ignore[union-attr]
        first = FieldPanel(self.field_name, heading=language_name(settings.LANGUAGE_CODE))
        others = [FieldPanel(name_in(one, self.field_name), heading=language_name(one)) for one in languages]
        return MultiFieldPanel([first, *others], heading=heading).bind_to_model(model)


class TranslatedInlinePanel(InlinePanel):
    """Wagtail's panel for rows whose texts can be written in the further languages, too."""

    def get_form_options(self) -> dict[str, Any]:
        """Return Wagtail's options, with the form of the rows' own model."""
        options = super().get_form_options()
        options["formsets"][self.relation_name]["form"] = self.child_edit_handler.get_form_class()
        return options


def local_text(model: type[models.Model], lookup: str) -> Any:
    """Return an expression for the text at `lookup` from `model`, in the active language if it is written in it."""
    language = get_language()
    if language not in further_languages():
        return models.F(lookup)
    try:
        field = get_fields_from_path(model, lookup)[-1]
    except (FieldDoesNotExist, NotRelationField):  # it ends with a transform, such as the year of a date
        return models.F(lookup)
    if field.name not in getattr(field.model, "translated_fields", ()):
        return models.F(lookup)
    translations = f"{lookup.removesuffix(field.name)}translations"
    text = KeyTextTransform(field.name, KeyTextTransform(language, translations))
    return Coalesce(text, models.F(lookup), output_field=models.TextField())

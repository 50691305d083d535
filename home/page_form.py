"""The form of every page type. It takes unfinished drafts."""

from typing import Any

from django.db.models import DateTimeField
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.models import register_form_field_override
from wagtail.models import Page

from galley.history.autosave import get_loaded_revision
from galley.publishing.addresses import is_address_of_the_site
from galley.publishing.local_times import ChecksSchedule, LocalTimeField, LocalTimeInput
from galley.writing.several import LeavesOutBlankRows

register_form_field_override(DateTimeField, override={"form_class": LocalTimeField, "widget": LocalTimeInput})

# Leaves room for a number: the field takes 255 characters.
MAX_SLUG_LENGTH = 245


class PageForm(ChecksSchedule, LeavesOutBlankRows, WagtailAdminPageForm):
    """While a draft is saved, a missing title or slug is filled in, and an old expiry date stays.

    Rows in which nothing has been chosen or written are left out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
        if "title" in self.fields and not self.instance.pk:
            # A new page begins with its title. `autofocus` comes too early: the form's tabs are still hidden then.
            self.fields["title"].widget.attrs |= {
                "data-controller": "w-focus",
                "data-w-focus-target-value": "input",
                "data-action": "load@window->w-focus#focus",
            }

    def defer_required_fields(self) -> None:
        """Let the title be empty, too."""
        super().defer_required_fields()
        if "title" in self.fields:
            self.fields["title"].required = False

    def restore_required_fields(self) -> None:
        """Require the title again."""
        super().restore_required_fields()
        if "title" in self.fields:
            self.fields["title"].required = True

    def clean(self) -> dict[str, Any]:
        """Return Wagtail's cleaned data, with title and slug.

        The slug is numbered where the author hasn't chosen it: if it follows from the title, or nobody has seen it yet.
        """
        data = self.cleaned_data
        if self.is_deferred_validation and "title" in data:
            data["title"] = data["title"] or self.instance.title or _("Untitled")
        if "slug" in data:
            data["slug"] = self._free_slug(data["slug"], data.get("title", ""))
            if data["slug"] != self.instance.slug and self._is_of_the_site(data["slug"]):
                self.add_error("slug", _("The site itself has this address. Please choose another slug."))
        super().clean()
        return data

    def add_error(self, field: str | None, error: Any) -> None:
        """Add an error, unless it is about an expiry date that has passed and that the author leaves as it is."""
        expiry = self.cleaned_data.get("expire_at")
        is_old = expiry and expiry < timezone.now() and not {"expire_at", "go_live_at"} & set(self.changed_data)
        if not (field == "expire_at" and is_old and self.is_deferred_validation):
            super().add_error(field, error)

    def get_field_updates_for_resave(self) -> list[tuple[str, str]]:
        """Return Wagtail's updates of the open form, its revision, and the slug if the form's own was taken.

        An empty slug stays empty in the form: so it follows the title while that is being typed.
        """
        updates: list[tuple[str, str]] = super().get_field_updates_for_resave()
        updates += get_loaded_revision(self.instance).items()
        name = self.add_prefix("slug")
        if self.data.get(name) not in (None, "", self.instance.slug):
            updates.append((name, self.instance.slug))
        return updates

    def choose_free_slug(self) -> None:
        """Number the slug if another request has taken it since the form was checked."""
        if self._is_taken(self.instance.slug):
            self.instance.slug = self._free_slug("", self.instance.slug)

    def _free_slug(self, slug: str, title: str) -> str:
        if self.instance.first_published_at:
            slug = slug or self.instance.slug
        from_title = slugify(title, allow_unicode=True) or slugify(self.instance._meta.verbose_name)
        is_draft = self.is_deferred_validation and not self.instance.first_published_at
        if slug not in ("", from_title) and not is_draft:
            return slug  # chosen by the author: Wagtail refuses it if it is taken
        base = (slug or from_title)[:MAX_SLUG_LENGTH]
        slug, number = slug or base, 1
        while self._is_taken(slug):
            number += 1
            slug = f"{base}-{number}"
        return slug

    def _is_taken(self, slug: str) -> bool:
        siblings = self.parent_page.get_children().not_page(self.instance) if self.parent_page else Page.objects.none()
        return siblings.filter(slug=slug).exists() or self._is_of_the_site(slug)

    def _is_of_the_site(self, slug: str) -> bool:
        return bool(self.parent_page) and is_address_of_the_site(self.parent_page, slug)

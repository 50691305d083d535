"""Bulk actions of Wagtail's page listings that add or remove tags, categories or authors.

An app makes one with `make_term_action` for each relation of a page type, and registers it with `register_bulk_action`.
"""

import json
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from taggit.managers import TaggableManager
from wagtail.admin.forms.tags import TagField
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.admin.widgets import AdminTagWidget
from wagtail.models import Page

ADD, REMOVE = "add", "remove"
CHANGES = [(ADD, gettext_lazy("Add")), (REMOVE, gettext_lazy("Remove"))]


class _NamedTagWidget(AdminTagWidget):
    """Wagtail's widget, whose script replaces the labelled field by one without a name."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        options = json.loads(context["widget"]["attrs"]["data-w-tag-options-value"])
        options["placeholderText"] = _("Name of a tag")
        context["widget"]["attrs"]["data-w-tag-options-value"] = json.dumps(options)
        return context


class TermBulkAction(PageBulkAction):
    """Adds terms to the selected pages of `page_model`, or removes them.

    `relation` is a field for tags, a many-to-many field, or the name of rows whose foreign key `row_field` is the term.
    The change is a new revision. It is published where the page was live and had no unpublished changes. What is
    scheduled stays as it is: Wagtail locks it until its time.
    """

    page_model: Any = None
    relation = ""
    row_field = ""
    template_name = "desk/bulk_terms.html"
    action_priority = 30

    def check_perm(self, page: Page) -> bool:
        """Return whether the page has the relation, and the user may edit it now. An alias follows its source."""
        permissions = page.permissions_for_user(self.request.user)
        fits = issubclass(page.specific_class or Page, self.page_model) and not page.alias_of_id
        return bool(fits and permissions.can_edit() and not permissions.page_locked())

    def get_form(self, form_class: Any = None) -> forms.Form:
        """Return the form: add or remove, and which terms."""
        form = forms.Form(**self.get_form_kwargs())
        form.fields["change"] = forms.ChoiceField(
            choices=CHANGES, initial=ADD, widget=forms.RadioSelect, label=_("What to do")
        )
        form.fields["terms"] = self._build_terms_field()
        return form

    def _build_terms_field(self) -> forms.Field:
        relation: Any = self.page_model._meta.get_field(self.relation)
        if self.row_field:
            field: forms.Field = relation.related_model._meta.get_field(self.row_field).formfield()
            model = field.queryset.model  # type: ignore[attr-defined]
            field.widget = model.snippet_viewset.chooser_viewset.widget_class()
            field.help_text = ""
        elif isinstance(relation, TaggableManager):
            tag_model = relation.related_model
            field = TagField(tag_model=tag_model, widget=_NamedTagWidget(tag_model=tag_model))
        else:
            terms = relation.related_model._default_manager.all()
            field = forms.ModelMultipleChoiceField(terms, widget=forms.CheckboxSelectMultiple)
        field.label = self.display_name
        return field

    def get_execution_context(self) -> dict[str, Any]:
        """Return Wagtail's arguments, and what was chosen."""
        terms = self.cleaned_form.cleaned_data["terms"]
        change = self.cleaned_form.cleaned_data["change"]
        return super().get_execution_context() | {"terms": [terms] if self.row_field else list(terms), "change": change}

    @classmethod
    def execute_action(
        cls, objects: list[Page], user: Any = None, terms: Any = (), change: str = ADD, **kwargs: Any
    ) -> tuple[int, int]:
        """Return how many pages have changed, and how many of them only as a draft."""
        changed = drafts = 0
        for page in objects:
            draft = page.get_latest_revision_as_object()
            before = cls._read_terms(draft)
            (cls._change_rows if cls.row_field else cls._change_relation)(draft, terms, change)
            if cls._read_terms(draft) == before:
                continue
            changed += 1
            revision = draft.save_revision(user=user, log_action=True, clean=False)
            is_current = page.live and not page.has_unpublished_changes
            if is_current and (user is None or page.permissions_for_user(user).can_publish()):
                revision.publish(user=user)
            else:
                drafts += 1
        return changed, drafts

    @classmethod
    def _read_terms(cls, page: Any) -> set[Any]:
        rows = getattr(page, cls.relation).all()
        return {getattr(row, f"{cls.row_field}_id") if cls.row_field else row.pk for row in rows}

    @classmethod
    def _change_relation(cls, page: Any, terms: list[Any], change: str) -> None:
        relation = getattr(page, cls.relation)
        (relation.add if change == ADD else relation.remove)(*terms)

    @classmethod
    def _change_rows(cls, page: Any, terms: list[Any], change: str) -> None:
        relation = getattr(page, cls.relation)
        rows = list(relation.all())
        for term in terms:
            found = [row for row in rows if getattr(row, f"{cls.row_field}_id") == term.pk]
            if change == REMOVE:
                relation.remove(*found)
            elif not found:
                relation.add(relation.model(**{cls.row_field: term, "sort_order": len(rows)}))

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Return how many pages have changed, and for how many the change isn't public."""
        changed, drafts = num_parent_objects, num_child_objects
        if not changed:
            return _("All selected pages are like that already. Nothing has changed.")
        text = ngettext("%d page has changed.", "%d pages have changed.", changed) % changed
        if drafts:
            text += (
                " "
                + ngettext(
                    "%d of the changes is in a draft only: visitors don’t see it yet.",
                    "%d of the changes are in drafts only: visitors don’t see them yet.",
                    drafts,
                )
                % drafts
            )
        return text


def make_term_action(
    page_model: Any, relation: str, name: str | Promise, description: str | Promise, row_field: str = ""
) -> type[TermBulkAction]:
    """Return a bulk action for a relation of a page type, with the text of its button and the description of that."""
    attributes = {
        "page_model": page_model,
        "relation": relation,
        "row_field": row_field,
        "action_type": relation,
        "display_name": name,
        "aria_label": description,
    }
    return type(f"{relation.title()}BulkAction", (TermBulkAction,), attributes)

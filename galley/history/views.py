"""A page's history with the names of its versions, and the form that names one."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.history import ActionColumn
from wagtail.admin.views.pages.history import PageHistoryView
from wagtail.admin.views.pages.revisions import RevisionsCompareView
from wagtail.admin.views.pages.utils import GenericPageBreadcrumbsMixin
from wagtail.models import Page, PageLogEntry, Revision
from wagtail.utils.timestamps import render_timestamp

from galley.history.models import MAX_NAME_LENGTH, VersionName


class NamesColumn(ActionColumn):
    """Wagtail's column of actions, with the name of the version and the link to its form."""

    def get_actions(self, instance: PageLogEntry, parent_context: dict[str, Any]) -> list[dict[str, str]]:
        """Return Wagtail's actions and, if there are any, ours."""
        actions: list[dict[str, str]] = super().get_actions(instance, parent_context)
        if actions and self.object.permissions_for_user(parent_context["request"].user).can_edit():
            if hasattr(instance.revision, "overtaken"):
                actions.insert(
                    0, {"url": instance.revision.overtaken.merge_address, "label": gettext("Compare and merge")}
                )
            label = gettext("Rename this version") if name_of(instance.revision) else gettext("Name this version")
            url = reverse("name_version", args=[self.object.pk, instance.revision_id])
            actions.append({"url": url, "label": label})
        return actions

    def get_cell_context_data(self, instance: PageLogEntry, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Return Wagtail's context. The name stands after the sentence, or that the version isn't merged yet."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        if context["actions"] and hasattr(instance.revision, "overtaken"):
            text = gettext("Not merged yet")
            context["value"] = format_html("<span>{} <b>{}</b></span>", context["value"], text)
        if context["actions"] and (name := name_of(instance.revision)):
            context["value"] = format_html("<span>{} <b>“{}”</b></span>", context["value"], name)
        return context


class NamedHistoryView(PageHistoryView):
    """Wagtail's history of a page, with the names of its versions."""

    @cached_property
    def columns(self) -> list[Column]:
        """Return Wagtail's columns, with ours in place of the first."""
        first, *others = super().columns
        options = {"object": first.object, "url_names": first.url_names, "label": first.label}
        options |= {"user_can_unschedule": first.user_can_unschedule, "classname": "wrap-anywhere"}
        return [NamesColumn(first.name, **options), *others]

    def get_base_queryset(self) -> QuerySet[PageLogEntry]:
        """Return Wagtail's entries, with names."""
        return super().get_base_queryset().select_related("revision__version_name", "revision__overtaken")


class NamedCompareView(RevisionsCompareView):
    """Wagtail's comparison of two versions of a page. Its title says which they are, by name if they have one."""

    def get_page_subtitle(self) -> str:
        """Return the page and both versions."""
        return gettext("%(page)s: %(version)s and %(other)s") % {
            "page": super().get_page_subtitle(),
            "version": self._describe(self.revision_id_a),
            "other": self._describe(self.revision_id_b),
        }

    def _describe(self, revision_id: str) -> str:
        if revision_id in (words := {"live": _("live"), "earliest": _("earliest"), "latest": _("latest")}):
            return str(words[revision_id])
        revisions = Revision.objects.for_instance(self.object).select_related("version_name")
        revision = get_object_or_404(revisions, pk=revision_id)
        name = name_of(revision)
        return f"“{name}”" if name else render_timestamp(revision.created_at)


class VersionNameForm(forms.Form):
    """The name of a version."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        help_text=_(
            "For example “Before the cut”. Old versions are deleted after some time, but never one with a name. "
            "Leave the field empty to remove the name."
        ),
        widget=forms.TextInput(attrs={"autofocus": True, "maxlength": MAX_NAME_LENGTH}),
    )

    def clean_name(self) -> str:
        """Return the name without needless spaces. Raises ValidationError if it is too long."""
        name = " ".join(self.cleaned_data["name"].split())
        if surplus := max(len(name) - MAX_NAME_LENGTH, 0):
            text = ngettext(
                "This name is one character too long. Shorten it, please.",
                "This name is %(count)s characters too long. Shorten it, please.",
                surplus,
            )
            raise forms.ValidationError(text % {"count": surplus})
        return name


class VersionView(GenericPageBreadcrumbsMixin, WagtailAdminTemplateMixin, FormView):
    """A form about a version of a page. For those who may edit the page."""

    def setup(self, request: HttpRequest, *args: Any, page_id: int, revision_id: int, **kwargs: Any) -> None:
        """Find page and revision. Raises Http404 and PermissionDenied."""
        super().setup(request, *args, **kwargs)
        self.object = get_object_or_404(Page, pk=page_id).specific
        if not self.object.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        revisions = Revision.objects.for_instance(self.object).select_related("version_name", "user")
        self.revision = get_object_or_404(revisions, pk=revision_id)

    def get_page_subtitle(self) -> str:
        """Return which version it is."""
        return gettext("%(page)s, %(time)s") % {
            "page": self.object.get_admin_display_title(),
            "time": render_timestamp(self.revision.created_at),
        }

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the path to the page, its history, and this form."""
        return [
            *self.breadcrumbs_items,
            {"url": self.get_success_url(), "label": gettext("History")},
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    def get_success_url(self) -> str:
        """Return the address of the history."""
        return reverse("wagtailadmin_pages:history", args=[self.object.pk])


class NameVersionView(VersionView):
    """Names a version of a page, renames it, or removes its name."""

    template_name = "wagtailadmin/generic/form.html"
    form_class = VersionNameForm
    page_title = _("Name this version")

    def get_initial(self) -> dict[str, Any]:
        """Return the present name."""
        return {"name": name_of(self.revision)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what Wagtail's form template shows."""
        labels = {"submit_button_label": _("Save"), "submit_button_active_label": _("Saving…")}
        context = super().get_context_data(action_url=self.request.path, **labels, **kwargs)
        return context | {"media": context["form"].media}

    def form_valid(self, form: VersionNameForm) -> HttpResponse:
        """Store or remove the name, and go back to the history."""
        if name := form.cleaned_data["name"]:
            values = {"name": name, "user": self.request.user}
            VersionName.objects.update_or_create(revision=self.revision, defaults=values)
            messages.success(self.request, gettext("The version is now called “%s”.") % name)
        else:
            VersionName.objects.filter(revision=self.revision).delete()
            messages.success(self.request, gettext("The version has no name."))
        return redirect(self.get_success_url())


def name_of(revision: Revision | None) -> str:
    """Return the name of a version, or an empty string."""
    return revision.version_name.name if revision and hasattr(revision, "version_name") else ""

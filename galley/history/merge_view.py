"""The page on which two versions of a page are merged: what differs, and what to take."""

from contextlib import nullcontext
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.models import Page

from galley.history.autosave import get_loaded_revision
from galley.history.merging import Difference, Merge
from galley.history.models import OvertakenRevision
from galley.history.texts import mark_differences
from galley.history.views import VersionView, name_of


class MergeForm(forms.Form):
    """A choice for each difference."""

    def __init__(self, *args: Any, differences: list[Difference], is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = _("Take yours") if is_own else _("Take the late version’s")
        labels = {
            "theirs": _("Take the current draft’s"),
            "mine": mine,
            "both": _("Take both, the current draft’s first"),
        }
        for difference in differences:
            self.fields[difference.name] = forms.ChoiceField(
                label=difference.place,
                choices=[(option, labels[option]) for option in difference.options],
                initial=difference.default,
                error_messages={"required": _("Choose what to take.")},
            )


class MergeVersionsView(VersionView):
    """Shows the current draft beside a version that came too late, and makes one draft of both."""

    template_name = "history/merge_versions.html"
    form_class = MergeForm
    page_title = _("Two versions of this page")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Handle the request. While it saves, nobody else saves the page."""
        with transaction.atomic() if request.method == "POST" else nullcontext():
            page = Page.objects.filter(pk=self.object.pk)
            page = get_object_or_404(page.select_for_update() if request.method == "POST" else page)
            overtaken = OvertakenRevision.objects.filter(revision=self.revision).select_related("base").first()
            if not overtaken:
                messages.info(request, gettext("This version needn’t be merged any more. It is in the page’s history."))
                return redirect("wagtailadmin_pages:edit", page.pk)
            self.overtaken, self.current = overtaken, page.get_latest_revision_as_object()
            return super().dispatch(request, *args, **kwargs)

    @cached_property
    def contents(self) -> list[Any]:
        """Return the serialised versions: the one that both come from, the current draft, and the late one."""
        base = self.overtaken.base and self.overtaken.base.as_object()
        return [version and version.serializable_data() for version in (base, self.current, self.revision.as_object())]

    @cached_property
    def differences(self) -> list[Difference]:
        """Return what differs between the current draft and the late version."""
        base, theirs, mine = self.contents
        return Merge(type(self.object), base, theirs, mine, fixed=self.fixed_fields).differences

    @cached_property
    def fixed_fields(self) -> set[str]:
        """Return the names of the fields that the user may not edit."""
        permissions = type(self.object).get_edit_handler().get_form_class()._meta.field_permissions or {}
        return {name for name, permission in permissions.items() if not self.request.user.has_perm(permission)}

    @cached_property
    def is_locked(self) -> bool:
        """Return whether the user may not save the page at the moment."""
        lock = self.current.get_lock()
        return bool(lock and lock.for_user(self.request.user))

    @cached_property
    def loaded_revision(self) -> dict[str, str]:
        """Return the fields that say which draft the form was made from."""
        return get_loaded_revision(self.current) if self.current.latest_revision else {}

    @cached_property
    def is_outdated(self) -> bool:
        """Return whether another draft has been saved since the form was sent to the browser."""
        sent = self.request.POST
        return self.request.method == "POST" and any(sent.get(name) != it for name, it in self.loaded_revision.items())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save what was chosen, unless there is another draft by now, or the page is locked."""
        if self.is_outdated:
            text = gettext(
                "The draft was saved again while you were choosing. Here is the comparison with the new draft."
            )
            messages.warning(request, text)
        if self.is_outdated or self.is_locked:
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return what the form needs. Choices between other texts than those that are shown don't count."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if self.is_outdated:
            del kwargs["data"]
        return kwargs | {"differences": self.differences, "is_own": self.revision.user == self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the template shows: for each difference its field, the texts with marks, and the images."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = [
            {
                "difference": each,
                "field": context["form"][each.name],
                "sides": zip(mark_differences(each.theirs, each.mine), each.images, strict=True),
            }
            for each in self.differences
        ]
        context["conflicts"] = [row for row in rows if row["difference"].is_conflict]
        context["others"] = [row for row in rows if not row["difference"].is_conflict]
        context["names"] = [name_of(self.current.latest_revision), name_of(self.revision)]
        context |= {"current": self.current, "revision": self.revision, "is_locked": self.is_locked}
        return context | {"is_own": self.revision.user == self.request.user, "loaded_revision": self.loaded_revision}

    def form_valid(self, form: MergeForm) -> HttpResponse:
        """Save what was chosen as a new draft."""
        base, theirs, mine = self.contents
        content = Merge(type(self.object), base, theirs, mine, form.cleaned_data, self.fixed_fields).content
        siblings = self.current.get_siblings(inclusive=False)
        if siblings.filter(slug=content["slug"]).exists():
            content["slug"] = self.current.slug
        if content == theirs:
            text = gettext("The current draft stays as it is. The other version stays in the page’s history.")
        else:
            page = self.current.with_content_json(content)
            page.save_revision(user=self.request.user, log_action=True, clean=False)
            text = gettext("This draft is made of both versions. Both stay in the page’s history, too.")
        self.overtaken.delete()
        messages.success(self.request, text)
        return redirect("wagtailadmin_pages:edit", self.object.pk)

"""What moving or renaming a page changes, said before it is done: how many addresses, and that they are redirected."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.views.pages.bulk_actions import MoveBulkAction
from wagtail.admin.views.pages.move import MoveConfirmView
from wagtail.contrib.redirects.forms import RedirectForm
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.redirects.views import CreateView, EditView
from wagtail.models import Page

from galley.async_pages.redirect_chains import leads_back
from galley.history.guarded_forms import GuardsValues


def count_addresses(page: Page) -> int:
    """Return how many public addresses change when `page` is moved or renamed: its own, and those below it."""
    below: int = page.get_descendants().live().count()
    return below + bool(page.live or page.first_published_at)


def say_changes(*pages: Page) -> str:
    """Return a sentence about the addresses that change; empty if there are none."""
    if not (count := sum(map(count_addresses, pages))):
        return ""
    text = ngettext(
        "%(count)s address changes. Visitors who come by the former one are redirected.",
        "%(count)s addresses change, with the pages below. Visitors who come by the former ones are redirected.",
        count,
    )
    return text % {"count": count}


class PageMoveView(MoveConfirmView):
    """Wagtail's view that asks whether a page is to be moved, with what that changes."""

    template_name = "desk/confirm_move.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the sentence; none if the page only changes its place among its siblings."""
        is_same = self.page_to_move.get_parent().pk == self.destination.pk
        changes = "" if is_same else say_changes(self.page_to_move)
        return super().get_context_data(**kwargs) | {"changes": changes}


class PagesMoveAction(MoveBulkAction):
    """Wagtail's bulk action, which says what moving all these pages changes."""

    template_name = "desk/confirm_bulk_move.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the sentence. Where the pages go is chosen in the form."""
        context = super().get_context_data(**kwargs)
        return context | {"changes": say_changes(*(found["item"] for found in context["items"]))}


def tell_changes(request: HttpRequest, page_id: int) -> JsonResponse:
    """Respond with the sentence for a page whose slug is being changed. Raises PermissionDenied, Http404."""
    page = get_object_or_404(Page, pk=page_id)
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return JsonResponse({"text": say_changes(page)})


class OneStepRedirectForm(RedirectForm):
    """Wagtail's form for redirects, which refuses circles."""

    def clean(self) -> Any:
        """Return Wagtail's cleaned data. Raises ValidationError if the redirect would lead back."""
        data = super().clean()
        values = self.cleaned_data
        redirect = Redirect(pk=self.instance.pk, site=values.get("site"), redirect_page=values.get("redirect_page"))
        redirect.old_path = Redirect.normalise_path(values.get("old_path") or "/")
        redirect.redirect_link = values.get("redirect_link") or ""
        if values.get("old_path") and leads_back(redirect):
            text = _("This would lead in a circle, back to %(path)s. Nothing was saved: choose where it should end.")
            raise forms.ValidationError(text % {"path": redirect.old_path})
        return data


class _NoCircles:
    form_class = OneStepRedirectForm


class RedirectCreateView(_NoCircles, CreateView):
    """Wagtail's view, without circles."""


class RedirectEditView(_NoCircles, GuardsValues, EditView):
    """Wagtail's view, without circles. It replaces nothing unseen."""


# Wagtail reverses its own patterns, of which the first that matches answers.
urlpatterns: list[URLPattern] = [
    path("pages/<int:page_id>/address-changes/", tell_changes, name="address_changes"),
    path("redirects/add/", RedirectCreateView.as_view()),
    path("redirects/<int:redirect_id>/", RedirectEditView.as_view()),
]

"""Hides pages in the bin from the admin.

They are below roots of their own. Groups have no permissions there. Superusers have, so they are refused here.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views import editing_sessions
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from galley.bin.models import FIRST_ROOT

PAGE_ID = {"page_id", "pk", "page_to_move_id", "parent_page_id"}
"""What Wagtail's addresses call the id of their page."""


class PagePolicy(PagePermissionPolicy):
    """Wagtail's policy for pages. Nobody may do anything with pages in the bin."""

    def get_all_permissions_for_user(self, user: Any) -> QuerySet[Any]:
        """Return the permissions of the user's groups, without those on pages in the bin."""
        return super().get_all_permissions_for_user(user).filter(page__path__startswith=FIRST_ROOT)

    def _base_queryset_for_user(self, user: Any) -> Any:
        pages = super()._base_queryset_for_user(user)
        return pages if pages is None else pages.filter(path__startswith=FIRST_ROOT)

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        """Return whether the user may do one of `actions` with the page."""
        allowed = super().user_has_any_permission_for_instance(user, actions, instance)
        return bool(allowed and not is_in_bin(instance))

    def instances_with_direct_explore_permission(self, user: Any) -> Any:
        """Return where the user may begin to look around."""
        pages = super().instances_with_direct_explore_permission(user)
        return pages.filter(path=FIRST_ROOT) if user.is_superuser else pages


def is_in_bin(page: Page) -> bool:
    """Return whether the page is in the bin, alone or below another."""
    return not page.path.startswith(FIRST_ROOT)


def leave_out(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Return the pages of a chooser without those in the bin."""
    return pages.filter(path__startswith=FIRST_ROOT)


@require_admin_access
def ping(request: HttpRequest, app_label: str, model_name: str, object_id: str, session_id: int) -> HttpResponse:
    """Answer as Wagtail does whether an open form can be saved, and 404 if somebody has deleted the page meanwhile."""
    response: HttpResponse = editing_sessions.ping(request, app_label, model_name, object_id, session_id)
    if issubclass(apps.get_model(app_label, model_name), Page):
        page = Page.objects.filter(pk=object_id).first()
        if page and is_in_bin(page):
            raise Http404
    return response


def refuse(request: HttpRequest, page: Page, *args: Any) -> HttpResponse | None:
    """Lead superusers who have the address of a page's form to the bin, if the page is there."""
    if not is_in_bin(page):
        return None
    text = _("“%(title)s” is in the bin. Nothing is lost: restore it to go on with it.")
    messages.warning(request, text % {"title": page.get_admin_display_title()})
    return redirect("bin")


def refuse_deleted_parent(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Lead back to the form if a copy was to be put under a page that was deleted meanwhile."""
    parent = request.POST.get("new_parent_page", "")
    if not parent.isdecimal() or Page.objects.filter(pk=parent, path__startswith=FIRST_ROOT).exists():
        return None
    text = _("The page under which you wanted the copy was deleted meanwhile. Nothing was copied: choose another.")
    messages.error(request, text)
    return redirect(request.get_full_path())


def refusing(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return `view`, one of Wagtail's for a page, so that it answers as `refuse` if the page is in the bin."""

    @require_admin_access
    @wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> Any:
        pk = next(kwargs[name] for name in PAGE_ID if name in kwargs)
        page = Page.objects.filter(pk=pk).exclude(path__startswith=FIRST_ROOT).first()
        return (page and refuse(request, page)) or view(request, **kwargs)

    return answer

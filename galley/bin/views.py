"""The list of what is in the bin; restoring, deleting for good, emptying."""

import logging
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.auth import require_admin_access
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.utils import get_user_display_name, get_valid_next_url_from_request
from wagtail.admin.views.generic import IndexView, WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminPageChooser
from wagtail.admin.widgets.button import HeaderButton
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry

from galley.bin.files import delete_file_for_good, restore_file
from galley.bin.models import DAYS, FIRST_ROOT, BinItem, find_items
from galley.bin.pages import PlaceGone, Restored, delete_page_for_good, restore_page

logger = logging.getLogger(__name__)

CRUMBS = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": reverse_lazy("bin"), "label": gettext_lazy("Bin")}]


def may_see(user: Any) -> bool:
    """Return whether `user` may delete anything at all. Each row is checked, too."""
    models = (Page, get_image_model(), get_document_model())
    return any(policy_registry.get_by_type(one).user_has_any_permission(user, ["add", "change"]) for one in models)


def restore(item: BinItem, user: Any, parent: Page | None = None) -> Restored:
    """Restore what `item` is. Raises PlaceGone for a page whose former place is gone, if no other is chosen."""
    return restore_page(item, user, parent) if item.page_id else restore_file(item, user)


def delete_for_good(item: BinItem, user: Any = None) -> bool:
    """Delete what `item` is. Return False if something else can't do without it."""
    try:
        with transaction.atomic():
            (delete_page_for_good if item.page_id else delete_file_for_good)(item, user)
    except (ProtectedError, RestrictedError):
        logger.exception("“%s” in the bin couldn't be deleted for good", item)
        return False
    return True


def delete_expired() -> int:
    """Delete for good what has been in the bin for `DAYS`. Return how many items."""
    expired = BinItem.objects.filter(deleted_at__lt=timezone.now() - timedelta(days=DAYS))
    return sum(delete_for_good(item) for item in expired)


def say_restored(request: HttpRequest, restored: Restored) -> None:
    """Say that something is restored, where, and what isn't as it was."""
    instance, notes = restored
    title = getattr(instance, "get_admin_display_title", lambda: instance.title)()
    url = getattr(instance, "get_url", lambda: "")() if getattr(instance, "live", False) else ""
    text = _("“%(title)s” is restored at %(url)s.") if url else _("“%(title)s” is restored.")
    edit_url = AdminURLFinder(request.user).get_edit_url(instance)
    buttons = [messages.button(edit_url, _("Edit"))] if edit_url else []
    say = messages.warning if notes else messages.success
    say(request, " ".join([text % {"title": title, "url": url}, *notes]), buttons=buttons)


def find_item(user: Any, pk: int) -> BinItem:
    """Return the item. Raises Http404 if it isn't in the bin any more, or PermissionDenied."""
    item: BinItem = get_object_or_404(BinItem.objects.select_related("page", "content_type"), pk=pk)
    if not item.may_restore(user):
        raise PermissionDenied
    return item


@require_POST
@require_admin_access
def undo(request: HttpRequest, numbers: str) -> HttpResponse:
    """Restore the items with these ids, separated by commas, and go on to `next`."""
    try:
        items = [find_item(request.user, int(number)) for number in numbers.split(",")]
    except (Http404, ValueError):
        messages.warning(request, _("That isn’t in the bin any more: it has been restored or deleted for good."))
        items = []
    for item in items:
        try:
            say_restored(request, restore(item, request.user))
        except PlaceGone:
            return redirect("bin_restore", item.pk)
    return redirect(get_valid_next_url_from_request(request) or reverse("bin"))


class ActionsColumn(Column):
    """The title, with buttons that restore the item and delete it for good."""

    cell_template_name = "bin/item_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Return what the cell shows. Cells are rendered without a request's own context: the form needs a token."""
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"csrf_token": get_token(context["request"])}


class BinView(IndexView):
    """What is in the bin and the user may restore."""

    model = BinItem
    permission_policy = None  # rows are checked one by one
    page_title = gettext_lazy("Bin")
    header_icon = "bin"
    breadcrumbs_items = CRUMBS
    index_url_name = "bin"
    index_results_url_name = "bin_results"
    results_template_name = "bin/items_results.html"
    search_backend_name = None
    search_fields = ["title", "place"]
    default_ordering = "-deleted_at"
    paginate_by = 50
    columns = [
        ActionsColumn("title", label=gettext_lazy("Title"), sort_key="title"),
        Column("kind", label=gettext_lazy("Type")),
        Column("place", label=gettext_lazy("Was in")),
        Column("user", label=gettext_lazy("Deleted by"), accessor=lambda item: get_user_display_name(item.user)),
        DateColumn("deleted_at", label=gettext_lazy("Deleted"), sort_key="deleted_at"),
        Column("until", label=gettext_lazy("Until"), accessor=lambda item: date_format(localtime(item.until))),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse who can't delete anything."""
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet[BinItem]:
        """Return the items that the user may restore."""
        pks = [item.pk for item in find_items(self.request.user)]
        return BinItem.objects.filter(pk__in=pks).select_related("content_type", "user", "page")

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """The button that empties the bin, if there is anything in it."""
        if not find_items(self.request.user):
            return []
        return [HeaderButton(_("Empty the bin"), url=reverse("bin_empty"), icon_name="bin", priority=10)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add how long things stay."""
        return super().get_context_data(**kwargs) | {"days": DAYS}


class PlaceForm(forms.Form):
    """Below which page a page comes back, whose former place is gone."""

    def __init__(self, *args: Any, page: Page, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page, self.user = page, user
        allowed = page.specific_class.allowed_parent_page_models() if page.specific_class else []
        self.fields["place"] = forms.ModelChoiceField(
            Page.objects.filter(path__startswith=FIRST_ROOT, depth__gt=1),
            label=_("Restore below"),
            widget=AdminPageChooser(target_models=allowed),
        )

    def clean_place(self) -> Page:
        """Return the page. Raises ValidationError if the user may not add such a page there."""
        place: Page = self.cleaned_data["place"]
        may_add = self.user.is_superuser or "add" in place.permissions_for_user(self.user).permissions
        if not may_add or not self.page.specific.can_move_to(place):
            text = _("Such a page can’t be below “%(title)s”, or you may not add pages there. Choose another.")
            raise forms.ValidationError(text % {"title": place.get_admin_display_title()})
        return place


class RestoreView(WagtailAdminTemplateMixin, FormView):
    """Restores an item. Asks for another place if the former one of a page is gone."""

    template_name = "bin/restore.html"
    header_icon = "bin"
    page_title = gettext_lazy("Restore")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the item; refuse who may not restore it."""
        self.item = find_item(request.user, kwargs["pk"])
        self.needs_place = bool(self.item.page_id and not self.item.parent)
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        """Return a form that asks for a place, or an empty one."""
        return PlaceForm if self.needs_place else forms.Form

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return Django's arguments, and what the form needs."""
        kwargs = super().get_form_kwargs()
        return kwargs | {"page": self.item.page, "user": self.request.user} if self.needs_place else kwargs

    def get_page_subtitle(self) -> str:
        """Return the title of the item."""
        return self.item.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way to the bin, and this."""
        return [*CRUMBS, {"url": "", "label": self.page_title, "sublabel": self.item.title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the item, and its former place if that is in the bin, too."""
        ancestors = self.item.data.get("ancestors", [0])
        above = BinItem.objects.filter(object_id=ancestors[-1]).exclude(page=None).first() if self.needs_place else None
        shown = above if above and above.may_restore(self.request.user) else None
        return super().get_context_data(item=self.item, needs_place=self.needs_place, above=shown, **kwargs)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Restore it, and return to the list."""
        try:
            say_restored(self.request, restore(self.item, self.request.user, form.cleaned_data.get("place")))
        except PlaceGone:
            return redirect("bin_restore", self.item.pk)
        return redirect("bin")


class DeleteForGoodView(WagtailAdminTemplateMixin, TemplateView):
    """Asks whether an item is to be deleted for good, or all that the user sees in the bin, and does so."""

    template_name = "bin/delete_for_good.html"
    header_icon = "bin"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the items; refuse who may not delete them."""
        pk = kwargs.get("pk")
        self.items = [find_item(request.user, pk)] if pk else find_items(request.user)
        self.page_title = _("Delete for good") if pk else _("Empty the bin")
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way to the bin, and this."""
        return [*CRUMBS, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the items, how many pages are below them, and the newest: what follows it wasn't asked about."""
        below = sum(item.page.get_descendant_count() for item in self.items if item.page)
        newest = max((item.pk for item in self.items), default=0)
        return super().get_context_data(items=self.items, below=below, newest=newest, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete them, and return to the list."""
        newest = request.POST.get("newest", "")
        asked = [item for item in self.items if newest.isdecimal() and item.pk <= int(newest)]
        failed = [item.title for item in asked if not delete_for_good(item, request.user)]
        if count := len(asked) - len(failed):
            text = ngettext("%(count)s item is deleted for good.", "%(count)s items are deleted for good.", count)
            messages.success(request, text % {"count": count})
        if failed:
            text = _("These couldn’t be deleted, since something else can’t do without them: %(titles)s.")
            messages.error(request, text % {"titles": ", ".join(failed)})
        return redirect("bin")


urlpatterns = [
    path("bin/", BinView.as_view(), name="bin"),
    path("bin/results/", BinView.as_view(results_only=True), name="bin_results"),
    path("bin/empty/", DeleteForGoodView.as_view(), name="bin_empty"),
    path("bin/undo/<str:numbers>/", undo, name="bin_undo"),
    path("bin/<int:pk>/restore/", RestoreView.as_view(), name="bin_restore"),
    path("bin/<int:pk>/delete/", DeleteForGoodView.as_view(), name="bin_delete"),
]

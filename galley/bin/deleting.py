"""Wagtail's views and bulk actions that delete, which move into the bin instead, and messages with an “Undo”."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.views.pages.bulk_actions import DeleteBulkAction as PageBulkAction
from wagtail.admin.views.pages.delete import DeleteView
from wagtail.admin.views.pages.usage import UsageView
from wagtail.admin.views.pages.utils import type_to_delete_confirmation
from wagtail.documents.views import documents
from wagtail.documents.views.bulk_actions import DeleteBulkAction as DocumentBulkAction
from wagtail.images.views import images
from wagtail.images.views.bulk_actions import DeleteBulkAction as ImageBulkAction
from wagtail.models import Page
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction as SnippetBulkAction
from wagtail.snippets.views import snippets

from galley.bin.files import move_file_to_bin
from galley.bin.models import DAYS, BinItem
from galley.bin.pages import find_obstacle, move_pages_to_bin
from galley.bin.uses import References, find_references, say_drafts, say_incomplete


def say_where(days: int = DAYS) -> str:
    """Return the sentence that stands below the question whether something is to be deleted."""
    text = ngettext(
        "It goes into the bin for %(count)s day, and can be restored from there with its address.",
        "It goes into the bin for %(count)s days, and can be restored from there with its address.",
        days,
    )
    return text % {"count": days}


def say_deleted(items: Sequence[BinItem], below: int = 0) -> SafeString:
    """Return a message with a button that restores `items`, with which `below` more pages have gone."""
    if len(items) == 1:
        text = _("“%(title)s” is in the bin.") % {"title": items[0].title}
    else:
        text = ngettext("%(count)s item is in the bin.", "%(count)s items are in the bin.", len(items))
        text %= {"count": len(items)}
    if below:
        more = ngettext("With it, %(count)s page below it.", "With it, %(count)s pages below it.", below)
        text = f"{text} {more % {'count': below}}"
    return format_html(
        '{} <span class="buttons"><button type="button" class="button button-small button-secondary" '
        'data-controller="w-action" data-action="w-action#post" data-w-action-url-value="{}">{}</button></span>',
        text,
        reverse("bin_undo", args=[",".join(str(item.pk) for item in items)]),
        _("Undo"),
    )


def refuse_first_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Say why the page can't be deleted, if a site begins there: a receiver of the hook `before_delete_page`."""
    if not (obstacle := find_obstacle(page)):
        return None
    messages.error(request, obstacle)
    return redirect("wagtailadmin_explore", page.get_parent().pk)


class _CountsDrafts:
    """For Wagtail's views that delete an object: they count and name drafts of published pages, too."""

    object: Any
    request: HttpRequest
    usage: References
    is_complete = True

    def get_usage(self) -> References:
        """Return what refers to the object."""
        (usage,), self.is_complete = find_references([self.object])
        return usage

    @property
    def confirmation_message(self) -> str:
        """Ask, with the drafts before the question."""
        drafts = say_drafts([self.usage], self.is_complete, self.request.user)
        return f"{drafts} {self.get_question()}".strip()

    def get_question(self) -> str:
        """Return the question of Wagtail's view."""
        return super().confirmation_message  # type: ignore[misc]


class _ListsDrafts:
    """For Wagtail's views that list what refers to an object."""

    object: Any
    request: HttpRequest

    def get_queryset(self) -> References:
        """Return what is listed."""
        (usage,), is_complete = find_references([self.object])
        if not is_complete:
            messages.warning(self.request, say_incomplete())
        return usage


class PageUsageView(_ListsDrafts, UsageView):
    """Wagtail's view of what refers to a page, with drafts."""


class ImageUsageView(_ListsDrafts, images.UsageView):
    """Wagtail's view of what refers to an image, with drafts."""


class DocumentUsageView(_ListsDrafts, documents.UsageView):
    """Wagtail's view of what refers to a document, with drafts."""


class SnippetUsageView(_ListsDrafts, snippets.UsageView):
    """Wagtail's view of what refers to a snippet, with drafts."""


class SnippetDeleteView(_CountsDrafts, snippets.DeleteView):
    """Wagtail's view that deletes a snippet."""


class PageDeleteView(DeleteView):
    """Wagtail's view, which moves the page and all below it into the bin."""

    template_name = "bin/confirm_delete_page.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Move the page into the bin, with its translations next to it."""
        if self.usage.is_protected:
            raise PermissionDenied
        if not type_to_delete_confirmation(request):
            return self.render_to_response(self.get_context_data())
        parent = self.page.get_parent()
        parents = {parent.pk, *parent.get_translations().values_list("pk", flat=True)}
        pages = [page for page in self.pages_to_delete if page.get_parent().pk in parents]
        messages.success(request, say_deleted(*move_pages_to_bin(pages, request.user)))
        for after in hooks.get_hooks("after_delete_page"):
            if isinstance(response := after(request, self.page), HttpResponse):
                return response
        return redirect(self.next_url or reverse("wagtailadmin_explore", args=[parent.pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context, with the sentence about the bin and drafts."""
        usages, is_complete = find_references([self.page])
        return super().get_context_data(**kwargs) | {
            "usage_count": usages[0].count(),
            "say_drafts": say_drafts(usages, is_complete, self.request.user),
            "say_where": say_where(),
        }


class _FileDeleteView(_CountsDrafts):
    """For Wagtail's views that delete an image or a document."""

    item: BinItem

    def delete_action(self) -> None:
        self.item = move_file_to_bin(self.object, self.request.user)

    def get_success_message(self) -> str:
        return say_deleted([self.item])

    def get_question(self) -> str:
        question = _("Do you want to delete this %(kind)s?") % {"kind": self.object._meta.verbose_name}
        return f"{question} {say_where()} {_('Until then, pages show nothing in its place.')}"


class ImageDeleteView(_FileDeleteView, images.DeleteView):
    """Wagtail's view, which moves the image into the bin."""


class DocumentDeleteView(_FileDeleteView, documents.DeleteView):
    """Wagtail's view, which moves the document into the bin."""


class _BulkCountsDrafts:
    """For Wagtail's bulk actions that delete: they count and name drafts, too."""

    template_name = "bin/confirm_bulk_delete.html"
    parent_template = ""
    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        usages, is_complete = find_references([found["item"] for found in context["items"]])
        for found, usage in zip(context["items"], usages, strict=True):
            found["usage_count"] = usage.count()
        return context | {
            "parent_template": self.parent_template,
            "say_drafts": say_drafts(usages, is_complete, self.request.user),
        }


class BulkDeleteSnippets(_BulkCountsDrafts, SnippetBulkAction):
    """Wagtail's action, which deletes snippets for good."""

    parent_template = SnippetBulkAction.template_name


class _BulkDelete(_BulkCountsDrafts):
    """For those that move into the bin instead."""

    below = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items: list[BinItem] = []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"say_where": say_where()}

    def get_execution_context(self) -> dict[str, Any]:
        return super().get_execution_context() | {"items": self.items}  # type: ignore[misc]

    def get_success_message(self, count: int, below: int) -> str:
        return say_deleted(self.items, below)


class BulkDeletePages(_BulkDelete, PageBulkAction):
    """Wagtail's action, which moves pages into the bin."""

    parent_template = "wagtailadmin/pages/bulk_actions/confirm_bulk_delete.html"

    def check_perm(self, page: Page) -> bool:
        """Return whether the user may delete the page, and no site begins there."""
        return bool(super().check_perm(page) and not find_obstacle(page))

    @classmethod
    def execute_action(cls, objects: Any, user: Any = None, items: Any = (), **kwargs: Any) -> tuple[int, int]:
        """Return how many pages went into the bin, and how many were below them."""
        done, below = move_pages_to_bin(objects, user)
        items += done
        return len(done), below


class _BulkDeleteFiles(_BulkDelete):
    @classmethod
    def execute_action(cls, objects: Any, user: Any = None, items: Any = (), **kwargs: Any) -> tuple[int, int]:
        items += [move_file_to_bin(instance, user) for instance in objects]
        return len(items), 0


class BulkDeleteImages(_BulkDeleteFiles, ImageBulkAction):
    """Wagtail's action, which moves images into the bin."""

    parent_template = ImageBulkAction.template_name


class BulkDeleteDocuments(_BulkDeleteFiles, DocumentBulkAction):
    """Wagtail's action, which moves documents into the bin."""

    parent_template = DocumentBulkAction.template_name

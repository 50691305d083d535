"""Changes to rich text and to the Wagtail admin."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.models import Page
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.rich_text.pages import PageLinkHandler
from wagtail.snippets.models import register_snippet

from galley.bin.deleting import PageDeleteView
from galley.desk.dashboard import find_rejection
from galley.desk.moving import PageMoveView
from galley.desk.term_views import SharedTextViewSet
from galley.history.conflicts import GuardedEditView, GuardedRevertView
from galley.history.unsaved_forms import unsaved_form_key
from galley.history.valid_parts import SavesValidParts
from galley.history.views import NamedCompareView, NamedHistoryView
from galley.images.markup import NumericIds, PictureEmbedHandler
from galley.languages.views import ShowsTranslations
from galley.page_lists.views import NewestSearchView, SearchingExplorerView
from galley.preview.rich_text import dropped_elements
from galley.statistics.panels import ReadingEditMixin
from home.models import SharedText
from home.page_form import PageForm

# Changes whenever somebody moves or renames a page or one above it, or adds one below it.
PLACE = ("path", "depth", "numchild", "url_path")


@hooks.register("register_rich_text_features", order=1)
def replace_rendering_of_rich_text(features: FeatureRegistry) -> None:
    """Replace Wagtail's rendering of images, and let links be dead whose id is no number."""
    features.register_embed_type(type("PictureHandler", (NumericIds, PictureEmbedHandler), {}))
    features.register_link_type(type("PageHandler", (NumericIds, PageLinkHandler), {}))
    features.register_link_type(type("DocumentHandler", (NumericIds, DocumentLinkHandler), {}))


class PageCreateView(SavesValidParts, ShowsTranslations, CreateView):
    """Wagtail's view. Autosave saves what is valid."""

    def form_valid(self, form: PageForm) -> HttpResponse:
        """Save the page below its parent, wherever other requests have moved that since, with a slug that is free."""
        with transaction.atomic():
            place = Page.objects.select_for_update().filter(pk=self.parent_page.pk).values(*PLACE).first()
            if place is None:
                text = _("The page above this one has been deleted.")
                if self.expects_json_response:
                    return self.json_error_response("invalid_revision", text)
                messages.error(self.request, text)
                return redirect("wagtailadmin_explore_root")
            self.parent_page.__dict__.update(place)
            form.choose_free_slug()
            return super().form_valid(form)


class PageEditView(ReadingEditMixin, SavesValidParts, ShowsTranslations, GuardedEditView):
    """Wagtail's view. Autosave saves what is valid, and no version is replaced that its author hasn't seen."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> TemplateResponse:
        """Show the form. Say which changes somebody wants, and what the rich text editor had to leave out."""
        if rejection := find_rejection(self.page):
            values = {"name": get_user_display_name(rejection.finished_by), "comment": rejection.comment}
            messages.warning(request, _("%(name)s asks for changes: %(comment)s") % values)
        dropped: set[str] = set()
        dropped_elements.set(dropped)
        response = super().get(request, *args, **kwargs)
        response.render()
        if dropped:
            text = _(
                "The editor can't show some parts of the text: %s. The words in them stay. Saving removes the rest."
            )
            messages.warning(request, text % ", ".join(f"<{name}>" for name in sorted(dropped)))
            return super().get(request, *args, **kwargs)
        return response


@hooks.register("register_admin_viewset", order=1)
def replace_page_views() -> PageViewSet:
    """Replace Wagtail's views that create and edit a page, and its history."""
    return PageViewSet(
        add_view_class=PageCreateView,
        delete_view_class=PageDeleteView,
        move_confirm_view_class=PageMoveView,
        edit_view_class=PageEditView,
        revisions_revert_view_class=GuardedRevertView,
        history_view_class=NamedHistoryView,
        revisions_compare_view_class=NamedCompareView,
        index_view_class=SearchingExplorerView,
        search_view_class=NewestSearchView,
    )


@hooks.register("register_admin_urls")
def add_admin_urls() -> list[URLPattern]:
    """Return the address of the key of what the browser stores."""
    return [path("unsaved-form-key/", unsaved_form_key, name="unsaved_form_key")]


@hooks.register("insert_editor_js")
def add_editor_dialogs() -> SafeString:
    """Let editors sign in again, take back deletions, restore words that weren't saved, and find what isn't valid."""
    names = ("sign_in/dialog", "editor/undo_deletion", "editor/unsaved_form", "editor/invalid_parts")
    return SafeString("".join(render_to_string(f"{name}.html") for name in names))


register_snippet(SharedText, SharedTextViewSet)

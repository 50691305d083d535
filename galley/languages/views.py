"""The view that makes a translation, and the edit page's panel with the others."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.models import Page

from galley.languages.conf import has_several_languages
from galley.languages.translating import (
    find_missing_parents,
    find_source,
    is_older,
    list_locales,
    list_translations,
    may_translate,
    translate,
)


class TranslateView(WagtailAdminTemplateMixin, TemplateView):
    """Says what will be made, and makes the translation of a page as a draft."""

    template_name = "languages/translate.html"
    header_icon = "globe"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the page and the language. Raises Http404 and PermissionDenied."""
        super().setup(request, *args, **kwargs)
        if not has_several_languages():
            raise Http404
        self.page = get_object_or_404(Page, pk=kwargs["pk"]).specific
        found = (locale for locale in list_locales() if locale.language_code == kwargs["code"])
        self.locale = next(found, None)
        if self.locale is None:
            raise Http404
        if not may_translate(self.page, self.locale, request.user):
            raise PermissionDenied

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the question, or the way to the translation if there is one."""
        found = self.page.get_translation_or_none(self.locale)
        return redirect("wagtailadmin_pages:edit", found.pk) if found else super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context, the page, the language, and the pages above that will be made too."""
        missing = find_missing_parents(self.page, self.locale)
        return super().get_context_data(page=self.page, locale=self.locale, missing=missing, **kwargs)

    def get_page_title(self) -> str:
        """Return a title with those of the page and of the language."""
        names = {"title": self.page.get_admin_display_title(), "language": self.locale}
        return _("Translate “%(title)s” into %(language)s") % names

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Wagtail's items, and the title."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make the translation, and open it."""
        missing = find_missing_parents(self.page, self.locale)
        translation = translate(self.page, self.locale, request.user)
        text = _("This is a draft with the text in its former language. Write over it; the source stands beside it.")
        messages.success(request, text)
        if missing:
            names = ", ".join(f"“{one.get_admin_display_title()}”" for one in missing)
            text = _("Visitors see it once the drafts above it are published, too: %s.")
            messages.warning(request, text % names)
        return redirect("wagtailadmin_pages:edit", translation.pk)


def may_read_draft(page: Page, user: Any) -> bool:
    """Return whether `user` may read the newest version of `page`, as in Wagtail's view of drafts."""
    rights = page.permissions_for_user(user)
    return bool(rights.can_edit() or rights.can_publish())


class SourceView(View):
    """Shows the newest version of a page, without the user bar that Wagtail's view of drafts has."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the page. Raises Http404 and PermissionDenied."""
        page = get_object_or_404(Page, pk=pk).specific
        if not may_read_draft(page, request.user):
            raise PermissionDenied
        draft = page.get_latest_revision_as_object()
        response: HttpResponse = draft.make_preview_request(
            request, draft.default_preview_mode, {"in_preview_panel": True}
        )
        return response


class TranslationsPanel(BaseSidePanel):
    """The other languages of the page, and the text from which it is translated."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """The button that opens the panel. Its number is that of the translations older than their source."""

        aria_label = gettext_lazy("Toggle translations")
        icon_name = "globe"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            """Return Wagtail's context."""
            older = sum(one.is_older for one in self.panel.translations)
            return super().get_context_data(parent_context) | {"count": older + self.panel.is_older}

    name = "translations"
    title = gettext_lazy("Translations")
    template_name = "languages/side_panel.html"
    order = 250

    def __init__(self, page: Page, request: HttpRequest) -> None:
        super().__init__(page, request)
        self.translations = list_translations(page, request.user) if page.pk else []
        self.source = find_source(page) if page.pk else page
        self.is_older = is_older(page, self.source)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return Wagtail's context with the translations, the source and the URL at which it can be read."""
        return super().get_context_data(parent_context) | {
            "translations": self.translations,
            "is_new": self.object.pk is None,
            "source": self.source,
            "source_url": self._find_source_url(),
            "is_older": self.is_older,
        }

    def _find_source_url(self) -> str:
        if self.source.pk == self.object.pk:
            return ""
        if may_read_draft(self.source, self.request.user):
            return reverse("translation_source", args=[self.source.pk])
        return (self.source.url or "") if self.source.live else ""


class ShowsTranslations:
    """For views that create or edit pages: a side panel with the translations, where the site has several languages.

    That of a new page is empty. Wagtail fills it when autosave has saved the page.
    """

    page: Page
    request: HttpRequest
    expects_json_response: bool

    def get_side_panels(self) -> MediaContainer:
        """Return Wagtail's panels and that of the translations."""
        panels = super().get_side_panels()  # type: ignore[misc]
        if not has_several_languages() or self.expects_json_response:
            return panels
        return MediaContainer([*panels, TranslationsPanel(self.page, self.request)])

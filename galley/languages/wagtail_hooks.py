"""Where languages enter Wagtail's admin: only if the settings name several."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.models import Locale, Page, Site
from wagtail.permissions import policy_registry

from galley.languages.conf import has_several_languages
from galley.languages.translating import list_locales, may_translate
from galley.languages.views import SourceView, TranslateView


class LocalesMenuItem(MenuItem):
    """The entry of the settings that leads to Wagtail's locales, for those who may change them.

    Wagtail's own entry is for those who may change the records of sites.
    """

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may change locales, and doesn't see Wagtail's entry."""
        actions = ["add", "change", "delete"]
        sees, may = (
            policy_registry.get_by_type(model).user_has_any_permission(request.user, actions)
            for model in (Site, Locale)
        )
        return bool(may and not sees)


if apps.is_installed("wagtail.locales"):

    @hooks.register("register_settings_menu_item")
    def add_locales_item() -> LocalesMenuItem:
        """Return the entry of the settings."""
        address = reverse("wagtaillocales:index")
        return LocalesMenuItem(gettext_lazy("Locales"), address, name="own-locales", icon_name="globe", order=603)


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the addresses of the view that translates a page, and of the text from which it is translated."""
    return [
        path("pages/<int:pk>/translate/<slug:code>/", TranslateView.as_view(), name="translate_page"),
        path("pages/<int:pk>/source/", SourceView.as_view(), name="translation_source"),
    ]


@hooks.register("register_page_header_buttons")
def add_buttons(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Yield a button for each language into which the user may translate the page."""
    if not has_several_languages() or page.is_root():
        return
    taken = set(page.get_translations(inclusive=True).values_list("locale", flat=True))
    for locale in list_locales():
        if locale.pk not in taken and may_translate(page, locale, user):
            address = reverse("translate_page", args=[page.pk, locale.language_code])
            yield Button(_("Translate into %s") % locale, address, icon_name="globe", priority=80)


@hooks.register("insert_global_admin_css")
def add_styles() -> SafeString:
    """Style the panel of the edit page."""
    if not has_several_languages():
        return SafeString()
    return format_html('<link rel="stylesheet" href="{}">', static("languages/languages.css"))

"""Where the settings enter Wagtail's admin, beside their own page."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.ui.components import Component

from galley.site_settings.account import EditorZonePanel
from galley.site_settings.first_start import TimeZoneQuestion, choose_time_zone
from galley.site_settings.mail import send_test

hooks.register("register_account_settings_panel", EditorZonePanel)


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return where the time zone is chosen at the first start, and where a test of the mail is asked for."""
    return [
        path("site-time-zone/", choose_time_zone, name="choose_time_zone"),
        path("test-mail/", send_test, name="test_mail"),
    ]


@hooks.register("construct_homepage_panels")
def ask_for_time_zone(request: HttpRequest, panels: list[Component]) -> None:
    """Ask on the dashboard for what is not chosen yet."""
    panels.append(TimeZoneQuestion())


@hooks.register("insert_global_admin_css")
def add_styles() -> SafeString:
    """Style the question and the test."""
    return format_html('<link rel="stylesheet" href="{}">', static("site_settings/site-settings.css"))

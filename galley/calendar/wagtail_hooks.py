"""Where the calendar enters Wagtail's admin."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.models import Page

from galley.calendar.moving import find_scheduled
from galley.calendar.views import CalendarView, MoveView, NewAddressView, may_see


class CalendarMenuItem(MenuItem):
    """For those who have pages to edit."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may edit any page."""
        return may_see(request.user)


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the addresses of the calendar."""
    return [
        path("calendar/", CalendarView.as_view(), name="calendar"),
        path("calendar/address/", NewAddressView.as_view(), name="new_calendar_address"),
        path("calendar/move/<int:page_id>/", MoveView.as_view(), name="move_scheduled"),
    ]


@hooks.register("register_admin_menu_item")
def add_to_menu() -> MenuItem:
    """Return the entry of the menu, after the pages."""
    return CalendarMenuItem(_("Calendar"), reverse("calendar"), name="calendar", icon_name="calendar-alt", order=150)


@hooks.register("register_page_header_buttons")
def offer_moving(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Yield what moves a scheduled page to another day. Wagtail locks the fields of its dates."""
    if view_name == "edit" and find_scheduled(page) and page.permissions_for_user(user).can_publish():
        url = reverse("move_scheduled", args=[page.pk])
        query = urlencode({"next": reverse("wagtailadmin_pages:edit", args=[page.pk])})
        yield Button(_("Publish on another day"), f"{url}?{query}", icon_name="calendar-alt", priority=25)

"""Where the locks enter Wagtail's admin."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from galley.rate_limits.locks import LocksView, may_lift


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the address of the locks."""
    return [path("locks/", LocksView.as_view(), name="locks")]


class LocksMenuItem(MenuItem):
    """Visible to those who may lift locks."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may lift locks."""
        return may_lift(request.user)


@hooks.register("register_settings_menu_item")
def add_menu_item() -> MenuItem:
    """Return the entry behind that for people."""
    return LocksMenuItem(_("Locks"), reverse("locks"), name="locks", icon_name="lock", order=610)

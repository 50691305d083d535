"""Where users find their second factor and sessions: in their account."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks


@hooks.register("register_account_menu_item")
def add_second_factor(request: HttpRequest) -> dict[str, Any]:
    """Return the entry among *More actions*."""
    return {
        "url": reverse("mfa_index"),
        "label": _("Two-factor authentication"),
        "help_text": _("An authenticator app or a passkey, so that nobody signs in with your password alone."),
    }


@hooks.register("register_account_menu_item")
def add_sessions(request: HttpRequest) -> dict[str, Any]:
    """Return the entry among *More actions*."""
    return {
        "url": reverse("usersessions_list"),
        "label": _("Sessions"),
        "help_text": _("Where you are signed in. Sign out everywhere else."),
    }

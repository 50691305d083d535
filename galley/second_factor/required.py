"""Who must have a second factor: everybody, or the members of groups. Others may have one.

Who must and has none signs in as a user without permissions, until it is set up. That holds for pages, drafts and
sockets alike, since all of them ask the user for permissions.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.http import HttpRequest

EVERYBODY = "*"
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class KeptOutBackend(BaseBackend):
    """Of sessions that may only set up the second factor: their user has no permissions."""

    def get_user(self, user_id: Any) -> Any:
        """Return the user as one that isn't active, which is never saved."""
        user: Any = ModelBackend().get_user(user_id)
        if user:
            user.is_active = False
        return user


def is_required(user: Any) -> bool:
    """Return whether the user has to have a second factor."""
    required = getattr(settings, "SECOND_FACTOR_REQUIRED", [])
    return bool(required) and (EVERYBODY in required or user.groups.filter(name__in=required).exists())


def is_missing(user: Any) -> bool:
    """Return whether the user has to have a second factor, and has none."""
    return is_required(user) and not is_mfa_enabled(user, FACTORS)


def keep_out(user: Any) -> None:
    """Let the session of `user` that begins now be one without permissions."""
    user.backend = f"{KeptOutBackend.__module__}.{KeptOutBackend.__qualname__}"


def open_admin(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Give the session its permissions: a receiver of `authenticator_added`."""
    if not is_missing(user):
        request.session[BACKEND_SESSION_KEY] = f"{ModelBackend.__module__}.{ModelBackend.__qualname__}"

"""Who may edit or watch a draft, looked up afresh each time: rights are taken away while sockets are open."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

from galley.preview.drafts.sources import Source


class AccessDenied(Exception):
    """The socket's session has ended, or its user may not edit the page (any more)."""


def require_user(session_key: str | None) -> AbstractBaseUser:
    """Return the user whose login session this is, if they may use the admin.

    `django.contrib.auth.get_user` compares the session with the user's password, so that a log-out, a deactivation
    and a change of password all count. Raises `AccessDenied`.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    if not user.is_authenticated or not user.has_perm("wagtailadmin.access_admin"):
        raise AccessDenied
    return user


def require_editor(session_key: str | None, source: Source) -> AbstractBaseUser:
    """Return the user whose login session this is, if they may edit `source` now. Raises `AccessDenied`."""
    user = require_user(session_key)
    if not source.may_edit(user):
        raise AccessDenied
    return user

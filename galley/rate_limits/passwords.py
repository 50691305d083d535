"""Limits on wrong passwords, by account and address, for every view that asks for one.

An attempt is counted before the password is looked at, and taken back if it was right: many attempts at once can't
pass a limit. Nothing here depends on whether the account exists.
"""

import logging
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from galley.rate_limits.client_ip import get_client_ip, may_be_a_proxy
from galley.rate_limits.models import Limit, delete_counts, digest, find_used_up_of, give_back, take_attempt

logger = logging.getLogger(__name__)

SIGN_IN = "sign-in"
PASSWORD_CHANGE = "password change"  # noqa: S105
PASSWORD_RESET = "password reset"  # noqa: S105
PAGE_PASSWORD = "page password"  # noqa: S105
SECOND_FACTOR = "second factor"

# An address may have several accounts, or be that of an office.
ATTEMPTS_BY_ADDRESS = 6
# Many addresses may be used against one account. Browsers in which it was signed in before don't share this limit.
ATTEMPTS_BY_ACCOUNT = 20
SPANS_BY_ACCOUNT = 4
# Each is an e-mail to the account.
RESETS_BY_ACCOUNT = 1

KNOWN_BROWSER_COOKIE = "known_browser"
KNOWN_BROWSER_MAX_AGE = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class PasswordAttempt:
    """One attempt at a password, counted in `limits`: first that of this account and client, then wider ones."""

    limits: tuple[Limit, ...]
    wait: int
    """0, or for how many seconds no password is looked at."""

    def succeed(self) -> None:
        """Take the attempt back, and the failures of this account and client before it."""
        own, *wider = self.limits
        delete_counts(limit=own)
        give_back(wider)


def try_password(request: HttpRequest, kind: str, account: str) -> PasswordAttempt:
    """Count an attempt at the password of `account`, a name as it was typed. The caller refuses it if it has to `wait`.

    `request.password_attempt` is the attempt, too.
    """
    limits = _find_limits(request, kind, normalise(account))
    attempt = PasswordAttempt(limits, take_attempt(limits))
    request.password_attempt = attempt  # type: ignore[attr-defined]
    return attempt


def normalise(account: str) -> str:
    """Return what all spellings of a user name have in common."""
    return unicodedata.normalize("NFKC", account).strip().casefold()


def _find_limits(request: HttpRequest, kind: str, account: str) -> tuple[Limit, ...]:
    attempts, seconds = getattr(settings, "PASSWORD_ATTEMPTS", 5), getattr(settings, "PASSWORD_ATTEMPTS_SPAN", 15 * 60)
    if browser := _read_known_browser(request, account):
        return (Limit(kind, attempts, seconds, account, f"browser {browser}"),)
    address = get_client_ip(request)
    by_account = RESETS_BY_ACCOUNT if kind == PASSWORD_RESET else ATTEMPTS_BY_ACCOUNT
    limits = [
        Limit(kind, attempts, seconds, account, address or "unknown"),
        Limit(kind, attempts * by_account, seconds * SPANS_BY_ACCOUNT, account),
    ]
    # A proxy that isn't counted in TRUSTED_PROXY_COUNT has one address for all visitors: it must not lock them all out.
    if not may_be_a_proxy(address):
        limits.insert(1, Limit(kind, attempts * ATTEMPTS_BY_ADDRESS, seconds, address=address))
    return tuple(limits)


def is_known_browser(request: HttpRequest) -> bool:
    """Return whether somebody was signed in before in this browser."""
    return bool(request.get_signed_cookie(KNOWN_BROWSER_COOKIE, "", max_age=KNOWN_BROWSER_MAX_AGE))


def _read_known_browser(request: HttpRequest, account: str) -> str:
    """Return the number of a browser in which `account` was signed in before, or an empty string."""
    value = request.get_signed_cookie(KNOWN_BROWSER_COOKIE, "", max_age=KNOWN_BROWSER_MAX_AGE)
    owner, _, number = (value or "").partition(" ")
    return number if owner == digest(account) else ""


def remember_browser(request: HttpRequest, response: HttpResponseBase, account: str) -> None:
    """Give the browser a cookie by which it is known in the view of `request`: `account` was signed in there.

    It opens nothing. With it, the wrong passwords of others don't lock the account's owner out (a device cookie, in the
    words of OWASP).
    """
    account = normalise(account)
    number = _read_known_browser(request, account) or secrets.token_urlsafe(16)
    response.set_signed_cookie(
        KNOWN_BROWSER_COOKIE,
        f"{digest(account)} {number}",
        max_age=KNOWN_BROWSER_MAX_AGE,
        path=request.path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class LimitBackend:
    """The first of `AUTHENTICATION_BACKENDS`: refuses sign-ins beyond a limit, and leaves all others to the next.

    It has no `get_user`: sessions belong to the backend that has looked at the password.
    """

    def authenticate(self, request: HttpRequest | None, username: str | None = None, **credentials: Any) -> None:
        """Count the attempt. Raises PermissionDenied, at which Django asks no other backend."""
        name = username or credentials.get(get_user_model().USERNAME_FIELD)
        if request is not None and name and try_password(request, SIGN_IN, name).wait:
            raise PermissionDenied

    async def aauthenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Do the same in a thread."""
        await sync_to_async(self.authenticate)(request, **credentials)


def note_success(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Take back the attempt that was counted for `request`: a receiver of `user_logged_in`."""
    if attempt := getattr(request, "password_attempt", None):
        attempt.succeed()


def note_failure(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Log once when wrong passwords have used a limit up: a receiver of `user_login_failed`.

    What was typed as the name isn't logged: it may be a password.
    """
    attempt: PasswordAttempt | None = getattr(request, "password_attempt", None)
    if request is None or attempt is None or attempt.wait:
        return
    for limit in find_used_up_of(attempt.limits):
        logger.warning(
            "%s wrong passwords (%s), the last from %s. No more are looked at for up to %s seconds.",
            limit.attempts,
            limit.name,
            get_client_ip(request) or "an unknown address",
            limit.seconds,
        )

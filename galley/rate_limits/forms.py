"""Forms that say when a limit is reached, in place of whether a password is right."""

from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext_lazy
from wagtail.admin.forms.auth import LoginForm, PasswordChangeForm, PasswordResetForm

from galley.rate_limits.passwords import PasswordAttempt
from galley.rate_limits.tasks import send_reset_mail

WAIT_TO_SIGN_IN = ngettext_lazy(
    "Too many wrong passwords were entered for this account, or from your connection. For %(minutes)s minute no "
    "password is checked, right or wrong. Everything else works: the site, and the work of everybody who is signed in. "
    "If you have forgotten your password, ask for a new one here. Your administrator can let you in at once.",
    "Too many wrong passwords were entered for this account, or from your connection. For %(minutes)s minutes no "
    "password is checked, right or wrong. Everything else works: the site, and the work of everybody who is signed in. "
    "If you have forgotten your password, ask for a new one here. Your administrator can let you in at once.",
    "minutes",
)
WAIT_TO_CHANGE = ngettext_lazy(
    "Too many wrong passwords were entered here. Your password is the one that it was, and nothing was saved. Try "
    "again in %(minutes)s minute. You are still signed in, and everything else works.",
    "Too many wrong passwords were entered here. Your password is the one that it was, and nothing was saved. Try "
    "again in %(minutes)s minutes. You are still signed in, and everything else works.",
    "minutes",
)
WAIT_TO_RESET = ngettext_lazy(
    "Several e-mails for a new password have been asked for. If this address has an account, look for them in its "
    "mail, and among the spam: the newest link works. You can ask again in %(minutes)s minute.",
    "Several e-mails for a new password have been asked for. If this address has an account, look for them in its "
    "mail, and among the spam: the newest link works. You can ask again in %(minutes)s minutes.",
    "minutes",
)
WAIT_TO_OPEN = ngettext_lazy(
    "Too many wrong passwords were entered here. Try again in %(minutes)s minute. What you have opened already stays "
    "open, and so does the rest of the site.",
    "Too many wrong passwords were entered here. Try again in %(minutes)s minutes. What you have opened already stays "
    "open, and so does the rest of the site.",
    "minutes",
)


def explain_wait(text: Promise, attempt: PasswordAttempt) -> forms.ValidationError:
    """Return an error with one of the texts above."""
    return forms.ValidationError(text % {"minutes": -(-attempt.wait // 60)}, code="limited")


class _LimitedSignInMixin:
    request: HttpRequest | None

    def get_invalid_login_error(self) -> forms.ValidationError:
        """Return Django's error, or how long to wait if the password wasn't looked at."""
        attempt = getattr(self.request, "password_attempt", None)
        if attempt is not None and attempt.wait:
            return explain_wait(WAIT_TO_SIGN_IN, attempt)
        return super().get_invalid_login_error()  # type: ignore[misc]


class EditorSignInForm(_LimitedSignInMixin, LoginForm):
    """The form of the admin: the setting `WAGTAILADMIN_USER_LOGIN_FORM`."""


class ReaderSignInForm(_LimitedSignInMixin, auth_forms.AuthenticationForm):
    """The form of pages that only readers with an account may open."""


class LimitedPasswordChangeForm(PasswordChangeForm):
    """Wagtail's form, which looks at no password if `attempt` has to wait."""

    attempt: PasswordAttempt

    def clean_old_password(self) -> str:
        """Return the old password. Raises ValidationError if it is wrong or isn't looked at."""
        if self.attempt.wait:
            raise explain_wait(WAIT_TO_CHANGE, self.attempt)
        return super().clean_old_password()


class BackgroundResetForm(PasswordResetForm):
    """The setting `WAGTAILADMIN_USER_PASSWORD_RESET_FORM`: the worker looks for the account and mails its owner.

    So the answer takes as long, and does the same, whether there is an account or not.
    """

    def save(self, *, request: HttpRequest, use_https: bool = False, **options: Any) -> None:
        """Queue the mail. Of Django's options, `email_template_name` and `subject_template_name` are heeded."""
        site = get_current_site(request)
        send_reset_mail.enqueue(
            self.cleaned_data["email"],
            domain=site.domain,
            language=get_language() or "",
            use_https=use_https,
            subject_template_name=options["subject_template_name"],
            email_template_name=options["email_template_name"],
        )

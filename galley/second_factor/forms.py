"""Codes of the second factor, with the limits on wrong ones that passwords have."""

from allauth.core import context
from allauth.mfa.base import forms
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext_lazy

from galley.rate_limits.forms import explain_wait
from galley.rate_limits.passwords import SECOND_FACTOR, PasswordAttempt, note_failure, try_password

WAIT_FOR_CODE = ngettext_lazy(
    "Too many wrong codes were entered for this account. For %(minutes)s minute no code is checked, right or wrong. A "
    "passkey works at once, and your administrator can let you in.",
    "Too many wrong codes were entered for this account. For %(minutes)s minutes no code is checked, right or wrong. A "
    "passkey works at once, and your administrator can let you in.",
    "minutes",
)


class _LimitedCodeMixin:
    attempt: PasswordAttempt

    def clean_code(self) -> str:
        """Return the code. Raises ValidationError if it is wrong, or if a limit is reached."""
        request = context.request
        self.attempt = try_password(request, SECOND_FACTOR, self.user.get_username())  # type: ignore[attr-defined]
        if self.attempt.wait:
            raise explain_wait(WAIT_FOR_CODE, self.attempt)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            note_failure(request)
            raise
        return code


class CodeForm(_LimitedCodeMixin, forms.AuthenticateForm):
    """The second step of a sign-in, which takes the attempt back when it is complete."""


class CodeAgainForm(_LimitedCodeMixin, forms.ReauthenticateForm):
    """A code before something important is changed."""

    def save(self) -> None:
        """Take the attempt back."""
        self.attempt.succeed()
        super().save()

"""Every view that asks for a password, with the limits on wrong ones.

A hash takes a third of a second. In the threads of requests, a few sign-ins at once would hold up the site: these views
have a thread of their own, and another for browsers that are known.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib.auth import forms as auth_forms
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from wagtail.admin.views import account

from galley.async_pages.threads import in_own_thread
from galley.rate_limits.forms import (
    WAIT_TO_OPEN,
    WAIT_TO_RESET,
    LimitedPasswordChangeForm,
    ReaderSignInForm,
    explain_wait,
)
from galley.rate_limits.models import delete_counts
from galley.rate_limits.passwords import (
    PAGE_PASSWORD,
    PASSWORD_CHANGE,
    PASSWORD_RESET,
    PasswordAttempt,
    is_known_browser,
    normalise,
    note_failure,
    remember_browser,
    try_password,
)

_threads = {
    is_known: ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
    for is_known, name in ((False, "passwords"), (True, "known-browsers"))
}
# Where strangers send many passwords, people in their own browsers don't queue behind them.
hashing = in_own_thread(lambda request: _threads[is_known_browser(request)])
# For views that hash nothing for strangers.
hashing_for_users = in_own_thread(lambda request: _threads[True])


def mark_refused(response: HttpResponseBase, attempt: PasswordAttempt | None) -> Any:
    """Return `response`; if no password was looked at, with status 429 and when to come again (RFC 6585, 4)."""
    if attempt is not None and attempt.wait:
        response.status_code = 429
        response.headers["Retry-After"] = str(attempt.wait)
    return response


class _LimitedSignInMixin:
    """For a `LoginView`. `LimitBackend` counts the attempt."""

    request: HttpRequest

    def form_valid(self, form: auth_forms.AuthenticationForm) -> HttpResponse:
        """Sign in, and know the browser the next time."""
        response = super().form_valid(form)  # type: ignore[misc]
        remember_browser(self.request, response, form.get_user().get_username())
        return response

    def form_invalid(self, form: auth_forms.AuthenticationForm) -> HttpResponse:
        """Return the form with its errors."""
        return mark_refused(super().form_invalid(form), getattr(self.request, "password_attempt", None))  # type: ignore[misc]


class EditorSignInView(_LimitedSignInMixin, account.LoginView):
    """The admin's sign-in, also in the dialog over an editor whose session has ended."""


class ReaderSignInView(_LimitedSignInMixin, auth_views.LoginView):
    """The sign-in for pages that only readers with an account may open."""

    template_name = "wagtailcore/login.html"
    form_class = ReaderSignInForm


class ResetView(account.PasswordResetView):
    """Asks for an e-mail with which a new password is chosen. Each counts, whether there is an account or not."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Queue the mail, unless a limit is reached."""
        attempt = try_password(self.request, PASSWORD_RESET, form.cleaned_data["email"])
        if not attempt.wait:
            return super().form_valid(form)
        form.add_error("email", explain_wait(WAIT_TO_RESET, attempt))
        return mark_refused(self.form_invalid(form), attempt)


class ResetConfirmView(account.PasswordResetConfirmView):
    """Takes the new password. Who has read the account's mail may sign in at once."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Store the password and lift the account's locks."""
        delete_counts(account=normalise(self.user.get_username()))
        return super().form_valid(form)


class LimitedPasswordPanel(account.ChangePasswordPanel):
    """The account's panel, with one form for the whole request: each looks at the old password."""

    form_class = LimitedPasswordChangeForm

    def get_form(self) -> Any:
        """Return the form. A bound one counts as an attempt."""
        return self._form

    @cached_property
    def _form(self) -> Any:
        form = super().get_form()
        if form.is_bound:
            form.attempt = try_password(self.request, PASSWORD_CHANGE, self.user.get_username())
        return form


class AccountView(account.AccountView):
    """Wagtail's view. Somebody at a browser that is signed in can't guess the password there."""

    def get_panels(self) -> list[account.BaseSettingsPanel]:
        """Return Wagtail's panels, the same for the whole request."""
        return self._panels

    @cached_property
    def _panels(self) -> list[account.BaseSettingsPanel]:
        return [
            LimitedPasswordPanel(panel.request, panel.user, panel.profile)
            if isinstance(panel, account.ChangePasswordPanel)
            else panel
            for panel in super().get_panels()
        ]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save what was changed, unless an old password was wrong or a limit is reached."""
        response = super().post(request)
        attempt: PasswordAttempt | None = getattr(request, "password_attempt", None)
        if attempt and not attempt.wait:
            forms = [panel.get_form() for panel in self.get_panels() if isinstance(panel, LimitedPasswordPanel)]
            if any("old_password" in form.errors for form in forms):
                note_failure(request)
            else:
                attempt.succeed()
        return mark_refused(response, attempt)


def limit_page_password(view: Callable[..., Any], kind: str) -> Callable[..., Any]:
    """Return `view`, which asks for the shared password of a view restriction, with a limit on wrong ones.

    Its first argument is the restriction's number; `kind` tells those of pages and collections apart.
    """

    def limited(request: HttpRequest, **numbers: int) -> Any:
        if request.method != "POST":
            return view(request, **numbers)
        attempt = try_password(request, PAGE_PASSWORD, f"{kind} {next(iter(numbers.values()))}")
        if attempt.wait:
            # Wagtail's view then finds no password to look at.
            fields = request.POST.copy()
            fields.pop("password", None)
            request.POST = fields  # type: ignore[assignment]
        response = view(request, **numbers)
        if response.status_code == 302:
            attempt.succeed()
        elif not attempt.wait:
            note_failure(request)
        elif form := (getattr(response, "context_data", None) or {}).get("form"):
            form.errors.pop("password", None)
            form.add_error("password", explain_wait(WAIT_TO_OPEN, attempt))
        return mark_refused(response, attempt)

    return limited

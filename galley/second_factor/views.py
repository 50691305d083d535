"""The sign-in in two steps, for the admin, the dialog over an editor, and readers' pages alike."""

import logging
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from galley.rate_limits import views as limited
from galley.rate_limits.client_ip import get_client_ip

logger = logging.getLogger("galley.sign_in")


class _TwoStepsView(auth_views.LoginView):
    """Django's view, which signs nobody in whose account has a second factor: that is asked for next."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Return the redirect to the next step, or to where the user wanted to go."""
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        response: HttpResponse = perform_password_login(self.request, form.cleaned_data, login)
        if not self.request.user.is_authenticated:
            # The password was right. What comes next has limits of its own.
            self.request.password_attempt.succeed()  # type: ignore[attr-defined]
        return response


class EditorSignInView(limited.EditorSignInView, _TwoStepsView):
    """The admin's sign-in, also in the dialog over an editor whose session has ended."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the form; who has signed in and must set up a second factor is led there."""
        if request.user.is_authenticated and not request.user.is_active:
            return redirect("mfa_index")
        return super().get(request, *args, **kwargs)


class ReaderSignInView(limited.ReaderSignInView, _TwoStepsView):
    """The sign-in for pages that only readers with an account may open."""


def leave_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """Go back from the second step to the first."""
    request.session.flush()
    return redirect("wagtailadmin_login")


def log_sign_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Write down who has signed in, and from where: a receiver of `user_logged_in`."""
    address = get_client_ip(request) if request else None
    place = address or "an unknown address"
    logger.info("%s has signed in from %s.", user.get_username(), place, extra={"user_id": user.pk})

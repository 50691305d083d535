"""The app of the limits."""

from django.apps import AppConfig


class RateLimitsConfig(AppConfig):
    """Limits on passwords, and the counts that other parts use."""

    name = "galley.rate_limits"
    verbose_name = "Rate limits"

    def ready(self) -> None:
        """Follow the sign-ins of all views."""
        from django.contrib.auth.signals import user_logged_in, user_login_failed

        from galley.rate_limits import passwords

        user_logged_in.connect(passwords.note_success, dispatch_uid="rate_limits: signed in")
        user_login_failed.connect(passwords.note_failure, dispatch_uid="rate_limits: wrong password")

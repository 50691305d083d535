"""The app of the second factor."""

from django.apps import AppConfig


class SecondFactorConfig(AppConfig):
    """The second factor, and the list of one's sessions."""

    name = "galley.second_factor"
    label = "second_factor"
    verbose_name = "Second factor"

    def ready(self) -> None:
        """Log sign-ins, and open the admin to who has set up what is required."""
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from galley.second_factor.required import open_admin
        from galley.second_factor.views import log_sign_in

        user_logged_in.connect(log_sign_in, dispatch_uid="log sign-ins")
        authenticator_added.connect(open_admin, dispatch_uid="second factor is set up")

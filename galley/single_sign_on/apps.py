"""The app of single sign-on."""

from django.apps import AppConfig


class SingleSignOnConfig(AppConfig):
    """Sign-ins at an OpenID Connect provider."""

    name = "galley.single_sign_on"
    label = "single_sign_on"
    verbose_name = "Single sign-on"

    def ready(self) -> None:
        """Let sessions end with the browser."""
        from allauth.account.signals import user_logged_in

        from galley.single_sign_on.views import end_with_browser

        user_logged_in.connect(end_with_browser, dispatch_uid="sessions of single sign-on")

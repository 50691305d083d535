"""What all pages share."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Base page, blocks, home page and site settings."""

    name = "home"

    def ready(self) -> None:
        """Guard StreamFields against a race upstream."""
        from home.deferred_validation import guard_deferred_validation

        guard_deferred_validation()

"""The app that publishes, and sends the mails of moderations."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """The app."""

    name = "galley.publishing"

    def ready(self) -> None:
        """Replace Wagtail's handlers."""
        from galley.publishing.moderation_mails import replace_handlers

        replace_handlers()

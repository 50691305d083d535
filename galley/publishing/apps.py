"""The app that publishes, sends the mails of moderations, and shows times with their zone."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """The app."""

    name = "galley.publishing"

    def ready(self) -> None:
        """Replace Wagtail's handlers, and Django's format of dates."""
        from galley.publishing.local_times import replace_date_format
        from galley.publishing.moderation_mails import replace_handlers

        replace_handlers()
        replace_date_format()

"""The app of embeds."""

from django.apps import AppConfig


class EmbedsConfig(AppConfig):
    """What other sites say of their videos and pages."""

    name = "galley.embeds"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receiver that lets the worker fetch what a saved page embeds."""
        from django.db.models.signals import post_save

        from galley.embeds.tasks import fetch_new_embeds

        post_save.connect(fetch_new_embeds, sender="wagtailcore.Revision", dispatch_uid="fetch new embeds")

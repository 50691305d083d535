"""What all pages share."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Base page, blocks, home page and site settings."""

    name = "home"

    def ready(self) -> None:
        """Guard StreamFields against a race upstream, and clear away what was drawn for pages that are deleted."""
        from django.db.models.signals import post_delete

        from home.deferred_validation import guard_deferred_validation
        from home.share_images.storing import forget_deleted_page

        guard_deferred_validation()
        post_delete.connect(forget_deleted_page, dispatch_uid="forget share images")

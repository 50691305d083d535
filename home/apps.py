"""The app with the base page, the blocks and the site settings."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The home app."""

    name = "home"

    def ready(self) -> None:
        """Connect the signal handlers for images."""
        from django.db.models.signals import post_delete
        from wagtail.signals import page_published

        from galley.images.share_images.storing import forget_deleted_page
        from galley.images.tasks import make_pictures_when_published

        page_published.connect(make_pictures_when_published, dispatch_uid="make pictures")
        post_delete.connect(forget_deleted_page, dispatch_uid="forget share images")

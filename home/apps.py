"""The app with the base page, the blocks and the site settings."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The home app."""

    name = "home"

    def ready(self) -> None:
        """Connect the signal handlers for images and for the site's address."""
        from django.db.models.signals import post_delete, post_migrate
        from wagtail.signals import page_published

        from galley.images.share_images.views import delete_share_images_of_page
        from galley.images.tasks import make_renditions_on_publish
        from home.site_address import update_site

        post_migrate.connect(update_site, sender=self, dispatch_uid="update site")
        page_published.connect(make_renditions_on_publish, dispatch_uid="make renditions")
        post_delete.connect(delete_share_images_of_page, dispatch_uid="delete share images")

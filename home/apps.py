"""The app with the base page, the blocks and the site settings."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The home app."""

    name = "home"

    def ready(self) -> None:
        """Connect the signal handlers for images, documents and the site's address."""
        from django.db.models.signals import post_delete, post_migrate, post_save, pre_save
        from wagtail.documents import get_document_model
        from wagtail.signals import page_published, page_slug_changed, post_page_move

        from galley.async_pages.redirects import follow_moved_page
        from galley.desk.renaming import announce_uses
        from galley.images.avatars import clean_avatars
        from galley.images.share_images.views import delete_share_images_of_page
        from galley.images.tasks import make_renditions_on_publish
        from galley.site_settings.site_address import update_site
        from home.documents import redirect_former_url, remember_url

        clean_avatars()
        for label in ("home.SharedText", "embeds.Embed"):
            post_save.connect(announce_uses, sender=label, dispatch_uid=f"announce {label}")
        post_migrate.connect(update_site, sender=self, dispatch_uid="update site")
        page_slug_changed.connect(follow_moved_page, dispatch_uid="follow renamed page")
        post_page_move.connect(follow_moved_page, dispatch_uid="follow moved page")
        page_published.connect(make_renditions_on_publish, dispatch_uid="make renditions")
        post_delete.connect(delete_share_images_of_page, dispatch_uid="delete share images")
        pre_save.connect(remember_url, sender=get_document_model(), dispatch_uid="remember URL")
        post_save.connect(redirect_former_url, sender=get_document_model(), dispatch_uid="redirect URL")

"""The app of the bin."""

from django.apps import AppConfig


class BinConfig(AppConfig):
    """Deleted pages, images and documents, until they are restored or deleted for good."""

    name = "galley.bin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hide pages in the bin from the admin, before other apps ask for the policy of pages."""
        from wagtail.models import AbstractPage
        from wagtail.permissions import register_permission_policy

        from galley.bin.hiding import PagePolicy

        register_permission_policy(AbstractPage, PagePolicy("wagtailcore.Page"))

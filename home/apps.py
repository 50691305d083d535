"""What all pages share."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Base page, blocks, home page and site settings."""

    name = "home"

    def ready(self) -> None:
        """Guard StreamFields against a race upstream, and make pictures ahead for what is published."""
        from wagtail.signals import page_published

        from home.deferred_validation import guard_deferred_validation
        from home.pictures.tasks import make_pictures_when_published

        guard_deferred_validation()
        page_published.connect(make_pictures_when_published, dispatch_uid="make pictures")

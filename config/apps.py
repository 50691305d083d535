"""The wiring as an app of its own, so that commands that concern the whole site have a place."""

from django.apps import AppConfig
from django.conf import settings

from config.unused_api import leave_out


class SiteConfig(AppConfig):
    """Holds the `up` command; the one layer that knows every other app. Stands first among the apps."""

    name = "config"

    def ready(self) -> None:
        """Leave out what the other apps would load in vain."""
        leave_out(settings.INSTALLED_APPS)

"""The wiring as an app of its own, so that commands that concern the whole site have a place."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Holds the `up` command; the one layer that knows every other app."""

    name = "config"

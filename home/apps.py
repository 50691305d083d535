"""What all pages share."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Base page, blocks, home page and site settings."""

    name = "home"

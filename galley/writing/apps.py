"""The app of pasting."""

from django.apps import AppConfig


class WritingConfig(AppConfig):
    """Pasting into the page editor."""

    name = "galley.writing"
    default_auto_field = "django.db.models.BigAutoField"

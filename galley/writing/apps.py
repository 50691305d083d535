"""The app of the text editors."""

from django.apps import AppConfig


class WritingConfig(AppConfig):
    """Pasting into the page editor, and its Markdown editor."""

    name = "galley.writing"
    default_auto_field = "django.db.models.BigAutoField"

"""Content that comes in from elsewhere."""

from django.apps import AppConfig


class TransferConfig(AppConfig):
    """Holds the command `import_posts`."""

    name = "transfer"

"""The app of the uploaded files."""

import logging

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """The uploaded files."""

    name = "galley.files"
    label = "files"
    verbose_name = "Files"

    def ready(self) -> None:
        """Let the log have one line for each failure of the storage, and not one for each visitor."""
        from galley.files.failures import is_news

        logging.getLogger("django.request").addFilter(is_news)

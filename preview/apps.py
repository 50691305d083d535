"""The live draft preview: knows Wagtail, knows no page type of this site."""

from django.apps import AppConfig


class PreviewConfig(AppConfig):
    """Streams unsaved drafts, rendered, to the screens of whoever edits them."""

    name = "preview"
    verbose_name = "Live preview"

    def ready(self) -> None:
        """Register the system checks."""
        from preview import checks  # noqa: F401

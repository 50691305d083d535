"""The live draft preview as a Django app."""

from django.apps import AppConfig


class PreviewConfig(AppConfig):
    """Streams unsaved drafts, rendered, to the screens of those who may see them."""

    name = "galley.preview"
    verbose_name = "Live preview"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks and signal handlers, and redact the addresses of shared drafts in logs."""
        from galley.preview import checks, sharing  # noqa: F401

        sharing.redact_logs()

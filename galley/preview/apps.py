"""The live draft preview: knows Wagtail, knows no page type of this site."""

from django.apps import AppConfig


class PreviewConfig(AppConfig):
    """Streams unsaved drafts, rendered, to the screens of whoever edits them."""

    name = "galley.preview"
    verbose_name = "Live preview"

    def ready(self) -> None:
        """Register checks, listen to what happens to shared pages, and keep the addresses of shared drafts secret."""
        from galley.preview import checks  # noqa: F401
        from galley.preview.sharing import signal_handlers  # noqa: F401
        from galley.preview.sharing.secret_addresses import keep_out_of_logs

        keep_out_of_logs()

"""The live draft preview as a Django app."""

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class PreviewConfig(AppConfig):
    """Streams unsaved drafts, rendered, to the screens of those who may see them."""

    name = "galley.preview"
    verbose_name = "Live preview"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks and signal handlers, connect the processes, and redact shared drafts' addresses in logs."""
        from galley.preview import checks, conf, sharing  # noqa: F401
        from galley.preview.broadcast.hub import hub

        sharing.redact_logs()
        if url := conf.redis_url():
            # The client takes a fifth of a second to load, which a site without Redis needn't wait for.
            try:
                from galley.preview.broadcast.redis_backplane import RedisBackplane

                hub.backplane = RedisBackplane(url)
            except (ImportError, ValueError) as error:
                text = f"PREVIEW_REDIS_URL needs the package redis, and a URL like redis://localhost:6379/0. {error}"
                raise ImproperlyConfigured(text) from None

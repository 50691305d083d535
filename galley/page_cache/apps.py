"""Changes, known to every process."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class PageCacheConfig(AppConfig):
    """Watches every database connection. The label is the one that the table was made with."""

    name = "galley.page_cache"
    label = "changes"
    verbose_name = "Page cache"

    def ready(self) -> None:
        """Begin to watch."""
        from galley.page_cache import marking
        from galley.page_cache.watching import watch_connection

        connection_created.connect(watch_connection, dispatch_uid="changes.watch_connection")
        pre_migrate.connect(marking.pause, sender=self, dispatch_uid="changes.pause")
        post_migrate.connect(marking.resume, sender=self, dispatch_uid="changes.resume")

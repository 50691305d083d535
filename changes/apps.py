"""Changes, known to every process."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class ChangesConfig(AppConfig):
    """Watches every database connection."""

    name = "changes"

    def ready(self) -> None:
        """Begin to watch."""
        from changes import marking
        from changes.watching import watch_connection

        connection_created.connect(watch_connection, dispatch_uid="changes.watch_connection")
        pre_migrate.connect(marking.pause, sender=self, dispatch_uid="changes.pause")
        post_migrate.connect(marking.resume, sender=self, dispatch_uid="changes.resume")
